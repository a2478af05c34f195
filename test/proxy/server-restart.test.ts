// A backend server that is restarted, or dies, under a working instance.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useInstances } from '../support/instance.js';
import { startMariadb } from '../support/mariadb.js';
import { findProgram } from '../support/programs.js';

const hasServer = findProgram('mariadbd', 'mysqld') !== undefined;

describe.skipIf(!hasServer)('a server that comes back (needs mariadbd on this machine)', () => {
  const instances = useInstances();
  let server: Awaited<ReturnType<typeof startMariadb>>;
  beforeAll(async () => (server = await startMariadb({ options: ['--innodb-flush-log-at-trx-commit=1'] })));
  afterAll(() => server.destroy());

  it.each(['stop', 'kill'] as const)('after %s finds the sessions where it left them', async (end) => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    const instance = await instances.start(server, account);
    const client = await instance.login({ schema: account.schema });
    await client.query("SET time_zone = '+04:00'");
    await client.query('CREATE TABLE kept (a INT)');
    await client.query('INSERT INTO kept VALUES (1)');
    const before = instance.events.length;
    await server[end]();
    await instance.event('backend-lost', undefined, before);
    const answer = client.rows('SELECT a, @@time_zone FROM kept');
    await server.start();
    expect(await answer).toEqual([['1', '+04:00']]);
  });
});
