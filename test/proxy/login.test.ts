// Logging in at a port: who gets in, who does not, and that nobody's failed login is felt by another.
import { once } from 'node:events';
import mysql from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { readOk } from '../../src/wire/reply-packets.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { connectRaw, openRaw, ServerError, type RawLogin } from '../support/raw-client.js';
import { capability, readGreeting, usualCapabilities, type PasswordPlugin } from '../support/raw-login.js';
import { readError } from '../support/raw-packets.js';
import { startRelay } from '../support/relay.js';

const server = useMariadb();
const instances = useInstances();
const plugins: readonly PasswordPlugin[] = ['mysql_native_password', 'caching_sha2_password'];

const refusal = async (instance: TestInstance, login: Partial<RawLogin>) => {
  try {
    await instance.login(login);
  } catch (error) {
    if (error instanceof ServerError) return error.error;
    throw error;
  }
  throw new Error('was let in');
};

describe('a login', () => {
  it.each(plugins)(
    'with %s gets in with the right password, whatever the greeting proposed',
    async (plugin) => {
      const instance = await instances.start(server, await server.createAccount());
      const client = await instance.login({ plugin });
      const switched = client.login.some(({ payload }) => payload[0] === 0xfe);
      expect(switched).toBe(client.greeting.plugin !== plugin);
      expect(await client.rows('SELECT 1')).toEqual([['1']]);
    },
  );

  it('that is refused is told with the name that was tried, fit for a terminal', async () => {
    const instance = await instances.start(server, await server.createAccount());
    const tried = (): unknown[] =>
      instance.events.flatMap((event) => (event.type === 'login-failed' ? event.user : []));
    await refusal(instance, { user: 'm\u001b[2Jallory' });
    await refusal(instance, { user: 'x'.repeat(2_000) });
    expect(tried()).toEqual(['m?[2Jallory', 'x'.repeat(80)]);
    const client = await instance.login();
    expect(await client.changeUser({ user: 'eve', password: 'wrong' })).toMatchObject({ errno: 1045 });
    expect(tried()).toContain('eve');
  });

  it.each(plugins)('with %s is refused alike for a wrong user and a wrong password', async (plugin) => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account);
    const wrongPassword = await refusal(instance, { plugin, password: 'wrong' });
    const wrongUser = await refusal(instance, { plugin, user: 'wrong' });
    const nothing = await refusal(instance, { plugin, password: '' });
    for (const error of [wrongPassword, wrongUser, nothing]) {
      expect(error).toMatchObject({ errno: 1045, sqlState: '28000' });
    }
    expect(wrongPassword.message).toBe(
      `Access denied for user '${account.user}'@'127.0.0.1' (using password: YES)`,
    );
    expect(wrongUser.message).toBe(wrongPassword.message.replace(account.user, 'wrong'));
    expect(nothing.message).toContain('(using password: NO)');
    expect(instance.status().counters.loginsFailed).toBe(3);
  });

  it('that names a plugin nobody knows is asked for one that is known', async () => {
    const instance = await instances.start(server, await server.createAccount());
    const client = await instance.login({ plugin: 'dialog' as PasswordPlugin });
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
  });

  it('that says nothing of plugins is taken as an old client with a native password', async () => {
    const instance = await instances.start(server, await server.createAccount());
    const client = await instance.login({ capabilities: usualCapabilities & ~capability.PLUGIN_AUTH });
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
  });

  it('uses the user and password of `client`, where the port map has them', async () => {
    const instance = await instances.start(server, await server.createAccount(), {
      client: { user: 'analyst', password: 'pässwörd' },
    });
    const client = await instance.login({ plugin: 'caching_sha2_password' });
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
  });

  it('with an empty password gets in where the password is empty', async () => {
    const instance = await instances.start(server, await server.createAccount(), {
      client: { user: 'open', password: '' },
    });
    for (const plugin of plugins) await instance.login({ plugin });
    expect(instance.status().sessions).toHaveLength(2);
  });

  it('by mysql2, with the plugin that it is told to use, works', async () => {
    const account = await server.createAccount();
    const { port } = await instances.start(server, account);
    const { user, password, schema } = account;
    const connection = await mysql.createConnection({ port, user, password, database: schema });
    expect((await connection.execute('SELECT ? + 1 AS n', [41]))[0]).toEqual([{ n: 42 }]);
    await connection.end();
  });

  it("by MariaDB's driver for Node is told of its letters, which it would take from the greeting", async () => {
    const instance = await instances.start(server, await server.createAccount());
    const toldTo = async (_client_name: string) => {
      const { login } = await instance.login({ collation: 224, attributes: { _client_name } });
      return readOk(login.at(-1)?.payload ?? Buffer.alloc(0), true).changes;
    };
    const told = { type: 'variable', name: 'character_set_client', value: 'utf8mb3' };
    expect(await toldTo('MariaDB connector/Node')).toEqual([told]);
    expect(await toldTo('libmariadb')).toEqual([]);
  });

  it('costs the backend no connection', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    const relay = await startRelay(server);
    const instance = await instances.start(relay, account);
    for (let i = 0; i < 10; i++) await instance.login();
    expect([relay.total, instance.status().sessions.length]).toEqual([1, 10]);
    await instance.destroy();
    await relay.stop();
  });
});

