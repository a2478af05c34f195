// What an instance says of itself: the status document, on its admin endpoint, without secrets or texts of statements.
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { InstanceStatus } from '../../src/observe/status.js';
import { closedGate } from '../support/gate.js';
import { useInstances } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

function ask(socketPath: string, path: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the admin endpoint', () => {
  it('gives the status document to its owner only', async () => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account);
    const { admin } = instance.settings;
    const { status, text } = await ask(admin, '/status');
    expect(status).toBe(200);
    const document = JSON.parse(text) as InstanceStatus;
    expect(document).toMatchObject({
      version: 1,
      user: 'tester',
      port: instance.port,
      pid: process.pid,
      revision: 'test',
      state: 'ready',
      maxSessions: 100,
      queue: { waiting: 0, max: 50, oldestMs: 0 },
    });
    expect(text).not.toContain(account.password);
    expect((await stat(admin)).mode & 0o077).toBe(0);
    expect((await ask(admin, '/other')).status).toBe(404);
    expect((await ask(admin, '/status', 'POST')).status).not.toBe(200);
  });

  it('is gone with the instance', async () => {
    const instance = await instances.start(server, await server.createAccount());
    await instance.drain('test');
    await expect(ask(instance.settings.admin, '/status')).rejects.toThrow();
  });
});

describe('the status document', () => {
  it('says what runs, since when, for whom, and who waits, as fingerprints', async () => {
    const account = await server.createAccount();
    const gate = await closedGate(server, account);
    const instance = await instances.start(server, account);
    const [one, two] = [await instance.login(), await instance.login({ schema: account.schema })];
    const started = Date.now();
    const running = one.rows(`${gate.read} WHERE id <> 4711`);
    await gate.blocked();
    const waiter = two.rows("SELECT 'a secret'");
    await until('two waits', () => instance.status().queue.waiting === 1);
    const status = instance.status();
    const [backend] = status.backend;
    expect(backend).toMatchObject({ state: 'busy', running: { session: one.greeting.threadId } });
    expect(backend?.running?.since).toBeGreaterThanOrEqual(started);
    expect(backend?.running?.since).toBeLessThanOrEqual(Date.now());
    const [thread] = await server.threadsOf(account.user);
    expect(backend?.threadId).toBe(thread);
    expect(status.sessions.map(({ id, state, schema }) => ({ id, state, schema }))).toEqual([
      { id: one.greeting.threadId, state: 'running', schema: null },
      { id: two.greeting.threadId, state: 'waiting', schema: account.schema },
    ]);
    expect(JSON.stringify(status)).not.toMatch(/4711|a secret/);
    await gate.open();
    await Promise.all([running, waiter]);
    expect(instance.status().backend[0]).toMatchObject({ state: 'idle' });
    expect(instance.status().backend[0]?.running).toBeUndefined();
  });

  it('counts commands, errors and bytes, and measures waiting and running apart', async () => {
    const instance = await instances.start(server, await server.createAccount());
    const client = await instance.login();
    for (let n = 0; n < 10; n++) await client.rows(`SELECT ${n}`);
    await client.failure('SELECT no_such_column');
    await client.rows('SELECT SLEEP(0.05)');
    const { counters, latency } = instance.status();
    expect(counters).toMatchObject({ sessionsAccepted: 1, commands: 12, errors: 1, backendConnects: 1 });
    expect(counters.bytesIn).toBeGreaterThan(12 * 12);
    expect(counters.bytesOut).toBeGreaterThan(12 * 12);
    expect(latency.run.count).toBe(12);
    expect(latency.run.max).toBeGreaterThanOrEqual(45);
    expect(latency.run.p50).toBeLessThan(latency.run.max);
    expect(latency.wait.max).toBeLessThan(45);
    // A rate is of whole seconds: the running one does not count yet.
    await until('a rate', () => instance.status().queriesPerSecond > 0);
  });

  it('tells of no statement but by its fingerprint in the events, unless log_queries asks for it', async () => {
    const account = await server.createAccount();
    const quiet = await instances.start(server, account);
    await (await quiet.login()).rows("SELECT 'my secret'");
    expect(JSON.stringify(quiet.events)).not.toContain('my secret');
    const open = await instances.start(server, account, { logQueries: 'all' });
    await (await open.login()).rows("SELECT 'my secret'");
    await open.event('command-finished', ({ text }) => text === "SELECT 'my secret'");
  });
});
