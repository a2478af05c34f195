// Stopping: what runs finishes, who is idle is told, and the backend's slot is free when the instance is gone.
import { describe, expect, it } from 'vitest';
import { closedGate } from '../support/gate.js';
import { startInstance, useInstances } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { openRaw } from '../support/raw-client.js';
import { handshakeResponse, readGreeting, usualCapabilities } from '../support/raw-login.js';
import { readError } from '../support/raw-packets.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();

describe('an instance that is being stopped', () => {
  it('lets the running command finish, and then lets go of the backend in order', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    const gate = await closedGate(server, account);
    const instance = await instances.start(server, account);
    const client = await instance.login();
    const answer = client.rows(gate.read);
    await gate.blocked();
    const drained = instance.drain('test');
    expect(instance.status().state).toBe('draining');
    await gate.open();
    expect(await answer).toEqual([['0']]);
    await drained;
    const commands = await server.commandsOf(account.user);
    expect(commands.at(-1)?.type).toBe('Quit');
    expect(instance.status().state).toBe('stopped');
  });

  it('tells idle sessions 1053 and lets nobody in any more', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    const gate = await closedGate(server, account);
    const instance = await instances.start(server, account);
    const [busy, idle] = [await instance.login(), await instance.login()];
    const answer = busy.rows(gate.read);
    await gate.blocked();
    const drained = instance.drain('test');
    const told = readError((await idle.packets.next()).payload);
    expect(told).toMatchObject({ errno: 1053, sqlState: '08S01' });
    await idle.packets.closed;
    await expect(openRaw(instance.port).then((late) => late.next())).rejects.toThrow();
    await gate.open();
    await answer;
    await drained;
    expect(instance.status().sessions).toEqual([]);
  });

  it('tells 1053 to who is in the middle of a login, where that ends', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    const instance = await instances.start(server, account);
    const arriving = await openRaw(instance.port);
    const { salt, capabilities } = readGreeting((await arriving.next()).payload);
    const drained = instance.drain('test');
    const intro = { ...account, collation: 45, plugin: 'mysql_native_password' as const };
    arriving.send(handshakeResponse({ ...intro, capabilities: capabilities & usualCapabilities }, salt), 1);
    const { payload, sequence } = await arriving.next();
    expect([readError(payload), sequence]).toEqual([expect.objectContaining({ errno: 1053 }), 2]);
    await drained;
  });

  it('tells 1053 to who is connected for the system only, instead of having that reset the connection', async () => {
    const instance = await instances.start(server, await server.createAccount());
    const knocking = [1, 2, 3, 4, 5].map(() => openRaw(instance.port));
    // Their connections are made now, and nobody has had time to accept them.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const drained = instance.drain('test');
    for (const client of await Promise.all(knocking))
      expect(readError((await client.next()).payload)).toMatchObject({ errno: 1053 });
    await drained;
  });

  it('waits half a second for a login that does not go on', async () => {
    const instance = await instances.start(server, await server.createAccount());
    const idle = await openRaw(instance.port);
    await idle.next();
    await instance.drain('test');
    await expect(idle.next()).rejects.toThrow();
  });

  it('lets an open transaction end', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    await server.query(`CREATE TABLE ${account.schema}.t (id INT)`);
    const instance = await instances.start(server, account);
    const client = await instance.login({ schema: account.schema });
    await client.query('BEGIN');
    await client.query('INSERT INTO t VALUES (1)');
    const drained = instance.drain('test');
    await client.query('COMMIT');
    await drained;
    const [row] = await server.query(`SELECT COUNT(*) AS n FROM ${account.schema}.t`);
    expect(row?.n).toBe(1);
  });

  it('waits no longer than drain_timeout', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    const gate = await closedGate(server, account);
    const instance = await instances.start(server, account, { drainTimeoutMs: 100 });
    const client = await instance.login();
    const answer = client.failure(gate.read);
    await gate.blocked();
    await instance.drain('test');
    expect((await answer).errno).toBe(1053);
    expect(instance.status().state).toBe('stopped');
    await gate.open();
  });

  it('may be told so twice, and once more the hard way', async () => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account);
    await Promise.all([instance.drain('once'), instance.drain('twice')]);
    await instance.destroy();
    expect(instance.events.filter(({ type }) => type === 'stopped')).toHaveLength(1);
    await until('the slot is free', async () => (await server.connectionsOf(account.user)) === 0);
  });

  it('has given its slot back when it is gone: its successor gets in at the first try, every time', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    const first = await instances.start(server, account);
    await first.drain('restart');
    for (let n = 0; n < 5; n++) {
      const next = await startInstance(first.settings);
      const client = await next.login();
      expect(await client.rows('SELECT 1')).toEqual([['1']]);
      await next.drain('restart');
      expect(next.events.filter(({ type }) => type === 'backend-connect-failed')).toEqual([]);
    }
  });
});
