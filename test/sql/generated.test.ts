// Statements from a generator, in every mode, are read for what they are known to do.
import { describe, expect, it } from 'vitest';
import { readStatements } from '../../src/sql/read.js';
import type { SqlMode } from '../../src/sql/types.js';
import { generate } from './generator.js';
import { mariadb, mysql8 } from './modes.js';
import { randomOf } from './random.js';

const seeds = Number(process.env.CHRONOS_TEST_SEEDS ?? 400);

const modes: [name: string, mode: SqlMode][] = [true, false].flatMap((ansiQuotes) =>
  [true, false].flatMap((noBackslashEscapes) =>
    [mariadb, mysql8].map((server): [string, SqlMode] => [
      `${server.mariadb ? 'MariaDB' : 'MySQL'}${ansiQuotes ? ' ANSI_QUOTES' : ''}${noBackslashEscapes ? ' NO_BACKSLASH_ESCAPES' : ''}`,
      { ...server, ansiQuotes, noBackslashEscapes },
    ]),
  ),
);

describe.each(modes)('under %s', (_, mode) => {
  it(`reads the statements of ${seeds} seeds rightly`, () => {
    for (let seed = 0; seed < seeds; seed += 1) {
      const { text, statements } = generate(randomOf(seed), mode);
      const read = readStatements(Buffer.from(text), mode);
      const about = `seed ${seed}: ${JSON.stringify(text)}`;
      expect(read.length, about).toBe(statements.length);
      for (const [at, { told }] of statements.entries()) expect(read[at], about).toMatchObject(told);
    }
  });
});
