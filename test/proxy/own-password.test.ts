// A session that gives the account of the port another password: nobody is locked out by that.
import { beforeEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { errorOf, type RawClient } from '../support/raw-client.js';
import type { SettingsOverrides } from '../support/settings.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;

async function start(overrides: SettingsOverrides = {}): Promise<void> {
  instance = await instances.start(server, account, overrides);
  one = await instance.login(overrides.client ?? {});
}

async function loseConnection(): Promise<void> {
  const before = instance.events.length;
  for (const thread of await server.threadsOf(account.user)) await server.kill(thread);
  await instance.event('backend-connected', () => true, before);
}

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1, privileges: ['CREATE USER'] });
});

describe('another password for the account of the port', () => {
  it.each(["SET PASSWORD = PASSWORD('brand new')", "SET PASSWORD FOR CURRENT_USER = PASSWORD('brand new')"])(
    'is what it logs in with from then on, and what clients do: %s',
    async (sql) => {
      await start();
      await one.query("SET time_zone = '+01:00'");
      expect(errorOf(await one.query(sql))).toBeUndefined();
      await loseConnection();
      expect(await one.rows('SELECT @@time_zone')).toEqual([['+01:00']]);
      await expect(instance.login()).rejects.toMatchObject({ error: { errno: 1045 } });
      expect(await (await instance.login({ password: 'brand new' })).rows('SELECT 1')).toEqual([['1']]);
      const told = instance.events.filter(({ type }) => type === 'password-changed');
      expect(told).toEqual([{ type: 'password-changed', session: one.greeting.threadId }]);
      expect(JSON.stringify(instance.events)).not.toContain('brand');
    },
  );

  it('is none for clients that log in with one of their own', async () => {
    const client = { user: 'tableau', password: 'its own' };
    await start({ client });
    await one.query("SET PASSWORD = PASSWORD('brand new')");
    await loseConnection();
    expect(await (await instance.login(client)).rows('SELECT 1')).toEqual([['1']]);
  });

  it('that the server takes, and does not give, changes nothing', async () => {
    await start();
    expect(errorOf(await one.query("ALTER USER CURRENT_USER() IDENTIFIED BY 'brand new'"))).toBeUndefined();
    await loseConnection();
    expect(await (await instance.login()).rows('SELECT 1')).toEqual([['1']]);
  });

  it('that the server refuses changes nothing', async () => {
    await start();
    expect((await one.failure("SET PASSWORD = PASSWORD('x') NONSENSE")).errno).toBe(1064);
    await loseConnection();
    expect(await (await instance.login()).rows('SELECT 1')).toEqual([['1']]);
  });
});
