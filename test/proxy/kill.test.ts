// Cancelling, from a second connection while the backend is busy, by the ids that the sessions know of each other.
import { beforeEach, describe, expect, it } from 'vitest';
import { closedGate, type Gate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, errorOf, rowsOf, type RawClient } from '../support/raw-client.js';
import type { SettingsOverrides } from '../support/settings.js';
import { int4 } from '../support/transcript.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let gate: Gate;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

beforeEach(async () => {
  account = await server.createAccount();
  gate = await closedGate(server, account);
  return () => gate.open();
});

async function start(overrides: SettingsOverrides = {}): Promise<void> {
  instance = await instances.start(server, account, overrides);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
}

const interrupted = { errno: 1317, sqlState: '70100' };
const idOf = (client: RawClient): number => client.greeting.threadId;
const isOk = (reply: Awaited<ReturnType<RawClient['query']>>): boolean => reply.at(-1)?.payload[0] === 0;

describe('KILL in a text of several statements', () => {
  it('means the sessions of the port, and is answered like any of the others', async () => {
    await start();
    const running = one.failure(gate.read);
    await gate.blocked();
    const killing = two.query(`KILL QUERY ${idOf(one)}; SELECT 2`);
    expect(await running).toMatchObject(interrupted);
    await gate.open();
    expect(rowsOf((await killing).slice(1))).toEqual([['2']]);
    expect(isOk(await two.query(`SET @a = 1; KILL ${idOf(one)}`))).toBe(true);
    await expect(one.packets.next()).rejects.toThrow();
    expect(await two.rows('SELECT @a')).toEqual([['1']]);
  });

  it('of somebody who is not there refuses the whole text, and reaches nobody on the server', async () => {
    await start();
    const [thread] = await server.threadsOf(account.user);
    expect(await two.failure(`KILL ${thread ?? 0}; SET @a = 1`)).toMatchObject({ errno: 1094 });
    expect(await two.rows('SELECT @a')).toEqual([[null]]);
    expect(instance.status().counters.backendLosses).toBe(0);
  });
});

describe('a session that begins anew behind a statement of its own that was cancelled', () => {
  it('waits for its end, longer than any command waits, and finds nothing of it', async () => {
    await start({ backend: { queueTimeoutMs: 100 } });
    const running = one.failure(`CREATE TEMPORARY TABLE kept AS ${gate.read}`);
    await gate.blocked();
    await two.query(`KILL QUERY ${idOf(one)}`);
    expect(await running).toMatchObject(interrupted);
    const resetting = one.command(command.RESET_CONNECTION);
    for (let i = 0; i < 2; i++) expect((await two.failure('SELECT 1')).errno).toBe(1205);
    await gate.open();
    expect(errorOf(await resetting)).toBeUndefined();
    expect((await one.failure('SELECT * FROM kept')).errno).toBe(1146);
  });
});

describe('KILL QUERY of a running statement', () => {
  it.each([
    ['KILL QUERY', (id: number) => two.query(`KILL QUERY ${id}`)],
    ['KILL /*!50000 QUERY */', (id: number) => two.query(`KILL /*!50000 QUERY */ ${id}`)],
  ])('by %s ends it at once for its session, which goes on', async (_, kill) => {
    await start();
    const running = one.failure(gate.read);
    await gate.blocked();
    expect(isOk(await kill(idOf(one)))).toBe(true);
    expect(await running).toMatchObject(interrupted);
    await gate.open();
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
    const counters = instance.status().counters;
    expect([counters.cancelled, counters.backendConnects]).toEqual([1, 1]);
  });

  it('waits for nobody, though others wait for the backend', async () => {
    await start();
    const running = one.failure(gate.read);
    await gate.blocked();
    const three = await instance.login();
    const waiter = three.rows('SELECT 3');
    await until('three waits', () => instance.status().queue.waiting === 1);
    await two.query(`KILL QUERY ${idOf(one)}`);
    expect(await running).toMatchObject(interrupted);
    await gate.open();
    expect(await waiter).toEqual([['3']]);
  });

  it('by COM_PROCESS_KILL ends the session, as it does directly', async () => {
    await start();
    const running = one.query(gate.read).catch(() => []);
    await gate.blocked();
    expect(isOk(await two.command(command.PROCESS_KILL, int4(idOf(one))))).toBe(true);
    await one.packets.closed;
    await running;
    await gate.open();
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
  });

  it('drains by default: the backend sees the statement to its end, on the same connection', async () => {
    await start();
    const running = one.failure(gate.write);
    await gate.blocked();
    await two.query(`KILL QUERY ${idOf(one)}`);
    await running;
    await gate.open();
    await two.rows('SELECT 1');
    expect(await gate.written()).toBe(1);
  });

  it('renews the backend connection with `cancel: reconnect`', async () => {
    await start({ cancel: 'reconnect' });
    const running = one.failure(gate.read);
    await gate.blocked();
    await two.query(`KILL QUERY ${idOf(one)}`);
    expect(await running).toMatchObject(interrupted);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(instance.status().counters.backendConnects).toBe(2);
  });

  it('tells the server through a second connection with `cancel: side_connection`', async () => {
    await start({ cancel: 'side_connection' });
    const running = one.failure(gate.read);
    await gate.blocked();
    await two.query(`KILL QUERY ${idOf(one)}`);
    expect(await running).toMatchObject(interrupted);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(await server.statementsOf(account.user)).toContainEqual(
      expect.stringMatching(/^KILL QUERY \d+$/i),
    );
    await until('one connection is left', async () => (await server.connectionsOf(account.user)) === 1);
  });

  it('ends the statement of a transaction and nothing else of it', async () => {
    await server.query(`CREATE TABLE ${account.schema}.t (id INT)`);
    await start();
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    const running = one.failure('SELECT SLEEP(0.3)');
    await until('it runs', () => instance.status().backend[0]?.running?.session === idOf(one));
    await two.query(`KILL QUERY ${idOf(one)}`);
    expect(await running).toMatchObject(interrupted);
    await one.query('COMMIT');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['1']]);
  });
});