describe('the character set at login', () => {
  it("is proposed as the server's own greeting does", async () => {
    const instance = await instances.start(server, await server.createAccount());
    const directly = await openRaw(server.port, server.host);
    const proposed = readGreeting((await directly.next()).payload).collation;
    directly.socket.destroy();
    await (await instance.login()).rows('SELECT 1');
    expect((await instance.login()).greeting.collation).toBe(proposed);
  });

  it.each([35, 54, 60])('is refused as the server refuses it, where it is number %i', async (collation) => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account);
    const { host, port } = server;
    const directly = connectRaw({ host, port, ...account, collation }).catch((error: unknown) => error);
    const through = connectRaw({ port: instance.port, ...account, collation }).catch(
      (error: unknown) => error,
    );
    const { error } = (await directly) as { error: unknown };
    expect(await through).toMatchObject({ error });
    expect(error).toMatchObject({ errno: 1231 });
  });
});

describe('the schema at login', () => {
  it('is the one that the client names', async () => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account);
    const client = await instance.login({ schema: account.schema });
    expect(await client.rows('SELECT DATABASE()')).toEqual([[account.schema]]);
    const other = await instance.login();
    expect(await other.rows('SELECT DATABASE()')).toEqual([[null]]);
  });

  it('is the one of the port map for a client that names none', async () => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account, { backend: { database: account.schema } });
    const client = await instance.login();
    expect(await client.rows('SELECT DATABASE()')).toEqual([[account.schema]]);
  });

  it('is refused as the server refuses it, where it does not exist', async () => {
    const account = await server.createAccount({ privileges: ['SELECT'] });
    const instance = await instances.start(server, account);
    const schema = 'no_such_schema';
    const directly = connectRaw({ host: server.host, port: server.port, ...account, schema });
    await expect(directly).rejects.toMatchObject({ error: { errno: 1049 } });
    expect(await refusal(instance, { schema })).toEqual({
      errno: 1049,
      sqlState: '42000',
      message: "Unknown database 'no_such_schema'",
    });
  });
});

describe('what a client says of itself', () => {
  it('shows in the status document', async () => {
    const instance = await instances.start(server, await server.createAccount());
    const attributes = { _client_name: 'libmysql', program_name: 'tabprotosrv', long: 'x'.repeat(3000) };
    const client = await instance.login({ attributes });
    const [session] = instance.status().sessions;
    expect(session).toMatchObject({ id: client.greeting.threadId, clientProgram: 'tabprotosrv' });
    expect(session?.clientAddress).toContain('127.0.0.1');
  });
});

