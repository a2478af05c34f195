// A server of the test's own that is stopped, killed, made read-only, under many sessions.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../../support/instance.js';
import { startMariadb } from '../../support/mariadb.js';
import { findProgram } from '../../support/programs.js';
import type { RawClient } from '../../support/raw-client.js';
import { startRelay, type Relay } from '../../support/relay.js';
import { until } from '../../support/until.js';

const hasServer = findProgram('mariadbd', 'mysqld') !== undefined;
const zoneOf = (i: number): string => `+0${i % 10}:${String(i % 60).padStart(2, '0')}`;

describe.skipIf(!hasServer)('a server that is away for a while (needs mariadbd on this machine)', () => {
  const instances = useInstances();
  let server: Awaited<ReturnType<typeof startMariadb>>;
  beforeAll(async () => (server = await startMariadb({ options: ['--innodb-flush-log-at-trx-commit=1'] })));
  afterAll(() => server.destroy());

  const open = async (
    count: number,
  ): Promise<{ instance: TestInstance; relay: Relay; clients: RawClient[] }> => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    await server.query(`CREATE TABLE ${account.schema}.t (n INT)`);
    const relay = await startRelay(server);
    const instance = await instances.start(relay, account);
    const clients: RawClient[] = [];
    for (let i = 0; i < count; i++) {
      const client = await instance.login({ schema: account.schema });
      await client.query(`SET time_zone = '${zoneOf(i)}'`);
      clients.push(client);
    }
    return { instance, relay, clients };
  };

  it.each(['stop', 'kill'] as const)(
    'after %s loses none of 50 idle and 20 waiting sessions, nor a write',
    async (end) => {
      const { instance, relay, clients } = await open(70);
      await server[end]();
      await instance.event('backend-lost');
      const waiting = clients
        .slice(50)
        .map((client, i) =>
          i % 2 === 0 ? client.rows('SELECT @@time_zone') : client.query(`INSERT INTO t VALUES (${i})`),
        );
      await until('20 waiting', () => instance.status().queue.waiting === 20);
      await instance.event('backend-connect-failed', ({ attempt }) => attempt === 3);
      await server.start();
      for (const [i, answer] of (await Promise.all(waiting)).entries())
        if (i % 2 === 0) expect(answer).toEqual([[zoneOf(50 + i)]]);
      for (const [i, client] of clients.entries())
        expect(await client.rows('SELECT @@time_zone')).toEqual([[zoneOf(i)]]);
      expect(await clients[0]?.rows('SELECT COUNT(*), COUNT(DISTINCT n) FROM t')).toEqual([['10', '10']]);
      expect(instance.events.filter(({ type }) => type === 'session-closed')).toEqual([]);
      expect(relay.maxOpen).toBe(1);
      await relay.stop();
    },
  );

  it('that comes back read-only tells writes 1290, serves reads, and writes again when it may', async () => {
    const { instance, relay, clients } = await open(2);
    const [one, two] = clients;
    await server.query('SET GLOBAL read_only = 1');
    expect(await one?.failure('INSERT INTO t VALUES (1)')).toMatchObject({ errno: 1290 });
    expect(await two?.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
    await server.query('SET GLOBAL read_only = 0');
    await one?.query('INSERT INTO t VALUES (1)');
    expect(await two?.rows('SELECT COUNT(*) FROM t')).toEqual([['1']]);
    expect(instance.status().counters.backendLosses).toBe(0);
    await relay.stop();
  });
});