describe('KILL QUERY of a waiting statement', () => {
  it('takes it out of the queue at once, and the backend never hears of it', async () => {
    await start();
    const running = one.rows(gate.read);
    await gate.blocked();
    const waiter = two.failure("SELECT 'never'");
    await until('two waits', () => instance.status().queue.waiting === 1);
    const three = await instance.login();
    await three.query(`KILL QUERY ${idOf(two)}`);
    expect(await waiter).toMatchObject(interrupted);
    expect(instance.status().queue.waiting).toBe(0);
    await gate.open();
    await running;
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
    expect(await server.statementsOf(account.user)).not.toContain("SELECT 'never'");
  });
});

describe('KILL', () => {
  it('of an idle session is OK, and does not hit its next statement', async () => {
    await start();
    expect(isOk(await two.query(`KILL QUERY ${idOf(one)}`))).toBe(true);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
  });

  it('of a session ends its connection, and only that', async () => {
    await start();
    expect(isOk(await two.query(`KILL ${idOf(one)}`))).toBe(true);
    await one.packets.closed;
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
    expect(instance.status().counters.backendConnects).toBe(1);
  });

  it.each(['drain', 'reconnect', 'side_connection'] as const)(
    'of a session that runs, waits or is pinned closes its connection without a word, with cancel: %s',
    async (cancel) => {
      await start({ cancel });
      const three = await instance.login({ schema: account.schema });
      const closed = (client: RawClient, sql: string) =>
        expect(client.query(sql)).rejects.toThrow('the connection was closed');
      const running = closed(one, gate.read);
      await gate.blocked();
      const waiting = closed(three, 'SELECT 3');
      await until('it waits', () => instance.status().queue.waiting === 1);
      await two.query(`KILL ${idOf(three)}`);
      await waiting;
      await two.query(`KILL ${idOf(one)}`);
      await running;
      await gate.open();
      const four = await instance.login({ schema: account.schema });
      await four.query('BEGIN');
      await two.query(`KILL ${idOf(four)}`);
      await four.packets.closed;
      expect(await two.rows('SELECT 2')).toEqual([['2']]);
      await until('they are gone', () => instance.status().sessions.length === 1);
    },
  );

  it('of an id that no session here has says 1094, and reaches nobody behind the port', async () => {
    await start();
    const [backendThread = 0] = await server.threadsOf(account.user);
    for (const id of [424242424, ...(backendThread === idOf(one) ? [] : [backendThread])]) {
      if (id === idOf(two)) continue;
      expect(await two.failure(`KILL ${id}`)).toMatchObject({ errno: 1094, sqlState: 'HY000' });
    }
    expect(errorOf(await two.command(command.PROCESS_KILL, int4(424242424)))?.errno).toBe(1094);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(instance.status().counters.backendConnects).toBe(1);
  });

  it('of oneself ends as the server ends it', async () => {
    await start();
    const error = await one.failure('KILL CONNECTION_ID()').catch(() => ({ errno: 0 }));
    expect([1927, 1317, 0]).toContain(error.errno);
    await one.packets.closed;
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
  });
});

describe('a statement that runs too long', () => {
  it('is cancelled after query_timeout, and its session goes on', async () => {
    await start({ queryTimeoutMs: 100 });
    const error = await one.failure("SELECT SLEEP(20), 'x' FROM DUAL");
    // As MySQL's max_execution_time or MariaDB's max_statement_time says it.
    expect([3024, 1969]).toContain(error.errno);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('KILL QUERY while the state for the statement is still being set', () => {
  it.each(['drain', 'reconnect'] as const)(
    'is answered with 1317 at once, with cancel: %s',
    async (cancel) => {
      await start({ cancel });
      await two.query("SET time_zone = '+01:00'");
      await one.query("SET time_zone = '+02:00'");
      const running = one.failure(gate.read);
      await gate.blocked();
      await two.query(`KILL QUERY ${idOf(one)}`);
      expect(await running).toMatchObject(interrupted);
      await gate.open();
      expect(await one.rows('SELECT @@time_zone')).toEqual([['+02:00']]);
      expect(await two.rows('SELECT @@time_zone')).toEqual([['+01:00']]);
    },
  );
});
