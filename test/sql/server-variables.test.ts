// The server is asked which user variables a text assigned: reading it must have told of each.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlMode } from '../../src/sql/types.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { connectRaw, errorOf, type RawClient } from '../support/raw-client.js';
import { writer, type Writer } from './generator.js';
import { mariadb, read } from './modes.js';
import { randomOf, type Random } from './random.js';

const server = useMariadb();
const seeds = Number(process.env.CHRONOS_TEST_SEEDS ?? 150);

let account: Account;
let client: RawClient;

beforeAll(async () => {
  account = await server.createAccount();
  client = await connectRaw({ ...server, ...account });
  await client.query('CREATE TABLE t (a INT, b VARCHAR(100))');
});

afterAll(() => client.quit());

const hostile = [
  '@no := 1',
  "'",
  '"',
  '`',
  '\\',
  '; SET @no = 1; ',
  '/* ',
  '*/',
  '-- ',
  '#',
  '@no',
  ' INTO @no',
];

/** Statements that assign variables in all the ways there are, among texts that only look like it. */
function statement(random: Random, write: Writer): string {
  const text = (): string => write.string(random.list(1, 3, () => random.pick(hostile)).join(''));
  const variable = (): string => `@${random.pick(['a', 'B', 'c$1', 'd.e', '`f g`', "'h'", '`i``j`'])}`;
  return random.pick<() => string>([
    () => write.join('SELECT', text(), ',', variable(), ':=', text()),
    () => write.join('SELECT', text(), ',', '1', 'INTO', variable(), ',', variable()),
    () => write.join('SET', variable(), '=', text(), ',', variable(), ':=', variable(), ':=', '5'),
    () => write.join('DO', variable(), ':=', text()),
    () => write.join('INSERT', 'INTO', 't', '(a, b)', 'VALUES', '(', '1', ',', variable(), ':=', "'x'", ')'),
    () => write.join('UPDATE', 't', 'SET', 'a', '=', variable(), ':=', '7', 'LIMIT', '1'),
    () => write.join('GET', 'DIAGNOSTICS', variable(), '=', 'NUMBER'),
    () =>
      write.join('SET', 'STATEMENT', 'max_statement_time', '=', '9', 'FOR', 'SET', variable(), '=', text()),
    () => write.join('SELECT', text(), 'AS', '`@no := 1`', ',', variable()),
  ])();
}

describe.each(['', 'ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES'])("under sql_mode '%s'", (sqlMode) => {
  const mode: SqlMode = {
    ...mariadb,
    ansiQuotes: sqlMode === 'ANSI_QUOTES',
    noBackslashEscapes: sqlMode === 'NO_BACKSLASH_ESCAPES',
  };

  it('every variable that the server has afterwards was told of', async () => {
    let assigned = 0;
    for (let seed = 0; seed < seeds; seed += 1) {
      const random = randomOf(seed);
      const write = writer(random, mode);
      const text = random.list(1, 3, () => statement(random, write)).join(`${write.gap()};`);
      await client.changeUser(account);
      await client.query(`SET NAMES utf8mb4, sql_mode = '${sqlMode}'`);
      const error = errorOf(await client.query(text));
      const rows = await client.rows(
        'SELECT VARIABLE_NAME FROM information_schema.USER_VARIABLES ORDER BY 1',
      );
      const told = new Set(read(text, mode).flatMap(({ userVariables }) => userVariables.assigned));
      const found = rows.map(([name]) => (name ?? '').toLowerCase());
      const about = `seed ${seed}: ${text}`;
      if (error === undefined) expect(found, about).toEqual([...told].sort());
      else expect([...told], about).toEqual(expect.arrayContaining(found));
      assigned += Number(error === undefined && found.length > 0);
    }
    expect(assigned).toBeGreaterThan(seeds / 2);
  });
});
