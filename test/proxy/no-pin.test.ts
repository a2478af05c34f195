// What a session keeps on the backend connection without keeping others waiting.
import { beforeEach, describe, expect, it } from 'vitest';
import { createSales } from '../support/fixtures.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, connectRaw, type RawClient } from '../support/raw-client.js';
import { capability, usualCapabilities } from '../support/raw-login.js';
import type { RawPacket } from '../support/raw-packets.js';

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
    expect(instance.status().counters.leasesExpired).toBe(0);
    expect(instance.status().counters.backendConnects).toBe(1);
  };
});

describe('temporary tables', () => {
  it('of one name are two tables for two sessions, in every order', async () => {
    await one.query('CREATE TEMPORARY TABLE Mine (a INT AUTO_INCREMENT PRIMARY KEY, who TEXT)');
    await two.query('CREATE TEMPORARY TABLE Mine (a INT AUTO_INCREMENT PRIMARY KEY, who TEXT)');
    await one.query("INSERT INTO Mine (who) VALUES ('one')");
    await two.query("INSERT INTO Mine (who) VALUES ('two'), ('too')");
    for (let i = 0; i < 3; i++) {
      expect(await one.rows('SELECT who FROM Mine ORDER BY a')).toEqual([['one']]);
      expect(await two.rows('SELECT who FROM Mine ORDER BY a')).toEqual([['two'], ['too']]);
    }
    await one.query('DROP TEMPORARY TABLE Mine');
    expect((await one.failure('SELECT * FROM Mine')).errno).toBe(1146);
    expect(await two.rows('SELECT COUNT(*) FROM Mine')).toEqual([['2']]);
  });

  it('hide a base table from their own session only', async () => {
    await one.query('CREATE TEMPORARY TABLE t (id INT)');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['5']]);
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
    await two.query('INSERT INTO t (id) VALUES (100)');
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
    await one.query('DROP TEMPORARY TABLE t');
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['6']]);
  });

  it('do not make a transaction of another session commit', async () => {
    await one.query('CREATE TEMPORARY TABLE t (id INT)');
    await two.query('BEGIN');
    await two.query('INSERT INTO t (id) VALUES (100)');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['6']]);
    await two.query('ROLLBACK');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['5']]);
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
  });

  it('are gone from the server when their session has gone', async () => {
    await one.query('CREATE TEMPORARY TABLE t (id INT)');
    await one.quit();
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['5']]);
    const dropped = (await server.statementsOf(account.user)).filter((sql) =>
      sql.startsWith('DROP TEMPORARY TABLE'),
    );
    expect(dropped).toHaveLength(1);
  });

  it('of a session that begins anew are gone for it, too', async () => {
    await one.query('CREATE TEMPORARY TABLE t (id INT)');
    await one.command(command.RESET_CONNECTION);
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['5']]);
  });
});

describe('text prepared statements', () => {
  it('of one name are two statements for two sessions', async () => {
    await one.query("PREPARE s FROM 'SELECT 1'");
    await two.query("PREPARE s FROM 'SELECT 2'");
    expect(await one.rows('EXECUTE s')).toEqual([['1']]);
    expect(await two.rows('EXECUTE s')).toEqual([['2']]);
    expect(await one.rows('EXECUTE s')).toEqual([['1']]);
    await one.query('DEALLOCATE PREPARE s');
    expect(await two.rows('EXECUTE s')).toEqual([['2']]);
    expect((await one.failure('EXECUTE s')).errno).toBe(1243);
  });

  it('find the variables of their own session', async () => {
    await one.query("PREPARE s FROM 'SELECT @x'");
    await one.query("SET @x = 'one'");
    await two.query("SET @x = 'two'");
    expect(await one.rows('EXECUTE s')).toEqual([['one']]);
    expect(await two.rows('SELECT @x')).toEqual([['two']]);
  });

  it('are unknown to other sessions', async () => {
    await one.query("PREPARE s FROM 'SELECT 1'");
    expect((await two.failure('EXECUTE s')).errno).toBe(1243);
    expect(await one.rows('EXECUTE s')).toEqual([['1']]);
  });
});

