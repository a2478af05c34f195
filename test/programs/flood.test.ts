// Very many clients of one instance: what each costs, and that the others are served meanwhile.
import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startInstanceProcess, type InstanceProcess } from '../support/instance-process.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { connectRaw, errorOf, openRaw, type RawClient } from '../support/raw-client.js';
import type { PacketSocket } from '../support/raw-socket.js';
import type { SettingsOverrides } from '../support/settings.js';
import { until } from '../support/until.js';

const server = useMariadb();
const many = 1_000;

interface Scene {
  readonly account: Account;
  readonly instance: InstanceProcess;
  readonly witness: RawClient;
}

async function scene(overrides: SettingsOverrides): Promise<Scene> {
  const account = await server.createAccount({ maxUserConnections: 1 });
  const instance = await startInstanceProcess(server, account, overrides);
  onTestFinished(() => instance.stop());
  return { account, instance, witness: await connectRaw({ port: instance.port, ...account }) };
}

const descriptors = ({ pid }: InstanceProcess): number => readdirSync(`/proc/${pid}/fd`).length;

async function inTurns<T>(count: number, atOnce: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) made.push(...(await Promise.all(Array.from({ length: atOnce }, make))));
  return made;
}

describe.skipIf(process.platform !== 'linux')('a thousand clients', () => {
  it('that log in and stay idle cost some KB each, are all served, and leave nothing', async () => {
    const { account, instance, witness } = await scene({ maxSessions: many + 1 });
    const before = { memory: instance.memory()?.own ?? 0, open: descriptors(instance) };
    const clients = await inTurns(many, 50, () => connectRaw({ port: instance.port, ...account }));
    const kB = (((instance.memory()?.own ?? 0) - before.memory) * 1024) / many;
    console.log(`an idle session: ${kB.toFixed(0)} KB`);
    expect(kB).toBeLessThan(100);
    await expect(connectRaw({ port: instance.port, ...account })).rejects.toMatchObject({
      error: { errno: 1040 },
    });
    expect(await witness.rows('SELECT 1')).toEqual([['1']]);
    for (const client of clients.filter((_, i) => i % 100 === 0)) {
      expect(await client.rows('SELECT 2')).toEqual([['2']]);
    }
    for (const client of clients) client.reset();
    await until('their sessions are closed', async () => (await instance.status()).sessions.length === 1);
    await until('their sockets are closed', () => descriptors(instance) === before.open);
    expect(await server.connectionsOf(account.user)).toBe(1);
  }, 60_000);

  it('that connect and go at once keep nobody from being served', async () => {
    const { account, instance, witness } = await scene({ maxSessions: 100 });
    const before = descriptors(instance);
    const knock = async (): Promise<void> => {
      const knocking = await openRaw(instance.port);
      knocking.socket.resetAndDestroy();
      await knocking.closed;
    };
    const knocked = inTurns(many, 20, knock);
    let served = 0;
    let isOver = false;
    void knocked.finally(() => (isOver = true));
    do {
      expect(await witness.rows('SELECT 1')).toEqual([['1']]);
      served++;
      // The last look is after the last of them.
    } while (!(isOver as boolean));
    await knocked;
    expect(served).toBeGreaterThan(1);
    await until('their sockets are closed', () => descriptors(instance) === before);
    const late = await connectRaw({ port: instance.port, ...account });
    expect(errorOf(await late.query('SELECT 1'))).toBeUndefined();
  }, 60_000);

  it('that never log in are refused past max_sessions, and gone with login_timeout', async () => {
    const { account, instance, witness } = await scene({ maxSessions: 100, loginTimeoutMs: 2_000 });
    const before = descriptors(instance);
    const memory = instance.memory()?.own ?? 0;
    // Each sends the beginning of a packet of 128 KB, a byte in a segment as far as the system lets it.
    const silent = await inTurns(many, 50, async (): Promise<PacketSocket> => {
      const knocking = await openRaw(instance.port);
      for (const piece of [
        Buffer.from([0xff, 0xff, 1, 1]),
        ...Array.from({ length: 20 }, () => Buffer.from('x')),
      ])
        knocking.socket.write(piece);
      return knocking;
    });
    expect(await witness.rows('SELECT 1')).toEqual([['1']]);
    expect((instance.memory()?.own ?? 0) - memory).toBeLessThan(100);
    await Promise.all(silent.map(({ closed }) => closed));
    await until('their sockets are closed', () => descriptors(instance) === before);
    expect((await connectRaw({ port: instance.port, ...account })).login).toHaveLength(1);
  }, 60_000);
});
