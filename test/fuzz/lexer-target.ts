// Reading statements: whatever bytes come, nothing is thrown, and what is read are parts of the text, in order.
import { fingerprint } from '../../src/sql/fingerprint.js';
import { readStatements } from '../../src/sql/read.js';
import type { SqlMode } from '../../src/sql/types.js';
import { mariadb, mysql8 } from '../sql/modes.js';
import type { Random } from '../sql/random.js';
import type { Target } from './target.js';

const parts = (
  'SELECT SET GLOBAL NAMES CREATE TEMPORARY TABLE DROP ALTER RENAME TO SHOW VARIABLES LIKE KILL QUERY PREPARE FROM ' +
  'EXECUTE WITH AS BEGIN PROCEDURE DEFINER STATEMENT FOR INTO UPDATE LOCK TRANSACTION READ ONLY EXPLAIN ANALYZE USE ' +
  "INSERT VALUES ( ) , . ; = := @ @a @@ @@a ' \" ` \\ /* */ /*! /*!50000 /*!99999 /*M! -- # 1 1.5 0x N' a d.t f( \n \0 é"
).split(' ');

function anyText(random: Random): Buffer {
  // The same again and again, as deep as a stack.
  if (random.oneIn(300)) {
    const repeated = random.list(1, 4, () => random.pick(parts)).join(' ');
    return Buffer.from(`${repeated} `.repeat(3_000), 'latin1');
  }
  const bytes = random.oneIn(2)
    ? random.list(0, 60, () => String.fromCharCode(random.below(256))).join('')
    : random.list(0, 40, () => random.pick(parts)).join(random.pick(['', ' ', ' ']));
  return Buffer.from(bytes, 'latin1');
}

function anyMode(random: Random): SqlMode {
  return {
    ...random.pick([mariadb, mysql8]),
    ansiQuotes: random.oneIn(2),
    noBackslashEscapes: random.oneIn(2),
    charset: random.pick(['utf8mb4', 'latin1', 'gbk', 'sjis', 'big5', 'cp1251', 'binary']),
  };
}

export const lexerTarget: Target = {
  name: 'lexer',
  make(random) {
    const bytes = anyText(random);
    const mode = anyMode(random);
    return { bytes, check: (text) => checkReading(text, mode) };
  },
};

function checkReading(text: Buffer, mode: SqlMode): void {
  let end = 0;
  for (const statement of readStatements(text, mode)) {
    const { start } = statement;
    const inOrder = start >= end && statement.end > start && statement.end <= text.length;
    if (!inOrder) throw new Error(`a statement from ${start} to ${statement.end}, behind ${end}`);
    if (statement.isRead && statement.opaque !== null) throw new Error(`a read that is ${statement.opaque}`);
    if (statement.mentions('no such name')) throw new Error('it mentions what is not there');
    end = statement.end;
  }
  if (fingerprint(text, mode).length > 1_000) throw new Error('the fingerprint is too long');
}
