// The server is asked whether texts were read as it reads them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectStatement } from '../../src/sql/collect.js';
import { createLexer } from '../../src/sql/lexer.js';
import type { Token } from '../../src/sql/token.js';
import type { SqlMode } from '../../src/sql/types.js';
import { useMariadb } from '../support/mariadb.js';
import { command, connectRaw, type RawClient } from '../support/raw-client.js';
import { readLength, type RawPacket } from '../support/raw-packets.js';
import { mariadb, read } from './modes.js';
import { randomOf, type Random } from './random.js';

const server = useMariadb();
const texts = Number(process.env.CHRONOS_TEST_SEEDS ?? 60);

let client: RawClient;
let facts: Pick<SqlMode, 'version' | 'mariadb'>;

beforeAll(async () => {
  client = await connectRaw({ ...server });
  const [row] = await client.rows('SELECT VERSION()');
  const [, major = '0', minor = '0', patch = '0'] = /(\d+)\.(\d+)\.(\d+)/.exec(row?.[0] ?? '') ?? [];
  const version = Number(major) * 10_000 + Number(minor) * 100 + Number(patch);
  facts = { version, mariadb: row?.[0]?.includes('MariaDB') ?? false };
});

afterAll(() => client.quit());

/** Bytes that decide where strings, names and comments end, and first bytes of characters whose second byte may be one. */
const pieces = [
  ...[
    "'",
    "'",
    '"',
    '`',
    '\\',
    "''",
    '""',
    "\\'",
    ',',
    ',1,',
    ';',
    ' ',
    '\n',
    'x',
    '1',
    '.5',
    '1e5',
    '@a',
    '@@sql_mode',
  ],
  ...[
    '/*',
    '*/',
    '/* x */',
    '/*!',
    '/*!50000 ',
    '/*!99999 ',
    '/*M!',
    '/*!50700 ',
    '-- ',
    '--',
    '--\t',
    '#',
    '1 --1',
    '\v',
    '\t',
  ],
  ...[
    "N'",
    "x'41'",
    "b'1'",
    '_utf8',
    'AS ',
    '+',
    '-',
    '*',
    '/',
    ' AS `',
    "AS '",
    '\\N',
    '\xa0',
    ' SELECT 1 ',
  ],
  ...[
    '\x95',
    '\xb0',
    '\xb0\\',
    '\xb0`',
    '\x95\\',
    '\x83\\',
    '\xe0\\',
    '\xa4\\',
    '\x81\x30',
    '\xff',
    '\xc3\xa9',
    '\x7f',
  ],
];

/** An item of a select list that is mostly right. */
function item(random: Random): string {
  const inside = random.list(0, 6, () => random.pick(pieces)).join('');
  const quote = random.pick(["'", '"', '`']);
  const around = random.pick(['', '1 AS ', '/*!50000 1 */ AS ']);
  return random.oneIn(5) ? inside : `${quote === "'" ? around : '1 AS '}${quote}${inside}${quote}`;
}

function text(random: Random): Buffer {
  const select = (): string => `SELECT ${random.list(1, 3, () => item(random)).join(',')}`;
  return Buffer.from(
    random.list(1, 3, select).join(random.pick([';', ' ; ', ';/* ; */', ';-- ;\n'])),
    'latin1',
  );
}

/** Columns of each result of a reply, and whether an error ended it. The OK for a last statement of comments is left out. */
function results(reply: readonly RawPacket[]): { columns: number[]; failed: boolean } {
  const columns: number[] = [];
  let eofs = 2;
  for (const { payload } of reply) {
    if (payload[0] === 0xff) return { columns, failed: true };
    if (payload[0] === 0 && eofs === 2) continue;
    if (eofs === 2) {
      columns.push(readLength(payload, 0).value ?? 0);
      eofs = 0;
    } else if (payload[0] === 0xfe && payload.length < 9) eofs += 1;
  }
  return { columns, failed: false };
}

/** Columns of each statement, counted by its commas; there are no parentheses in these texts. */
function expectedColumns(bytes: Buffer, mode: SqlMode): number[] {
  const lexer = createLexer(bytes, mode);
  const statements: Token[][] = [];
  while (lexer.at < bytes.length) statements.push(collectStatement(lexer));
  return statements
    .filter((tokens) => tokens.length > 0)
    .map((tokens) => 1 + tokens.filter(({ word }) => word === ',').length);
}

const modes = ['', 'ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'];
const charsets = ['utf8mb4', 'latin1', 'gbk', 'big5', 'sjis', 'cp932', 'euckr', 'ujis', 'cp1251', 'binary'];

describe.each(charsets)('in %s', (charset) => {
  it.each(modes)("the server finds the same statements and columns under sql_mode '%s'", async (sqlMode) => {
    await client.query(`SET NAMES ${charset}, sql_mode = '${sqlMode}'`);
    const mode: SqlMode = {
      ...mariadb,
      ...facts,
      charset,
      ansiQuotes: sqlMode.includes('ANSI_QUOTES'),
      noBackslashEscapes: sqlMode.includes('NO_BACKSLASH_ESCAPES'),
    };
    let whole = 0;
    for (let seed = 0; seed < texts; seed += 1) {
      const bytes = text(randomOf(seed));
      const found = results(await client.command(command.QUERY, bytes));
      const about = `seed ${seed}: ${JSON.stringify(bytes.toString('latin1'))}`;
      const expected = expectedColumns(bytes, mode);
      if (found.failed) {
        expect(expected.slice(0, found.columns.length), about).toEqual(found.columns);
        expect(expected.length, about).toBeGreaterThanOrEqual(found.columns.length);
      } else expect(expected, about).toEqual(found.columns);
      expect(read(bytes, mode).length, about).toBeGreaterThanOrEqual(found.columns.length);
      whole += Number(!found.failed);
    }
    expect(whole).toBeGreaterThan(texts / 10);
  });
});
