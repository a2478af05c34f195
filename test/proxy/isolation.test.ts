// Two sessions on one backend connection: each behaves as if it had a connection of its own.
import { beforeEach, describe, expect, it } from 'vitest';
import { createSales } from '../support/fixtures.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, connectRaw, type RawClient } from '../support/raw-client.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1 });
  await createSales(server, account, 5);
  instance = await instances.start(server, account);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
  return () => {
    // Nobody got on only because somebody's lease ran out.
    expect(instance.status().counters.leasesExpired).toBe(0);
  };
});

/** Runs `theirs` of session one, then `ask` of both; a second session that has to wait for the first is no fault here. */
async function afterwards(theirs: readonly string[], ask: string): Promise<[unknown, unknown]> {
  for (const sql of theirs) await one.query(sql);
  const seenByTwo = two.rows(ask);
  const seenByOne = await one.rows(ask);
  await one.quit();
  return [seenByOne, await seenByTwo];
}

describe('what a session sets', () => {
  it.each([
    ['SET sql_select_limit = 1', 'SELECT id FROM t WHERE id < 3 ORDER BY id', [['1']], [['1'], ['2']]],
    ['SET sql_select_limit = 0', 'SELECT id FROM t WHERE id = 1', [], [['1']]],
    ["SET time_zone = '+03:00'", 'SELECT @@time_zone', [['+03:00']], [['SYSTEM']]],
    ['SET NAMES latin1', 'SELECT @@character_set_client', [['latin1']], [['utf8mb4']]],
    ["SET sql_mode = 'ANSI_QUOTES'", 'SELECT "id" FROM t LIMIT 1', [['1']], [['id']]],
    ['SET autocommit = 0', 'SELECT @@autocommit', [['0']], [['1']]],
    ['SET group_concat_max_len = 4', "SELECT GROUP_CONCAT('abcdef')", [['abcd']], [['abcdef']]],
    ['SET @mine = 7', 'SELECT @mine', [['7']], [[null]]],
    ["SELECT 'x' INTO @mine", 'SELECT @mine', [['x']], [[null]]],
    ['USE information_schema', 'SELECT DATABASE() = SCHEMA()', [['1']], [['1']]],
    ["SET lc_time_names = 'de_DE'", "SELECT DAYNAME('2024-01-01')", [['Montag']], [['Monday']]],
    [
      'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
      'SELECT @@tx_isolation',
      [['SERIALIZABLE']],
      [['REPEATABLE-READ']],
    ],
    ['SET default_tmp_storage_engine = Aria', 'SELECT @@default_tmp_storage_engine', [['Aria']], [[null]]],
    ['SET max_statement_time = 7', 'SELECT @@max_statement_time', [['7.000000']], [['0.000000']]],
  ])('%s is not felt by another', async (theirs, ask, expectedByOne, expectedByTwo) => {
    expect(await afterwards([theirs], ask)).toEqual([expectedByOne, expectedByTwo]);
  });

  it('as the character set of its schema is its own, until it chooses a schema', async () => {
    const ask = 'SELECT @@character_set_database, @@collation_database';
    const [ofSchema] = await two.rows(ask);
    await one.query('SET character_set_database = latin2');
    expect(await two.rows(ask)).toEqual([ofSchema]);
    await two.query("SET collation_database = 'cp1250_bin'");
    expect(await one.rows(ask)).toEqual([['latin2', 'latin2_general_ci']]);
    expect(await two.rows(ask)).toEqual([['cp1250', 'cp1250_bin']]);
    await one.command(command.INIT_DB, Buffer.from(account.schema));
    expect(await one.rows(ask)).toEqual([ofSchema]);
    expect(await two.rows(ask)).toEqual([['cp1250', 'cp1250_bin']]);
  });

  it('while the backend is busy is in force behind what it sets then', async () => {
    await two.query('BEGIN');
    await two.query('INSERT INTO t VALUES (9, 9)');
    // Answered although another session holds the connection.
    await one.query("SET character_set_server = 'utf8mb4'");
    await two.query('COMMIT');
    await one.query("SET collation_server = 'utf8mb4_unicode_ci'");
    for (const session of [one, two, one]) await session.rows('SELECT 1');
    expect(await one.rows('SELECT @@collation_server')).toEqual([['utf8mb4_unicode_ci']]);
  });

  it('stays with it, however often the sessions take turns', async () => {
    await one.query("SET NAMES latin1, time_zone = '+01:00'");
    await two.query("SET NAMES utf8mb4, time_zone = '+02:00'");
    await one.command(command.INIT_DB, Buffer.from('information_schema'));
    const ask = "SELECT 'x', @@time_zone, @@character_set_results, DATABASE()";
    for (let turn = 0; turn < 5; turn++) {
      expect(await one.rows(ask)).toEqual([['x', '+01:00', 'latin1', 'information_schema']]);
      expect(await two.rows(ask)).toEqual([['x', '+02:00', 'utf8mb4', account.schema]]);
    }
  });

  it('decides how its texts are read and written', async () => {
    await one.query('SET NAMES latin1');
    const latin = Buffer.concat([Buffer.from("\x03SELECT '"), Buffer.from([0xfc]), Buffer.from("'")]);
    one.packets.send(latin);
    const reply = await Promise.all([0, 1, 2, 3, 4].map(() => one.packets.next()));
    expect(reply[3]?.payload).toEqual(Buffer.from([1, 0xfc]));
    expect(await two.rows("SELECT 'ü', LENGTH('ü')")).toEqual([['ü', '2']]);
  });

  it('is gone when it has left: variables, temporary tables, locks, what it had not committed', async () => {
    await one.query('SET @mine = 1');
    await one.query('CREATE TEMPORARY TABLE mine (a INT)');
    await one.query("SELECT GET_LOCK('isolation.mine', 0)");
    await one.query('BEGIN');
    await one.query('DELETE FROM t');
    await one.quit();
    expect(await two.rows("SELECT @mine, COUNT(*), IS_FREE_LOCK('isolation.mine') FROM t")).toEqual([
      [null, '5', '1'],
    ]);
    expect((await two.failure('SELECT * FROM mine')).errno).toBe(1146);
    expect(await server.connectionsOf(account.user)).toBe(1);
  });

  it('as user variables is its own also in the table that shows them', async () => {
    const shown =
      'SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.USER_VARIABLES WHERE VARIABLE_VALUE IS NOT NULL';
    await one.query("SET @mine = 'secret'");
    expect(await two.rows(shown)).toEqual([]);
    await two.query('SET @theirs = 2');
    expect(await one.rows(shown)).toEqual([['mine', 'secret']]);
    expect(await two.rows(shown)).toEqual([['theirs', '2']]);
  });

  it('as user variables takes no room on the server once there are some of those that have left', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `@v${i}`);
    await one.query(`SET ${names.map((name) => `${name} = REPEAT('x', 1000)`).join(', ')}`);
    await one.quit();
    await instance.event('session-closed', ({ session }) => session === one.greeting.threadId);
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
    const mine =
      'SELECT COUNT(*) FROM information_schema.USER_VARIABLES WHERE VARIABLE_NAME LIKE "v%" AND VARIABLE_VALUE IS NOT NULL';
    expect(await two.rows(mine)).toEqual([['0']]);
    expect(await two.rows('SELECT @v3')).toEqual([[null]]);
  });
});

