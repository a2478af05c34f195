// wait_timeout: of a server that ends idle connections, and of a session that wants to be ended when it is idle.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { startMariadb, useMariadb, type Account, type TestServer } from '../support/mariadb.js';
import { findProgram } from '../support/programs.js';
import { command, type RawClient } from '../support/raw-client.js';
import type { SettingsOverrides } from '../support/settings.js';

const shared = useMariadb();
const hasServer = findProgram('mariadbd', 'mysqld') !== undefined;
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

async function start(server: TestServer, overrides: SettingsOverrides = {}): Promise<void> {
  account = await server.createAccount({ maxUserConnections: 1 });
  await server.query(`CREATE TABLE ${account.schema}.t (n INT) ENGINE=InnoDB`);
  instance = await instances.start(server, account, overrides);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
}

describe.runIf(hasServer)('a server that ends what is idle for a second', () => {
  let server: TestServer;

  beforeAll(async () => {
    const own = await startMariadb({ options: ['--wait-timeout=1'] });
    server = own;
    return () => own.destroy();
  });

  it('costs nobody anything while nobody asks anything', async () => {
    await start(server, { keepaliveMs: 0 });
    await one.query("SET time_zone = '+01:00'");
    await instance.event('backend-lost');
    expect(await one.rows('SELECT @@time_zone')).toEqual([['+01:00']]);
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
  });

  it('ends an idle transaction, whose session is told, and whoever waits behind it goes on', async () => {
    await start(server, { pinTimeoutMs: 60_000 });
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (6)');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
    expect(await one.failure('COMMIT')).toMatchObject({ errno: 1213, sqlState: '40001' });
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
  });

  it('does not end what is pinged every keepalive', async () => {
    await start(server, { keepaliveMs: 300 });
    await one.rows('SELECT 1');
    await server.query('SET @@session.wait_timeout = 100, @slept = SLEEP(2)');
    expect(instance.status().counters).toMatchObject({ backendLosses: 0, backendConnects: 1 });
  });
});

describe('a session that wants to be ended when it is idle for a second', () => {
  beforeEach(() => start(shared, { keepaliveMs: 0 }));

  it('is ended, without an error, as by a server; the connection and the others stay', async () => {
    await one.query('SET wait_timeout = 1');
    expect(await one.rows('SELECT @@wait_timeout')).toEqual([['1']]);
    expect(await two.rows('SELECT @@wait_timeout > 1')).toEqual([['1']]);
    const closed = await instance.event('session-closed', ({ session }) => session === one.greeting.threadId);
    expect(closed.reason).toContain('wait_timeout');
    await expect(one.packets.next()).rejects.toThrow();
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
    expect(instance.status().counters).toMatchObject({ backendLosses: 0, backendConnects: 1 });
  });

  it('is idle only between its commands, and what it has begun is rolled back', async () => {
    await one.query('SET wait_timeout = 1');
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    expect(await one.rows('SELECT SLEEP(1.2)')).toEqual([['0']]);
    await instance.event('session-closed', ({ session }) => session === one.greeting.threadId);
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
    expect(instance.status().counters).toMatchObject({ backendLosses: 0, backendConnects: 1 });
  });

  it.each(['idle_transaction_timeout', 'idle_readonly_transaction_timeout'])(
    'in a transaction, by %s, costs nobody the connection',
    async (name) => {
      await two.query('CREATE TEMPORARY TABLE tmp AS SELECT 5 AS a');
      await one.query(`SET ${name} = 1`);
      await one.query('BEGIN');
      await one.query('SELECT * FROM t');
      await shared.query('SELECT SLEEP(1.5)');
      expect(await two.rows('SELECT a FROM tmp')).toEqual([['5']]);
      expect(instance.status().counters).toMatchObject({ backendLosses: 0, backendConnects: 1 });
    },
  );

  it('in a transaction, by idle_transaction_timeout, is ended there and not elsewhere', async () => {
    await one.query('SET idle_transaction_timeout = 1');
    await shared.query('SELECT SLEEP(1.2)');
    expect(await one.rows('SELECT @@idle_transaction_timeout')).toEqual([['1']]);
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    const closed = await instance.event('session-closed', ({ session }) => session === one.greeting.threadId);
    expect(closed.reason).toContain('idle_transaction_timeout');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
  });

  it('may stay as long as it likes once it begins anew', async () => {
    await one.query('SET wait_timeout = 1');
    await one.command(command.RESET_CONNECTION);
    await shared.query('SELECT SLEEP(1.2)');
    expect(await one.rows('SELECT @@wait_timeout > 1')).toEqual([['1']]);
  });
});
