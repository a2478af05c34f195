// Literals given to a real server: it reads them alike in every sql_mode, and has the same value afterwards.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assignVariables, literalsOf, readVariables } from '../../src/session/user-variables.js';
import { quoted } from '../../src/session/variables.js';
import { readColumnDefinition } from '../../src/wire/result-set.js';
import { useMariadb } from '../support/mariadb.js';
import { connectRaw, errorOf, rowsOf, type RawClient } from '../support/raw-client.js';

const server = useMariadb();
let client: RawClient;

beforeAll(async () => {
  const account = await server.createAccount();
  client = await connectRaw({ port: server.port, ...account });
});
afterAll(() => client.quit());

const texts = ["it's", 'a\\b', "\\'; SELECT 1 -- ", 'ends with \\', '"', 'nämé', '', "''"];

it.each(['', 'NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES', 'ANSI,NO_BACKSLASH_ESCAPES'])(
  'a quoted text is itself in sql_mode %j',
  async (mode) => {
    await client.query(`SET sql_mode='${mode}', NAMES utf8mb4`);
    const [row] = await client.rows(`SELECT ${texts.map(quoted).join(',')}`);
    expect(row).toEqual(texts);
  },
);

/** Expressions for values of every kind that a user variable can have. */
const values = [
  'NULL',
  '1',
  '-9223372036854775808',
  '18446744073709551615',
  '1.50',
  '-0.000001',
  '123456789012345678901234567890.5',
  '1.5e0',
  '2e300',
  '-1/3e0',
  "'text'",
  "''",
  "'it''s \\\\ here'",
  "_latin1 x'e4'",
  "_utf8mb4 'ß' COLLATE utf8mb4_bin",
  "x'00ff27'",
  'CURRENT_DATE()',
  'TRUE',
];

it('user variables have the same value, type and collation after they were read and set again', async () => {
  await client.query("SET sql_mode=''");
  const names = values.map((_, i) => `v${i} \`x\``);
  const set = values.map((value, i) => `@\`v${i} \`\`x\`\`\`=${value}`).join(',');
  expect(errorOf(await client.query(`SET ${set}`))).toBeUndefined();
  const before = await client.query(readVariables(names, 1_000_000));
  const columns = before.slice(1, 1 + 3 * names.length).map(({ payload }) => readColumnDefinition(payload));
  const literals = literalsOf(names, columns, rowsOf(before)[0] ?? []);
  await client.query(`SET ${names.map((_, i) => `@\`v${i} \`\`x\`\`\`='other'`).join(',')}`);
  expect(
    errorOf(await client.query(assignVariables(names.map((name, i) => [name, literals[i] ?? ''])))),
  ).toBeUndefined();
  const after = await client.query(readVariables(names, 1_000_000));
  for (const [i, value] of values.entries()) {
    const shown = (reply: typeof before): unknown => ({
      value,
      row: rowsOf(reply)[0]?.slice(3 * i, 3 * i + 3),
      type: reply[1 + 3 * i]?.payload.subarray(-12).toString('hex'),
    });
    expect(shown(after)).toEqual(shown(before));
  }
});