describe('temporary tables', () => {
  it('of the same name belong to one session each', async () => {
    await one.query('CREATE TEMPORARY TABLE mine SELECT 1 AS a');
    const ofTwo = two
      .query('CREATE TEMPORARY TABLE mine SELECT 2 AS a')
      .then(() => two.rows('SELECT * FROM mine'));
    expect(await one.rows('SELECT * FROM mine')).toEqual([['1']]);
    await one.quit();
    expect(await ofTwo).toEqual([['2']]);
  });

  it('that are dropped again hold nobody up', async () => {
    await one.query('CREATE TEMPORARY TABLE mine (a INT)');
    await one.query('DROP TEMPORARY TABLE mine');
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('what the last statement left behind', () => {
  /** Session one runs `first`, session two something else, then session one asks. */
  async function interleaved(first: string, between: string, ask: string): Promise<(string | null)[][]> {
    await one.query(first);
    const other = two.query(between);
    const answer = await one.rows(ask);
    await one.quit();
    await other;
    return answer;
  }

  beforeEach(() =>
    server.query(`CREATE TABLE ${account.schema}.n (id INT AUTO_INCREMENT PRIMARY KEY, a INT)`),
  );

  it('is found by LAST_INSERT_ID()', async () => {
    await server.query(`INSERT INTO ${account.schema}.n VALUES (40, 1)`);
    const rows = await interleaved(
      'INSERT INTO n (a) VALUES (1)',
      'INSERT INTO n (a) VALUES (2)',
      'SELECT LAST_INSERT_ID()',
    );
    expect(rows).toEqual([['41']]);
  });

  it('is found by ROW_COUNT()', async () => {
    expect(await interleaved('UPDATE t SET a = 0', 'DO 1', 'SELECT ROW_COUNT()')).toEqual([['5']]);
  });

  it('is found by FOUND_ROWS()', async () => {
    const limited = 'SELECT SQL_CALC_FOUND_ROWS id FROM t LIMIT 1';
    expect(await interleaved(limited, 'SELECT 1', 'SELECT FOUND_ROWS()')).toEqual([['5']]);
  });

  it('is found by SHOW WARNINGS', async () => {
    const rows = await interleaved("SELECT 1 + 'x'", 'SELECT 1 FROM t', 'SHOW WARNINGS');
    expect(rows[0]?.slice(0, 2)).toEqual(['Warning', '1292']);
  });

  it('is found by @@warning_count and SHOW COUNT(*) ERRORS', async () => {
    expect(await interleaved("SELECT 1 + 'x'", 'SELECT 1 FROM t', 'SELECT @@warning_count')).toEqual([['1']]);
  });

  it('is found behind an option that has to be set on the connection first', async () => {
    const setOption = (off: number) => one.command(command.SET_OPTION, Buffer.from([off, 0]));
    await one.query("SELECT 1 + 'x'");
    await setOption(1);
    expect((await one.rows('SHOW WARNINGS'))[0]?.slice(0, 2)).toEqual(['Warning', '1292']);
    await one.query("SELECT 1 + 'x'");
    await setOption(0);
    expect(await one.rows('SELECT @@warning_count')).toEqual([['1']]);
  });

  it('by a session is never seen by another', async () => {
    await one.query("SELECT 1 + 'x'");
    await one.query('INSERT INTO n (a) VALUES (1)');
    await one.quit();
    expect(await two.rows('SHOW WARNINGS')).toEqual([]);
    expect(await two.rows('SELECT LAST_INSERT_ID()')).toEqual([['0']]);
  });
});

describe('locks', () => {
  it('of GET_LOCK are held by one session at a time, though the server would give both', async () => {
    const order: string[] = [];
    await one.rows("SELECT GET_LOCK('isolation.sales', 5)");
    const second = two.rows("SELECT GET_LOCK('isolation.sales', 5)").then((rows) => {
      order.push('two has it');
      return rows;
    });
    await one.rows('SELECT 1');
    order.push('one releases it');
    await one.rows("SELECT RELEASE_LOCK('isolation.sales')");
    expect(await second).toEqual([['1']]);
    expect(order).toEqual(['one releases it', 'two has it']);
  });

  it('of LOCK TABLES keep others out until UNLOCK TABLES, and no longer', async () => {
    await one.query('LOCK TABLES t WRITE');
    const seen = two.rows('SELECT COUNT(*) FROM t');
    await one.query('DELETE FROM t WHERE id > 1');
    await one.query('UNLOCK TABLES');
    expect(await seen).toEqual([['1']]);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('transactions', () => {
  it('are seen by others whole or not at all', async () => {
    await one.query('BEGIN');
    await one.query('DELETE FROM t WHERE id = 1');
    const seen = two.rows('SELECT COUNT(*) FROM t');
    await one.query('DELETE FROM t WHERE id = 2');
    await one.query('COMMIT');
    expect(await seen).toEqual([['3']]);
  });

  it('of one session are not ended by what another does', async () => {
    await one.query('BEGIN');
    await one.query('DELETE FROM t');
    const ddl = two.query('CREATE TABLE other (a INT)');
    await one.query('ROLLBACK');
    await ddl;
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['5']]);
  });

  it('that autocommit = 0 opens by itself belong to their session', async () => {
    await one.query('SET autocommit = 0');
    await one.query('DELETE FROM t');
    const seen = two.rows('SELECT COUNT(*) FROM t');
    await one.query('ROLLBACK');
    expect(await seen).toEqual([['5']]);
  });

  it('tell in their status flags what they tell directly', async () => {
    const steps = ['SET autocommit = 0', 'BEGIN', 'SELECT 1 FROM t', 'COMMIT', 'SET autocommit = 1', 'DO 1'];
    const run = async (client: RawClient): Promise<(string | undefined)[]> => {
      const seen: (string | undefined)[] = [];
      for (const sql of steps) seen.push((await client.query(sql)).at(-1)?.bytes.toString('hex'));
      return seen;
    };
    const through = await run(one);
    await instance.destroy();
    const direct = await connectRaw({ host: server.host, port: server.port, ...account });
    expect(through).toEqual(await run(direct));
    await direct.quit();
  });
});

it('what SHOW PROFILES shows is of its own session', async () => {
  const shown = async (client: RawClient, ask: string): Promise<string> =>
    JSON.stringify(await client.rows(ask));
  await one.query("SET profiling = 1; SELECT 'of one'");
  await one.query('SET profiling = 1');
  await one.query("SELECT 'of one'");
  for (const ask of ['SHOW PROFILES', 'SELECT * FROM information_schema.PROFILING'])
    expect(await shown(two, ask)).toBe('[]');
  await one.query("SELECT 'again of one'");
  await two.query('SET profiling = 1');
  await two.query("SELECT 'of two'");
  expect(await shown(two, 'SHOW PROFILES')).toMatch(/of two/);
  expect(await shown(two, 'SHOW PROFILES')).not.toMatch(/of one/);
  await one.query("SELECT 'still of one'");
  expect(await shown(one, 'SHOW PROFILES')).toMatch(/still of one/);
  expect(await one.rows('SELECT @@profiling_history_size')).toEqual(
    await two.rows('SELECT @@profiling_history_size'),
  );
});
