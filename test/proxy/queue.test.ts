// Waiting for a turn: bounded, in order, fair, and never the end of a session.
import { beforeEach, describe, expect, it } from 'vitest';
import { closedGate, type Gate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { readReply, type RawClient } from '../support/raw-client.js';
import type { SettingsOverrides } from '../support/settings.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let gate: Gate;
let instance: TestInstance;

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1 });
  gate = await closedGate(server, account);
  return () => gate.open();
});

/** An instance whose backend connection is busy until the gate opens, and sessions beside the one that keeps it so. */
async function busy(overrides: SettingsOverrides = {}) {
  instance = await instances.start(server, account, overrides);
  const holder = await instance.login();
  const held = holder.rows(gate.read);
  await gate.blocked();
  return { held, one: await instance.login(), two: await instance.login(), three: await instance.login() };
}

const waiting = (count: number): Promise<unknown> =>
  until(`${count} waiting`, () => instance.status().queue.waiting === count);

describe('a queue that is full', () => {
  it('refuses the next command at once with 1637, and the session goes on', async () => {
    const { held, one, two, three } = await busy({ backend: { maxQueueSize: 2 } });
    const answers = [one.rows('SELECT 1'), two.rows('SELECT 2')];
    await waiting(2);
    const refused = await three.failure('SELECT 3');
    expect(refused).toMatchObject({ errno: 1637, sqlState: 'HY000' });
    expect(refused.message).toContain('2 of 2');
    await gate.open();
    expect(await Promise.all(answers)).toEqual([[['1']], [['2']]]);
    expect(await three.rows('SELECT 4')).toEqual([['4']]);
    await held;
    expect(instance.status().counters.queueFull).toBe(1);
  });

  it('does not keep anybody from logging in, pinging and leaving', async () => {
    const { held, one } = await busy({ backend: { maxQueueSize: 1 } });
    const answer = one.rows('SELECT 1');
    await waiting(1);
    const other = await instance.login();
    expect((await other.command(0x0e)).at(-1)?.payload[0]).toBe(0);
    expect(await other.rows('SELECT CONNECTION_ID()')).toEqual([[String(other.greeting.threadId)]]);
    await other.quit();
    await gate.open();
    await Promise.all([held, answer]);
  });
});

describe('a command that waits too long', () => {
  it('gets 1205 with how long, where and behind whom, never runs, and its session goes on', async () => {
    const { held, one } = await busy({ backend: { queueTimeoutMs: 100 } });
    const error = await one.failure('INSERT INTO never VALUES (1)');
    expect(error).toMatchObject({ errno: 1205, sqlState: 'HY000' });
    expect(error.message).toMatch(/^Waited 0\.1 s .*place 1 /);
    expect(error.message).toContain(String(instance.status().backend[0]?.running?.session));
    await gate.open();
    await held;
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(await server.statementsOf(account.user)).not.toContain('INSERT INTO never VALUES (1)');
    expect(instance.status().counters.queueTimeouts).toBe(1);
  });

  it('does not shorten the time of one that runs', async () => {
    instance = await instances.start(server, account, { backend: { queueTimeoutMs: 50 } });
    const client = await instance.login();
    expect(await client.rows('SELECT SLEEP(0.2)')).toEqual([['0']]);
  });
});

describe('turns', () => {
  it('go round between sessions, and stay in order within one', async () => {
    const { held, one, two } = await busy();
    const send = (client: RawClient, sql: string): void => client.packets.send(Buffer.from(`\x03${sql}`));
    for (const n of [1, 2, 3]) send(one, `SELECT 'one ${n}'`);
    await waiting(1);
    for (const n of [1, 2]) send(two, `SELECT 'two ${n}'`);
    await waiting(2);
    await gate.open();
    await held;
    for (const client of [one, one, one, two, two]) await readReply(client.packets, 'results');
    const order = (await server.statementsOf(account.user)).filter((sql) => /^SELECT '(one|two)/.test(sql));
    const texts = order.map((sql) => sql.slice(8, -1));
    expect(texts).toEqual(['one 1', 'two 1', 'one 2', 'two 2', 'one 3']);
  });

  it('come first to metadata, but before nobody twice', async () => {
    instance = await instances.start(server, account);
    const holder = await instance.login();
    const held = holder.rows(gate.read);
    await gate.blocked();
    const clients = [];
    const statements = ['CREATE TABLE t (report INT)', "SELECT 'probe'", 'SHOW TABLES'];
    for (const [place, sql] of statements.entries()) {
      const client = await instance.login({ schema: account.schema });
      client.packets.send(Buffer.from(`\x03${sql}`));
      clients.push(client);
      await waiting(place + 1);
    }
    clients[1]?.packets.send(Buffer.from("\x03SELECT 'another probe'"));
    const { sessions } = instance.status();
    const places = sessions.flatMap(({ reason }) => /^place (\d)/.exec(reason ?? '')?.[1] ?? []);
    expect(places).toEqual(['3', '1', '2']);
    await gate.open();
    await held;
    for (const client of [...clients, ...clients.slice(1, 2)]) await readReply(client.packets, 'results');
    const order = (await server.statementsOf(account.user)).filter((sql) =>
      /probe|SHOW TABLES|report/.test(sql),
    );
    expect(order).toEqual([
      "SELECT 'probe'",
      'SHOW TABLES',
      'CREATE TABLE t (report INT)',
      "SELECT 'another probe'",
    ]);
  });

  it('of commands that one client sends without waiting are answered in their order', async () => {
    instance = await instances.start(server, account);
    const client = await instance.login();
    for (let n = 0; n < 50; n++) client.packets.send(Buffer.from(`\x03SELECT ${n}`));
    for (let n = 0; n < 50; n++) {
      const reply = await readReply(client.packets, 'results');
      expect(reply.at(-2)?.payload.toString('utf8', 1)).toBe(String(n));
    }
  });

  it('are given up by a client that has gone', async () => {
    const { held, one, two } = await busy();
    one.packets.send(Buffer.from("\x03SELECT 'of one who left'"));
    await waiting(1);
    one.reset();
    await waiting(0);
    const answer = two.rows('SELECT 2');
    await gate.open();
    await held;
    expect(await answer).toEqual([['2']]);
    expect(await server.statementsOf(account.user)).not.toContain("SELECT 'of one who left'");
  });
});
