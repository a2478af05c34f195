// The server is asked whether SET was understood: what is read out of it, set again elsewhere, comes to the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlMode, Statement } from '../../src/sql/types.js';
import { useMariadb } from '../support/mariadb.js';
import { connectRaw, errorOf, type RawClient } from '../support/raw-client.js';
import { mariadb, readOne } from './modes.js';
import { randomOf, type Random } from './random.js';

const server = useMariadb();
const seeds = Number(process.env.CHRONOS_TEST_SEEDS ?? 150);

let client: RawClient;
let other: RawClient;
let mode: SqlMode;

beforeAll(async () => {
  client = await connectRaw({ ...server });
  other = await connectRaw({ ...server });
  const [row] = await client.rows('SELECT VERSION()');
  const [, major = 0, minor = 0, patch = 0] = /(\d+)\.(\d+)\.(\d+)/.exec(row?.[0] ?? '') ?? [];
  mode = { ...mariadb, version: Number(major) * 10_000 + Number(minor) * 100 + Number(patch) };
});

afterAll(async () => {
  await client.quit();
  await other.quit();
});

const values: Readonly<Record<string, readonly string[]>> = {
  sql_mode: [
    "''",
    'ANSI',
    "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
    'DEFAULT',
    "CONCAT(@@sql_mode, ',ANSI_QUOTES')",
    '4',
    '"TRADITIONAL"',
  ],
  time_zone: ["'+01:00'", 'SYSTEM', 'DEFAULT', '"-0\\5:00"', "_utf8'+02:00'"],
  sql_select_limit: ['50000', 'DEFAULT', '@@sql_select_limit', '0xFFFF', '50000 + 1', '18446744073709551615'],
  autocommit: ['ON', '1', 'true', "'ON'", 'DEFAULT', '!0'],
  foreign_key_checks: ['OFF', '0', 'FALSE', "'OFF'"],
  long_query_time: ['1.5', '1e1', 'DEFAULT', '+3'],
  lc_time_names: ['de_DE', "'fr_FR'", '`en_US`', "'de''DE'"],
  tx_isolation: ["'READ-COMMITTED'", '`SERIALIZABLE`', 'DEFAULT', '1'],
  character_set_results: ['NULL', 'binary', 'utf8mb4', "'LATIN1'"],
  character_set_client: ['latin1', 'utf8'],
  collation_connection: ['latin1_bin', "'utf8mb4_bin'", '33'],
  net_retry_count: ['11', '+13', '(SELECT 12)', 'DEFAULT'],
  group_concat_max_len: ['4096', 'IF(1, 2000, 3)'],
};

/** Assignments that change nothing where they are GLOBAL, so that the server is left as it was. */
const harmless = [
  'net_retry_count = @@global.net_retry_count',
  'sql_select_limit = @@global.sql_select_limit',
];
const names = [
  'NAMES utf8',
  "NAMES 'latin1' COLLATE latin1_bin",
  'NAMES DEFAULT',
  'CHARACTER SET utf8',
  'NAMES big5',
];

/** The items of a SET. Behind GLOBAL, items without a scope are global too. */
function items(random: Random): string[] {
  let isGlobal = false;
  return random.list(1, 4, () => {
    if (random.oneIn(8)) return random.pick(names);
    if (random.oneIn(8)) return `@@global.${random.pick(harmless)}`;
    if (random.oneIn(8)) return "@u = 'x, y'";
    const isNowGlobal = random.oneIn(8);
    const scope = isNowGlobal
      ? 'GLOBAL '
      : random.pick(['', '', 'SESSION ', 'local ', '@@', '@@session.', '@@LOCAL .']);
    if (isNowGlobal) isGlobal = true;
    else if (/^(session|local) /i.test(scope)) isGlobal = false;
    if (isNowGlobal || (scope === '' && isGlobal)) return scope + random.pick(harmless);
    const name = random.pick(Object.keys(values));
    return `${scope}${name}${random.pick([' = ', ':=', '='])}${random.pick(values[name] ?? [])}`;
  });
}

async function settings(of: RawClient): Promise<Map<string, string | null>> {
  const rows = await of.rows('SHOW SESSION VARIABLES');
  // What moves by itself; gtid_*_pos and gtid_binlog_state are the server's, and move with whatever others write.
  const moving =
    /^(timestamp|pseudo_thread_id|rand_seed\d|in_transaction|last_gtid|gtid_\w+_(pos|state)|warning_count|error_count)$/;
  return new Map(
    rows.map(([name, value]) => [name ?? '', value ?? null] as const).filter(([name]) => !moving.test(name)),
  );
}

/** What to send to another session that it comes to the same: asked-for values are those of `from`. */
function again({ assigns }: Statement, from: Map<string, string | null>): string[] {
  return assigns
    .filter(({ name }) => !/^character_set_connection$/.test(name))
    .map(({ name, value }) => {
      if (value.kind === 'default') return `${name} = DEFAULT`;
      if (value.kind === 'literal') return `${name} = ${value.sql}`;
      const known = from.get(name) ?? '';
      // An empty character set is how SHOW VARIABLES shows NULL.
      if (known === '' && name === 'character_set_results') return `${name} = NULL`;
      return `${name} = ${/^-?[\d.]+$/.test(known) ? known : `'${known}'`}`;
    });
}

describe('SET', () => {
  it('is read as the server understands it', async () => {
    let applied = 0;
    for (let seed = 0; seed < seeds; seed += 1) {
      const random = randomOf(seed);
      const text = `SET ${items(random).join(random.pick([', ', ' /* , */,']))}`;
      applied += Number(await isSame(text, seed));
    }
    expect(applied).toBeGreaterThan(seeds / 3);
  });

  async function isSame(text: string, seed: number): Promise<boolean> {
    await Promise.all([client, other].map((each) => each.changeUser({ ...server })));
    const read = readOne(text, mode);
    if (errorOf(await client.query(text)) !== undefined) return false;
    const wanted = await settings(client);
    const list = again(read, wanted);
    const about = `seed ${seed}: ${text} -> ${list.join(', ')}`;
    expect(read.opaque, about).toBeNull();
    // Statement by statement under another sql_mode: a literal must not depend on it.
    await other.query("SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
    for (const assignment of list)
      expect(errorOf(await other.query(`SET ${assignment}`)), about).toBeUndefined();
    if (!read.assigns.some(({ name }) => name === 'sql_mode')) await other.query('SET sql_mode = DEFAULT');
    expect(await settings(other), about).toEqual(wanted);
    return true;
  }
});
