// Fingerprints keep the shape of a statement and none of its values.
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/sql/fingerprint.js';
import type { SqlMode } from '../../src/sql/types.js';
import { writer } from './generator.js';
import { mariadb } from './modes.js';
import { randomOf } from './random.js';

const of = (text: string | Buffer, mode: Partial<SqlMode> = {}): string =>
  fingerprint(Buffer.from(text), { ...mariadb, ...mode });

const cases: [text: string, shape: string][] = [
  ['SELECT 1', 'SELECT ?'],
  ["SELECT  a ,b\n\tFROM `t x` WHERE c='x' AND d > -1.5e3", 'SELECT a, b FROM `t x` WHERE c=? AND d > -?'],
  ['SELECT /* secret */ 1 -- secret\n + 2 # secret', 'SELECT ? + ?'],
  ['SELECT/**/1/**/FROM/**/t', 'SELECT ? FROM t'],
  ['SELECT * FROM t WHERE a IN (1, 2, 3)', 'SELECT * FROM t WHERE a IN (?)'],
  ["SELECT * FROM t WHERE a IN ('x')", 'SELECT * FROM t WHERE a IN (?)'],
  ["INSERT INTO t (a, b) VALUES (1, 'x'), (2, NULL), (DEFAULT, TRUE)", 'INSERT INTO t (a, b) VALUES (?)'],
  ['SELECT NULL, NULL, a IS NULL', 'SELECT NULL, NULL, a IS NULL'],
  ["SELECT N'a', x'41', b'1', 0x41, 0b1, _utf8'x' 'y', \"z\"", 'SELECT ?, ?, ?, ?, ?, _utf8? ?, ?'],
  ["SET PASSWORD = PASSWORD('x')", 'SET PASSWORD = PASSWORD(?)'],
  ["CREATE USER u@h IDENTIFIED BY 'x'", 'CREATE USER u@h IDENTIFIED BY ?'],
  ['CREATE USER u IDENTIFIED BY secret', 'CREATE USER u IDENTIFIED BY ?'],
  ['ALTER USER u IDENTIFIED BY `secret`', 'ALTER USER u IDENTIFIED BY ?'],
  ["CREATE USER u IDENTIFIED BY PASSWORD 'secret'", 'CREATE USER u IDENTIFIED BY PASSWORD ?'],
  ['SET PASSWORD = secret', 'SET PASSWORD = ?'],
  ['SELECT @a, @`b`, @@c', 'SELECT @a, @`b`, @@c'],
  ['SELECT @\'a\', @"b"', 'SELECT ?, ?'],
  ['SELECT 123abc FROM t', 'SELECT ? FROM t'],
  ["SELECT 'open", 'SELECT ?'],
  ['SELECT `open', 'SELECT ?'],
  ['SELECT "open', 'SELECT ?'],
  ["SELECT 'a\\'secret', b", 'SELECT ?, b'],
  ['SELECT `a\nb`', 'SELECT `a b`'],
  ['KILL /*!50000 QUERY */ 42', 'KILL QUERY ?'],
  ['SELECT /*!99999 secret, */ 1', 'SELECT ?'],
  ["SELECT 1; SELECT 'x';", 'SELECT ?; SELECT ?'],
  ["SELECT 'é' AS é", 'SELECT ? AS é'],
  ['', ''],
  ['/* x */', ''],
];

describe('the fingerprint', () => {
  it.each(cases)('of %s', (text, shape) => {
    expect(of(text)).toBe(shape);
  });

  it('has at most 1,000 characters and does not depend on how long a value is', () => {
    expect(of(`SELECT ${'abc, '.repeat(1_000)}b`)).toHaveLength(1_000);
    expect(of(`SELECT '${'x'.repeat(1_000_000)}'`)).toBe('SELECT ?');
    const row = "(1, 'secret')";
    expect(of(`INSERT INTO t VALUES ${Array.from({ length: 100_000 }, () => row).join(',')}`)).toBe(
      'INSERT INTO t VALUES (?)',
    );
  });

  it('shows no part of a value that the bytes it looks at cut off, whatever quotes it', () => {
    for (const quote of ["'", '"', '`'])
      for (let length = 16_360; length < 16_400; length += 1)
        expect(of(`SELECT ${' '.repeat(length - 10)}${quote}secret ${quote}`)).toMatch(
          /^SELECT( \?| `secret `)?$/,
        );
  });

  it('takes what is in double quotes for a value even where it is a name', () => {
    expect(of('SELECT "secret"', { ansiQuotes: true })).toBe('SELECT ?');
  });

  it('stops where a text changes how the rest of it is read', () => {
    expect(of("SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT '\\', secret, '")).not.toContain('secret');
    expect(of("EXECUTE s; SELECT '\\', secret, '")).not.toContain('secret');
  });

  it('stops at a string that may end elsewhere when nothing is known of the session', () => {
    expect(fingerprint(Buffer.from("SELECT 'a\\', 'secret'"))).toBe('SELECT ?');
    expect(fingerprint(Buffer.from("SELECT 'a', b"))).toBe('SELECT ?, b');
  });

  it('keeps no value however it is written', () => {
    for (const ansiQuotes of [true, false])
      for (const noBackslashEscapes of [true, false])
        for (let seed = 0; seed < 300; seed += 1) {
          const mode = { ...mariadb, ansiQuotes, noBackslashEscapes };
          const random = randomOf(seed);
          const write = writer(random, mode);
          const hidden = (): string =>
            `${random.pick(["'", '"', '`', '\\', ';', '/*', '-- ', ''])}secret${random.pick(["'", '\\', '*/', ''])}`;
          const text = write.join(
            'SELECT',
            write.string(hidden()),
            ',',
            '123454321',
            'FROM',
            't',
            'WHERE',
            write.string(hidden()),
          );
          const shape = of(text, mode);
          expect(shape, `seed ${seed}: ${text}`).not.toMatch(/secret|123/);
          expect(shape.toUpperCase(), `seed ${seed}: ${text}`).toBe('SELECT ?, ? FROM T WHERE ?');
        }
  });
});
