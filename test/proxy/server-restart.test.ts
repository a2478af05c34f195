// A backend server that is restarted, or dies, under a working instance.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useInstances } from '../support/instance.js';
import { startMariadb } from '../support/mariadb.js';
import { findProgram } from '../support/programs.js';
import { command, errorOf, type RawClient } from '../support/raw-client.js';
import type { RawPacket } from '../support/raw-packets.js';
import { executeBody, statementId } from '../support/transcript.js';
import { until } from '../support/until.js';

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

  it('while 50 sessions are idle and 20 wait, keeps every one of them, with its state and its answer', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    const instance = await instances.start(server, account, { backend: { queueTimeoutMs: 120_000 } });
    const open = (): Promise<RawClient> => instance.login({ schema: account.schema });
    const idle = await Promise.all(Array.from({ length: 50 }, open));
    const waiting = await Promise.all(Array.from({ length: 20 }, open));
    await idle[0]?.query('CREATE TABLE acknowledged (who INT)');
    const ids: Buffer[] = [];
    for (const [i, client] of [...idle, ...waiting].entries()) {
      await client.query(`SET time_zone = '+00:${10 + (i % 50)}', @mine = ${i}`);
      ids.push(statementId(await client.command(command.STMT_PREPARE, Buffer.from('SELECT DATABASE()'))));
    }
    await until('variables are known', () => instance.status().backend[0]?.atStake?.variables === 0);
    const before = instance.events.length;
    await server.kill();
    await instance.event('backend-lost', undefined, before);
    const answers = waiting.map((client, i) =>
      i % 2 === 0
        ? client.rows('SELECT @mine, @@time_zone')
        : client.query('INSERT INTO acknowledged VALUES (@mine)'),
    );
    const failures = (): number =>
      instance.events.slice(before).filter(({ type }) => type === 'backend-connect-failed').length;
    await until('it was tried five times in vain', () => failures() >= 5);
    expect(instance.status().queue.waiting).toBe(20);
    await server.start();
    for (const [i, answer] of (await Promise.all(answers)).entries()) {
      if (i % 2 === 0) expect(answer).toEqual([[String(50 + i), `+00:${10 + (i % 50)}`]]);
      else expect(errorOf(answer as readonly RawPacket[])).toBeUndefined();
    }
    expect(await idle[0]?.rows('SELECT COUNT(*), SUM(who) FROM acknowledged')).toEqual([['10', '600']]);
    for (const [i, client] of idle.entries()) {
      const id = ids[i] ?? Buffer.alloc(4);
      expect(errorOf(await client.command(command.STMT_EXECUTE, executeBody(id)))).toBeUndefined();
      expect(await client.rows('SELECT @mine, @@time_zone')).toEqual([[String(i), `+00:${10 + i}`]]);
    }
    expect(instance.status().sessions).toHaveLength(70);
    expect(instance.status().counters).toMatchObject({ backendConnects: 2, backendLosses: 1 });
  });
});