describe('user variables', () => {
  it.each([
    ['5', '5'],
    ['18446744073709551615', '18446744073709551615'],
    ['1.50', '1.50'],
    ['1.5e10', '15000000000'],
    ["'it''s \\\\ ä'", "it's \\ ä"],
    ["x'00ff'", '\0\ufffd'],
    ['NULL', null],
  ])('set to %s come back as they were, with their type', async (value, text) => {
    const ask = 'SELECT @x, COERCIBILITY(@x), COLLATION(@x), @x + 0 IS NULL';
    await one.query(`SET @x = ${value}`);
    const [before] = await one.rows(ask);
    await two.query('SET @x = 7');
    const [after] = await one.rows(ask);
    expect(after).toEqual(before);
    expect(after?.[0]).toEqual(text);
    expect(await two.rows('SELECT @x')).toEqual([['7']]);
  });

  it('that nobody else mentions cost nobody a statement', async () => {
    await one.query('SET @mine = 1');
    await two.rows('SELECT 1');
    await one.rows('SELECT @mine');
    const sent = (await server.statementsOf(account.user)).filter((sql) => /@`|@mine/.test(sql));
    expect(sent).toEqual(['SET @mine = 1', 'SELECT @mine']);
  });
});

describe('two thousand user variables', () => {
  it('are each session’s own', async () => {
    const names = Array.from({ length: 2_000 }, (_, i) => `@v${i}`);
    const values = (by: number): string[] => names.map((_, i) => String(by * i));
    for (const [client, by] of [
      [one, 1],
      [two, 7],
    ] as const) {
      for (let at = 0; at < names.length; at += 200) {
        const some = names.slice(at, at + 200).map((name, i) => `${name} = ${by * (at + i)}`);
        await client.query(`SET ${some.join(',')}`);
      }
    }
    expect(await one.rows(`SELECT ${names.join(',')}`)).toEqual([values(1)]);
    expect(await two.rows(`SELECT ${names.join(',')}`)).toEqual([values(7)]);
  });
});

describe('the list of prepared transactions', () => {
  it('is read like any other', async () => {
    await one.query('XA RECOVER');
    expect(instance.status().backend[0]).not.toHaveProperty('pinnedBy');
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('counts of rows', () => {
  it('are those that each client asked for, from one connection', async () => {
    const found = await instance.login({
      schema: account.schema,
      capabilities: usualCapabilities | capability.FOUND_ROWS,
    });
    for (let i = 0; i < 2; i++) {
      expect(affectedRows(await one.query('UPDATE t SET name = name'))).toBe(0);
      expect(await one.rows('SELECT ROW_COUNT()')).toEqual([['0']]);
      expect(affectedRows(await found.query('UPDATE t SET name = name'))).toBe(5);
      expect(await found.rows('SELECT ROW_COUNT()')).toEqual([['5']]);
    }
    await found.quit();
  });

  it('are right for each of several statements in one text', async () => {
    const reply = await one.query(
      "INSERT INTO t (id, name) VALUES (91, 'x'), (92, 'x'); UPDATE t SET name = 'x' WHERE id > 91",
    );
    expect(reply.map(({ payload }) => payload[1])).toEqual([2, 0]);
  });
});

describe('an INSERT that updates the rows that are there', () => {
  it.each([
    ["(1, 'new'), (2, 'same'), (3, 'new')", 'name = VALUES(name)'],
    ["(81, 'x'), (82, 'x'), (83, 'x')", 'name = name'],
    ["(1, 'new'), (1, 'new')", 'name = VALUES(name)'],
    ["(1, 'a'), (1, 'b')", 'name = VALUES(name), id = id'],
  ])('with %s counts as directly, whether found rows are counted or not', async (rows, update) => {
    const other = await server.createAccount();
    await createSales(server, other, 5);
    for (const flag of [0, capability.FOUND_ROWS]) {
      const capabilities = usualCapabilities | flag;
      const { host, port } = server;
      const direct = await connectRaw({ host, port, ...other, capabilities });
      const session = await instance.login({ schema: account.schema, capabilities });
      const counts = async (client: RawClient, table: string) => {
        await server.query(`CREATE OR REPLACE TABLE ${table} (id INT PRIMARY KEY, name VARCHAR(50))`);
        await server.query(`INSERT INTO ${table} VALUES (1, 'old'), (2, 'same'), (82, 'x')`);
        const sql = `INSERT INTO upserted VALUES ${rows} ON DUPLICATE KEY UPDATE upserted.${update}`;
        const reply = await client.query(sql);
        const rowCount = await client.rows('SELECT ROW_COUNT()');
        await client.quit();
        return [reply.map(({ bytes }) => bytes.toString('latin1')), rowCount];
      };
      expect(await counts(session, `${account.schema}.upserted`)).toEqual(
        await counts(direct, `${other.schema}.upserted`),
      );
    }
  });
});

/** Of an OK packet with a count below 251. */
function affectedRows(reply: readonly RawPacket[]): number | undefined {
  return reply[0]?.payload[1];
}
