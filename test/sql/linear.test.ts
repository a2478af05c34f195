// No text takes more steps than its length allows, whatever is repeated in it.
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/sql/fingerprint.js';
import { readStatements } from '../../src/sql/read.js';
import { substitute } from '../../src/sql/substitute.js';
import { useStepCounter } from '../support/count-steps.js';
import { mariadb } from './modes.js';

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
  'SET STATEMENT FOR ',
  'CONNECTION_ID(),',
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

/** Bytes of a text, and of one that is twice as long. */
const LONG = 8_000;
/** A square of the steps would be four times as many; what a text costs whatever its length makes it a bit less than two. */
const LINEAR = 2.5;

const countSteps = useStepCounter('/src/sql/');

describe('a text of twice the length', () => {
  it.each(beginnings)('of anything repeated behind "%s" takes twice the steps', async (beginning) => {
    for (const part of repeated)
      for (const charset of beginning === 'SELECT ' ? ['utf8mb4', 'gbk'] : ['utf8mb4']) {
        const steps = (bytes: number): Promise<number> => {
          const text = Buffer.from(beginning + part.repeat(Math.ceil(bytes / part.length)), 'latin1');
          return countSteps(() => {
            readStatements(text, { ...mariadb, charset });
            fingerprint(text, { ...mariadb, charset });
            substitute(text, { ...mariadb, charset }, { connectionId: '7' });
          });
        };
        const [once, twice] = [await steps(LONG), await steps(2 * LONG)];
        expect(once, `${beginning}${part}`).toBeGreaterThan(0);
        expect(twice / once, `${beginning}${part}: ${once} and ${twice} steps`).toBeLessThan(LINEAR);
      }
  });
});
