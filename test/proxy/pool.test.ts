// pool_size above one, for backends that allow it.
import { describe, expect, it } from 'vitest';
import { closedGate } from '../support/gate.js';
import { useInstances } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
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
});