describe('the limits of a port', () => {
  it('end a login that is not finished in time, with an error', async () => {
    const instance = await instances.start(server, await server.createAccount(), { loginTimeoutMs: 50 });
    const silent = await openRaw(instance.port);
    await silent.next();
    const last = await silent.next();
    expect(readError(last.payload)?.errno).toBe(1159);
    await silent.closed;
    expect(instance.status().sessions).toEqual([]);
  });

  it('do not end a session that has logged in in time', async () => {
    const instance = await instances.start(server, await server.createAccount(), { loginTimeoutMs: 150 });
    const silent = await openRaw(instance.port);
    const client = await instance.login();
    await silent.closed;
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
  });

  it('refuse one session too many with 1040, and let the next in when one has gone', async () => {
    const instance = await instances.start(server, await server.createAccount(), { maxSessions: 2 });
    const first = await instance.login();
    await instance.login();
    const error = await refusal(instance, {});
    expect([error.errno, error.message]).toEqual([1040, expect.stringContaining('2')]);
    await first.quit();
    await instance.event('session-closed');
    await instance.login();
    expect(instance.status().counters).toMatchObject({ sessionsAccepted: 3, sessionsRefused: 1 });
  });
});

describe('a client that misbehaves', () => {
  it.each([
    ['speaks HTTP', 'GET / HTTP/1.1\r\nHost: port\r\n\r\n'],
    ['sends an empty packet', '\0\0\0\x01'],
    ['announces 16 MB before it has logged in', '\xff\xff\xff\x01'],
    ['sends nonsense', '\x20\0\0\x01'.padEnd(36, '\xff')],
  ])('and %s is sent away, and nobody else notices', async (_, bytes) => {
    const instance = await instances.start(server, await server.createAccount(), { loginTimeoutMs: 300 });
    const client = await instance.login();
    const bad = await openRaw(instance.port);
    bad.socket.write(Buffer.from(bytes, 'latin1'));
    await bad.closed;
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
    expect(instance.events.filter(({ type }) => type === 'internal-error')).toEqual([]);
  });

  it('and resets its connection, at any time, harms neither the port nor the backend connection', async () => {
    const instance = await instances.start(server, await server.createAccount());
    const early = await openRaw(instance.port);
    early.socket.resetAndDestroy();
    const running = await instance.login();
    running.packets.send(Buffer.from("\x03SELECT REPEAT('x', 1000000), SLEEP(0.05)"));
    running.reset();
    const idle = await instance.login();
    idle.reset();
    await once(idle.packets.socket, 'close').catch(() => undefined);
    const other = await instance.login();
    expect(await other.rows('SELECT 1')).toEqual([['1']]);
    expect(instance.status().counters.backendConnects).toBe(1);
    await instance.event('session-closed', ({ session }) => session === idle.greeting.threadId);
    expect(instance.status().sessions.map(({ id }) => id)).toEqual([other.greeting.threadId]);
  });
});

describe('a change of user', () => {
  it('that is not finished within login_timeout ends the session, and only that', async () => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account, { loginTimeoutMs: 300 });
    const [stalled, other] = [await instance.login(), await instance.login()];
    const zero = Buffer.from([0]);
    const native = Buffer.from('mysql_native_password\0');
    const change = [Buffer.from(`\x11${account.user}\0`), zero, zero, Buffer.from([45, 0]), native];
    stalled.packets.send(Buffer.concat(change));
    // The instance asks for the answer to a new scramble, and waits.
    expect((await stalled.packets.next()).payload[0]).toBe(0xfe);
    expect(readError((await stalled.packets.next()).payload)).toMatchObject({
      errno: 1159,
      sqlState: '08S01',
    });
    await stalled.packets.closed;
    expect(await other.rows('SELECT 1')).toEqual([['1']]);
    expect(instance.status().sessions.map(({ id }) => id)).toEqual([other.greeting.threadId]);
    expect(instance.events.filter(({ type }) => type === 'internal-error')).toEqual([]);
  });
});
