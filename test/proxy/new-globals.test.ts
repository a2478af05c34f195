// SET GLOBAL through a port: sessions that begin later begin with it, those that are there keep what they have.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { startMariadb, type Account, type TestServer } from '../support/mariadb.js';
import { command, type RawClient } from '../support/raw-client.js';
import type { MariadbProcess } from '../support/mariadb-process.js';

// Globals are everybody's: this file has a server of its own.
let server: TestServer & MariadbProcess;
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;

beforeAll(async () => {
  server = await startMariadb();
});
afterAll(async () => {
  await server.close();
  await server.destroy();
});

beforeEach(async () => {
  account = await server.createAccount({ privileges: ['SUPER'], maxUserConnections: 1 });
  instance = await instances.start(server, account);
  one = await instance.login({ schema: account.schema });
});

const login = (): Promise<RawClient> => instance.login({ schema: account.schema });

describe('a global that a session sets', () => {
  it.each([
    ['SET GLOBAL group_concat_max_len = 2048', 'group_concat_max_len', '1048576', '2048'],
    ["SET @@global.sql_mode = 'ANSI_QUOTES'", 'sql_mode', expect.stringContaining('STRICT'), 'ANSI_QUOTES'],
    ['SET GLOBAL sql_select_limit = 1', 'sql_select_limit', '18446744073709551615', '1'],
    [
      'SET GLOBAL TRANSACTION ISOLATION LEVEL SERIALIZABLE',
      'tx_isolation',
      'REPEATABLE-READ',
      'SERIALIZABLE',
    ],
    ['SET GLOBAL wait_timeout = 4711', 'wait_timeout', '28800', '4711'],
  ])('is what later sessions begin with: %s', async (sql, name, before, now) => {
    const there = await login();
    const value = async (client: RawClient): Promise<unknown> =>
      (await client.rows(`SELECT @@${name}`))[0]?.[0];
    expect(await value(there)).toEqual(before);
    await one.query(sql);
    const later = await login();
    expect(await value(later)).toBe(now);
    expect([await value(one), await value(there)]).toEqual([before, before]);
    expect(await value(later)).toBe(now);
    await there.command(command.RESET_CONNECTION);
    expect(await value(there)).toBe(now);
    expect(await value(one)).toEqual(before);
    await one.query(`SET SESSION ${name} = DEFAULT`);
    expect(await value(one)).toBe(now);
    await one.query(`SET GLOBAL ${name} = DEFAULT`);
    expect(await value(await login())).toEqual(before);
  });

  it('outlives the connection, and so does what the others keep', async () => {
    const there = await login();
    await one.query('SET GLOBAL max_sort_length = 99');
    const before = instance.events.length;
    for (const thread of await server.threadsOf(account.user)) await server.query(`KILL ${thread}`);
    await instance.event('backend-lost', undefined, before);
    expect(await there.rows('SELECT @@max_sort_length')).toEqual([['1024']]);
    expect(await (await login()).rows('SELECT @@max_sort_length')).toEqual([['99']]);
    await one.query('SET GLOBAL max_sort_length = DEFAULT');
  });

  it('and that would have the server end idle connections leaves the shared one alone', async () => {
    await one.query('SET GLOBAL wait_timeout = 1');
    const later = await login();
    expect(await later.rows('SELECT @@wait_timeout')).toEqual([['1']]);
    await server.query('SELECT SLEEP(2.5)');
    expect(await later.rows('SELECT @@wait_timeout')).toEqual([['1']]);
    expect(instance.status().counters.backendLosses).toBe(0);
    await one.query('SET GLOBAL wait_timeout = DEFAULT');
  });

  it('that all share is in force for all', async () => {
    const there = await login();
    await one.query('SET GLOBAL slow_launch_time = 77');
    expect(await there.rows('SELECT @@slow_launch_time')).toEqual([['77']]);
    expect(instance.status().counters.backendConnects).toBe(1);
  });

  it('and that is all that a session may have is in force for all but who has it switched off', async () => {
    const [there, off] = [await login(), await login()];
    await off.query('SET max_delayed_threads = 0');
    await one.query('SET GLOBAL max_delayed_threads = 100');
    const clients = [await login(), there, off, one, there];
    for (const [at, client] of clients.entries())
      expect(await client.rows('SELECT @@max_delayed_threads')).toEqual([[at === 2 ? '0' : '100']]);
    await one.query('SET GLOBAL max_delayed_threads = DEFAULT');
  });

  it('and that a connection has from its login is there for the next session, and the connection is renewed for it', async () => {
    const there = await login();
    await there.query('SET @a = 7');
    const before = instance.events.length;
    await one.query('SET GLOBAL max_allowed_packet = 2097152');
    await instance.event('backend-connected', () => true, before);
    const later = await login();
    expect(await later.rows('SELECT @@max_allowed_packet')).toEqual([['2097152']]);
    // It would cost everybody the connection if it was sent.
    expect((await there.failure(`SELECT '${'x'.repeat(3_000_000)}'`)).errno).toBe(1153);
    expect(await there.rows('SELECT @a')).toEqual([['7']]);
    expect(instance.status().counters.backendLosses).toBe(0);
    await one.query('SET GLOBAL max_allowed_packet = DEFAULT');
  });
});
