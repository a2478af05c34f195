// pool_size above one, for backends that allow it.
import { describe, expect, it } from 'vitest';
import { createSales } from '../support/fixtures.js';
import { closedGate } from '../support/gate.js';
import { useInstances } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { command } from '../support/raw-client.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();

describe('an instance with pool_size 2', () => {
  it('runs two statements at a time and makes the third wait', async () => {
    const account = await server.createAccount({ maxUserConnections: 2 });
    const gate = await closedGate(server, account);
    const instance = await instances.start(server, account, { backend: { poolSize: 2 } });
    const clients = [await instance.login(), await instance.login(), await instance.login()];
    const answers = clients.map((client) => client.rows(gate.read));
    await gate.blocked(2);
    await until('the third waits', () => instance.status().queue.waiting === 1);
    expect(instance.status().backend.map(({ state }) => state)).toEqual(['busy', 'busy']);
    await gate.open();
    expect(await Promise.all(answers)).toEqual([[['0']], [['0']], [['0']]]);
    expect(await server.connectionsOf(account.user)).toBe(2);
  });

  it('keeps what a session set with it, whichever connection it gets', async () => {
    const account = await server.createAccount({ maxUserConnections: 2 });
    const instance = await instances.start(server, account, { backend: { poolSize: 2 } });
    const clients = await Promise.all([0, 1, 2, 3].map(() => instance.login({ schema: account.schema })));
    await Promise.all(clients.map((client, i) => client.query(`SET time_zone = '+0${i}:00'`)));
    for (let round = 0; round < 10; round++) {
      const zones = await Promise.all(clients.map((client) => client.rows('SELECT @@time_zone, DATABASE()')));
      expect(zones).toEqual(clients.map((_, i) => [[`+0${i}:00`, account.schema]]));
    }
    expect(await server.connectionsOf(account.user)).toBeLessThanOrEqual(2);
  });

  it('serves others while one holds a connection with its transaction', async () => {
    const account = await server.createAccount({ maxUserConnections: 2 });
    await server.query(`CREATE TABLE ${account.schema}.t (id INT)`);
    const instance = await instances.start(server, account, { backend: { poolSize: 2 } });
    const [one, two] = [
      await instance.login({ schema: account.schema }),
      await instance.login({ schema: account.schema }),
    ];
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
    await one.query('COMMIT');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['1']]);
    expect(instance.status().counters.leasesExpired).toBe(0);
  });

  /** Two sessions; `occupy` lets the second keep the connection busy that the first one was on, and answers with its end. */
  async function pair() {
    const account = await server.createAccount({ maxUserConnections: 2 });
    await createSales(server, account, 5);
    const instance = await instances.start(server, account, { backend: { poolSize: 2 } });
    await until('both are there', () => instance.status().backend.every(({ state }) => state === 'idle'));
    const login = { schema: account.schema };
    const [one, two] = [await instance.login(login), await instance.login(login)];
    const occupy = async () => {
      const gate = await closedGate(server, account);
      const blocked = two.query(gate.read);
      await gate.blocked();
      return async () => {
        await gate.open();
        await blocked;
      };
    };
    return { instance, one, occupy };
  }

  it.each([
    ['a temporary table', 'CREATE TEMPORARY TABLE tmp AS SELECT 7', 'SELECT * FROM tmp', '7'],
    ['a named lock', "SELECT GET_LOCK('pool', 0)", "SELECT IS_USED_LOCK('pool') = CONNECTION_ID()", '1'],
    ['the last value of a sequence', 'SELECT NEXTVAL(s)', 'SELECT LASTVAL(s)', '1'],
  ])('lets a session wait for the connection that has %s', async (_, sql, question, answer) => {
    const { instance, one, occupy } = await pair();
    await one.query('CREATE SEQUENCE s');
    await one.query(sql);
    const vacate = await occupy();
    const rows = one.rows(question);
    await until('it waits', () => instance.status().queue.waiting === 1);
    await vacate();
    expect(await rows).toEqual([[answer]]);
  });

  it('has the locks of a session that begins anew free on either connection', async () => {
    const { one, occupy } = await pair();
    await one.query("SELECT GET_LOCK('pool.left', 0)");
    await one.command(command.RESET_CONNECTION);
    const vacate = await occupy();
    expect(await one.rows("SELECT GET_LOCK('pool.left', 5)")).toEqual([['1']]);
    await vacate();
  });

  it.each([
    ['a text prepared statement', "PREPARE p FROM 'SELECT 7'", 'EXECUTE p', '7'],
    ['a user variable', 'SET @a = 7', 'SELECT @a', '7'],
    ['a setting', "SET time_zone = '+07:00'", 'SELECT @@time_zone', '+07:00'],
    ['a generated id', 'DO LAST_INSERT_ID(7)', 'SELECT LAST_INSERT_ID()', '7'],
    ['a warning', 'DO 1 / 0', 'SHOW WARNINGS', 'Warning'],
    ['a count', "UPDATE t SET name = 'z'", 'SELECT ROW_COUNT()', '5'],
  ])('takes %s along to the other connection', async (_, sql, question, answer) => {
    const { one, occupy } = await pair();
    await one.query(sql);
    const vacate = await occupy();
    const [[value] = []] = await one.rows(question);
    await vacate();
    expect(value).toBe(answer);
  });
});
