// Whatever bytes come: nothing is thrown, and no text takes longer than its length allows.
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/sql/fingerprint.js';
import { readStatements } from '../../src/sql/read.js';
import type { SqlMode } from '../../src/sql/types.js';
import { mariadb, mysql8 } from './modes.js';
import { randomOf, type Random } from './random.js';

const seeds = Number(process.env.CHRONOS_TEST_SEEDS ?? 3_000);

const parts = (
  'SELECT SET GLOBAL NAMES CREATE TEMPORARY TABLE DROP ALTER RENAME TO SHOW VARIABLES LIKE KILL QUERY PREPARE FROM ' +
  'EXECUTE WITH AS BEGIN PROCEDURE DEFINER STATEMENT FOR INTO UPDATE LOCK TRANSACTION READ ONLY EXPLAIN ANALYZE USE ' +
  "INSERT VALUES ( ) , . ; = := @ @a @@ @@a ' \" ` \\ /* */ /*! /*!50000 /*!99999 /*M! -- # 1 1.5 0x N' a d.t f( \n \0 é"
).split(' ');

function anyText(random: Random): Buffer {
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

describe('any text', () => {
  it('is read without an error, into parts of it that are in order', () => {
    for (let seed = 0; seed < seeds; seed += 1) {
      const random = randomOf(seed);
      const [text, mode] = [anyText(random), anyMode(random)];
      const about = `seed ${seed}: ${JSON.stringify(text.toString('latin1'))}`;
      let end = 0;
      for (const statement of readStatements(text, mode)) {
        expect(statement.start, about).toBeGreaterThanOrEqual(end);
        expect(statement.end, about).toBeGreaterThan(statement.start);
        expect(statement.end, about).toBeLessThanOrEqual(text.length);
        expect(statement.isRead && statement.opaque !== null, about).toBe(false);
        expect(statement.mentions('no such name'), about).toBe(false);
        end = statement.end;
      }
      expect(fingerprint(text, mode).length, about).toBeLessThanOrEqual(1_000);
    }
  });
});

/** What is repeated to make a text that a careless reader takes too long for. */
const repeated: readonly string[] = [
  "'a'",
  "'\\\\",
  '"',
  '`',
  '\\',
  '/*',
  '/*!',
  '/*!99999 ',
  '/*!99999 /* ',
  '/*!50000 ',
  '*/',
  '-- ',
  '#',
  '@',
  '@a',
  '@a:=1,',
  '@@a.',
  'a.',
  'a(',
  'f(a,',
  '(',
  ')',
  '((SELECT ',
  'WITH a(b) AS (',
  'JSON_TABLE(',
  'FROM a,',
  ';',
  'SELECT 1;',
  'SET a=1,',
  'SET ',
  "''",
  '1e',
  '0x',
  '.',
  '1.',
  'a ',
  'RENAME TO ',
  'INTO @a,',
  'é',
  '\xa0',
  '\xb0\\',
  "LIKE '%a",
  'SHOW VARIABLES ',
];
const beginnings = [
  '',
  'SELECT ',
  "SELECT '",
  'SET ',
  'DROP TABLE ',
  'ALTER TABLE t ',
  'CREATE ',
  'EXPLAIN ',
  'SET STATEMENT ',
];

/** Bytes of a long text. */
const LONG = 60_000;

describe('a long text', () => {
  const time = (text: Buffer, mode: SqlMode): number => {
    const started = performance.now();
    readStatements(text, mode);
    fingerprint(text, mode);
    return performance.now() - started;
  };

  it.each(beginnings)('of anything repeated behind "%s" is read in linear time', (beginning) => {
    for (const part of repeated)
      for (const charset of beginning === 'SELECT ' ? ['utf8mb4', 'gbk'] : ['utf8mb4']) {
        const text = Buffer.from(beginning + part.repeat(Math.ceil(LONG / part.length)), 'latin1');
        // A linear reading takes some ten milliseconds, a square of the steps many seconds.
        expect(time(text, { ...mariadb, charset }), `${beginning}${part}`).toBeLessThan(1_000);
      }
  });
});
