// Losing the backend, in every way: sessions wait, reads are run again, writes never twice, and nobody is disconnected.
import { beforeEach, describe, expect, it } from 'vitest';
import { createSales } from '../support/fixtures.js';
import { closedGate, type Gate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, connectRaw, errorOf, type RawClient } from '../support/raw-client.js';
import { startRelay, type Relay } from '../support/relay.js';
import type { SettingsOverrides } from '../support/settings.js';
import { executeBody, statementId, textParameters } from '../support/transcript.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let relay: Relay;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

beforeEach(async () => {
  account = await server.createAccount();
  await createSales(server, account, 5);
  relay = await startRelay(server);
  return async () => {
    // Whatever happened: the instance never had two connections at once.
    expect(relay.maxOpen).toBeLessThanOrEqual(1);
    await relay.stop();
  };
});

async function start(overrides: SettingsOverrides = {}): Promise<void> {
  instance = await instances.start(relay, account, overrides);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
}

/** Loses the connection and waits until the instance knows it. */
async function lose(how: () => void | Promise<void> = () => relay.reset()): Promise<void> {
  const before = instance.events.length;
  await how();
  await instance.event('backend-lost', undefined, before);
}

const waiting = (count: number): Promise<unknown> =>
  until(`${count} waiting`, () => instance.status().queue.waiting === count);

describe('an idle backend connection that is lost', () => {
  it.each([
    ['reset', () => relay.reset()],
    ['closed', () => relay.close()],
    ['killed by an administrator', async () => server.kill((await server.threadsOf(account.user))[0] ?? 0)],
  ])('because it was %s is renewed, and no session notices', async (_, how) => {
    await start();
    await lose(how);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
    expect(instance.status().counters).toMatchObject({ backendConnects: 2, backendLosses: 1 });
  });

  it('comes back with the state of each session', async () => {
    await start();
    await one.query("SET NAMES latin1, time_zone = '+05:00', sql_select_limit = 2");
    await one.command(command.INIT_DB, Buffer.from('information_schema'));
    await two.query("SET time_zone = '+06:00'");
    await lose();
    expect(await one.rows('SELECT @@character_set_client, @@time_zone, DATABASE()')).toEqual([
      ['latin1', '+05:00', 'information_schema'],
    ]);
    expect(await two.rows('SELECT @@time_zone, DATABASE()')).toEqual([['+06:00', account.schema]]);
  });

  it('comes back with prepared statements in the schema in which they were prepared', async () => {
    await start();
    const other = `${account.schema}_2`;
    await server.query(`CREATE DATABASE ${other}`);
    await server.query(`GRANT ALL PRIVILEGES ON ${other}.* TO ${account.user}@'%'`);
    const id = statementId(
      await one.command(command.STMT_PREPARE, Buffer.from('INSERT INTO t (name) VALUES (1)')),
    );
    await one.query(`USE ${other}`);
    await one.query('CREATE TABLE t (name INT)');
    await lose();
    expect(errorOf(await one.command(command.STMT_EXECUTE, executeBody(id)))).toBeUndefined();
    expect(await one.rows('SELECT DATABASE(), COUNT(*) FROM t')).toEqual([[other, '0']]);
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['6']]);
    await server.query(`DROP DATABASE ${other}`);
  });

  it('comes back with prepared statements and the types that were bound before', async () => {
    await start();
    const prepared = await one.command(
      command.STMT_PREPARE,
      Buffer.from('SELECT name, ? FROM t WHERE id = 1'),
    );
    const id = statementId(prepared);
    const bound = executeBody(id, 0, textParameters(['first']));
    const before = await one.command(command.STMT_EXECUTE, bound);
    await lose();
    // The same without types: NULL bitmap, "types as before", value.
    const again = executeBody(id, 0, Buffer.concat([Buffer.from([0, 0, 5]), Buffer.from('again')]));
    const after = await one.command(command.STMT_EXECUTE, again);
    expect(errorOf(after)).toBeUndefined();
    expect(after.at(-2)?.payload.toString()).toContain('again');
    expect(after.slice(0, -2).map(({ bytes }) => bytes)).toEqual(
      before.slice(0, -2).map(({ bytes }) => bytes),
    );
  });

  it('because of bytes that nobody asked for is not trusted any more', async () => {
    await start();
    await lose(() => relay.garbage(Buffer.from([7, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0])));
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('a backend connection that has become silent', () => {
  it('is found out by the ping before the next command, with pool_pre_ping', async () => {
    await start({ readTimeoutMs: 200 });
    // A connection that was heard of within the last second needs no ping.
    await server.query('SELECT SLEEP(1.1)');
    relay.swallow('to-server', 'to-client');
    const renewed = relay.nextConnection();
    const answer = one.rows('SELECT 1');
    await renewed;
    relay.pass();
    expect(await answer).toEqual([['1']]);
  });

  it('is found out by keepalive, while nobody asks anything', async () => {
    await start({ readTimeoutMs: 100, keepaliveMs: 200 });
    relay.swallow('to-server', 'to-client');
    const renewed = relay.nextConnection();
    await renewed;
    relay.pass();
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('a read that is running when the backend is lost', () => {
  it('runs again, and its session gets the rows', async () => {
    const gate = await closedGate(server, account);
    await start();
    const rows = one.rows(gate.read);
    await gate.blocked();
    relay.reset();
    await gate.open();
    expect(await rows).toEqual([['0']]);
    expect(instance.status().counters.retriedReads).toBe(1);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
  });

  it('runs again when the loss comes with its reply, before a byte of it was passed on', async () => {
    await start();
    relay.cutAfterBytes(0);
    expect(await one.rows('SELECT id FROM t WHERE id = 1')).toEqual([['1']]);
    expect(instance.status().counters.retriedReads).toBe(1);
  });

  it('gets 2013 in the middle of its reply when a part of it was passed on, and its session goes on', async () => {
    await start();
    relay.cutAfterBytes(300_000);
    const reply = await one.query("SELECT REPEAT('x', 100000) FROM t");
    expect(errorOf(reply)).toMatchObject({ errno: 2013, sqlState: 'HY000' });
    expect(reply.length).toBeGreaterThan(3);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
  });

  it('gets 2013 in the middle of one long row, too', async () => {
    await start();
    relay.cutAfterBytes(200_000);
    const reply = await one.query("SELECT REPEAT('x', 1000000)").catch(() => undefined);
    if (reply === undefined) await one.packets.closed;
    else expect(errorOf(reply)?.errno).toBe(2013);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
  });
});

describe('a write that is running when the backend is lost', () => {
  it('is not run again: its session hears 2013 and goes on', async () => {
    const gate = await closedGate(server, account);
    await start();
    const failed = one.failure(gate.write);
    await gate.blocked();
    relay.reset();
    const error = await failed;
    expect(error).toMatchObject({ errno: 2013, sqlState: 'HY000' });
    expect(error.message).toContain('may or may not have run');
    await gate.open();
    await until('the lost connection has ended', async () => (await server.connectionsOf(account.user)) <= 1);
    expect(await gate.written()).toBeLessThanOrEqual(1);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(instance.status().counters.retriedReads).toBe(0);
  });

  it.each([
    ['a procedure', (gate: Gate) => `CALL ${gate.procedure}()`],
    ['a locking read', (gate: Gate) => `${gate.read} FOR UPDATE`],
    [
      'a read with an effect',
      (gate: Gate) => gate.read.replace('SELECT', "SELECT GET_LOCK('loss.read', 0),"),
    ],
    ['a read into a variable', (gate: Gate) => `${gate.read} INTO @mine`],
    ['two statements, the second a write', (gate: Gate) => `${gate.write}; ${gate.write}`],
    ['a read and a write', (gate: Gate) => `${gate.read}; ${gate.write}`],
  ])('that is %s is sent once only', async (_, statement) => {
    const gate = await closedGate(server, account);
    await start();
    const sql = statement(gate);
    const failed = one.query(sql);
    await gate.blocked();
    relay.reset();
    expect(errorOf(await failed)).toMatchObject({ errno: 2013, sqlState: 'HY000' });
    await gate.open();
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    await until(
      'the lost connection has ended',
      async () => (await server.connectionsOf(account.user)) === 1,
    );
    expect((await server.statementsOf(account.user)).filter((text) => text === sql)).toHaveLength(1);
    expect(await gate.written()).toBeLessThanOrEqual(2);
  });
});

describe('what was known of a lost connection', () => {
  const known = (): Promise<unknown> =>
    until('all variables are known', () => instance.status().backend[0]?.atStake?.variables === 0);

  it('comes back: user variables that have been there for a moment', async () => {
    await start();
    await one.query("SET @number = 1, @text = CONCAT('ä', 'b')");
    await two.query('SET @number = 2, @unset = NULL');
    expect(instance.status().backend[0]?.atStake?.variables).toBeGreaterThan(0);
    await known();
    await lose();
    expect(await one.rows('SELECT @number, @text, @unset')).toEqual([['1', 'äb', null]]);
    expect(await two.rows('SELECT @number, @text')).toEqual([['2', null]]);
  });

  it('comes back as it is now: a variable that a routine has changed since', async () => {
    await server.query(`USE ${account.schema}`);
    await server.query(`CREATE PROCEDURE counts() SET @n = @n + 1`);
    await start();
    await one.query('SET @n = 1');
    await known();
    await one.query('CALL counts()');
    // What it did is asked for behind its reply.
    await one.query('DO 0');
    expect(instance.status().backend[0]?.atStake?.variables).toBe(1);
    await known();
    await lose();
    expect(await one.rows('SELECT @n')).toEqual([['2']]);
  });

  it('is asked for once, however many sessions have variables', async () => {
    await start();
    await one.query('SET @one = 1');
    await two.query('SET @two = 2');
    await known();
    for (let i = 0; i < 3; i++) {
      await one.query('SELECT @two');
      await two.query('SELECT @one, @two');
    }
    await known();
    const asked = (await server.statementsOf(account.user)).filter((text) => text.includes('HEX(@'));
    expect(asked).toHaveLength(1);
  });

  it('comes back: the error and the id that the last statement was answered with', async () => {
    await start();
    await one.query('CREATE TABLE counted (id INT AUTO_INCREMENT PRIMARY KEY, a INT)');
    await one.query('INSERT INTO counted (a) VALUES (1), (2)');
    await two.query('SELECT missing');
    await lose();
    expect(await one.rows('SELECT LAST_INSERT_ID()')).toEqual([['1']]);
    const error = ['Error', '1054', expect.stringContaining("'missing'")];
    expect(await two.rows('SHOW WARNINGS')).toEqual([error]);
    expect(await two.rows('SELECT @@error_count')).toEqual([['1']]);
  });

  it('says of warnings how many they were, and that their texts are gone', async () => {
    await start();
    await one.query("SELECT 1 + 'x', 2 + 'y'");
    await lose();
    const warnings = await one.rows('SHOW WARNINGS');
    expect(warnings.map(([level, code]) => [level, code])).toEqual([
      ['Warning', '1105'],
      ['Warning', '1105'],
    ]);
  });

  it('tells who asks for what SQL_CALC_FOUND_ROWS counted, and nobody else', async () => {
    await start();
    await one.query('SELECT SQL_CALC_FOUND_ROWS * FROM t LIMIT 1');
    await lose();
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['5']]);
    await one.query('SELECT SQL_CALC_FOUND_ROWS * FROM t LIMIT 1');
    await lose();
    expect(await one.failure('SELECT FOUND_ROWS()')).toMatchObject({ errno: 1213 });
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('what only a lost connection had', () => {
  it.each([
    ['an open transaction', ['BEGIN', 'DELETE FROM t'], 'SELECT COUNT(*) FROM t'],
    ['table locks', ['LOCK TABLES t WRITE'], 'SELECT COUNT(*) FROM t'],
    ['a user variable', ['SET @mine = 1'], 'SELECT @mine'],
    ['a temporary table', ['CREATE TEMPORARY TABLE mine (a INT)'], 'SELECT * FROM mine'],
    ['a named lock', ["SELECT GET_LOCK('loss', 0)"], "SELECT RELEASE_LOCK('loss')"],
  ])('%s is reported as lost, not passed over', async (_, theirs, next) => {
    await start();
    for (const sql of theirs) await one.query(sql);
    await lose();
    expect(await one.failure(next)).toMatchObject({ errno: 1213, sqlState: '40001' });
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['5']]);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
  });
  it.each([
    ['a read', 'SELECT @mine'],
    ['a write', 'INSERT INTO t (name) VALUES (@mine)'],
  ])('is told to %s that was waiting meanwhile, instead of running without it', async (_, sql) => {
    await start();
    const gate = await closedGate(server, account);
    await one.query('SET @mine = 1');
    const ahead = two.query(gate.read);
    await gate.blocked();
    const answer = one.failure(sql);
    await waiting(1);
    await lose();
    await gate.open();
    expect(await answer).toMatchObject({ errno: 1213, sqlState: '40001' });
    await ahead;
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['5']]);
  });

  it('is told to a read that was being answered, instead of running it again without', async () => {
    await start();
    await one.query('SET @mine = 1');
    relay.cutAfterBytes(0);
    expect((await one.failure('SELECT @mine')).errno).toBe(1213);
    expect(await one.rows('SELECT @mine')).toEqual([[null]]);
  });

  it('is told behind a ROLLBACK, too', async () => {
    await start();
    await one.query('SET @mine = 1');
    await lose();
    const { session, lost } = await instance.event('state-lost');
    expect({ session, lost }).toEqual({ session: one.greeting.threadId, lost: '@mine' });
    await one.query('ROLLBACK');
    expect((await one.failure('SELECT @mine')).errno).toBe(1213);
  });

  it('does not let a read inside a transaction run again outside of it', async () => {
    await start();
    await one.query('BEGIN');
    await one.query('DELETE FROM t');
    relay.cutAfterBytes(0);
    const error = await one.failure('SELECT COUNT(*) FROM t');
    expect(error).toMatchObject({ errno: 1213, sqlState: '40001' });
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['5']]);
  });
});

describe('a backend that cannot be reached', () => {
  it('keeps commands waiting until it is back', async () => {
    await start();
    await relay.unlisten();
    await lose();
    await instance.event('backend-connect-failed');
    const answers = [one.rows('SELECT 1'), two.query("INSERT INTO t (name) VALUES ('once')")] as const;
    await waiting(2);
    expect(instance.status()).toMatchObject({
      state: 'degraded',
      backend: [{ state: expect.any(String) as string }],
    });
    await relay.listen();
    expect(await answers[0]).toEqual([['1']]);
    await answers[1];
    expect(await one.rows("SELECT COUNT(*) FROM t WHERE name = 'once'")).toEqual([['1']]);
    await until('ready', () => instance.status().state === 'ready');
  });

  it('from the beginning lets clients log in and wait', async () => {
    await relay.unlisten();
    instance = await instances.start(relay, account, {}, false);
    await instance.event('backend-connect-failed');
    expect(instance.status().state).not.toBe('ready');
    expect(instance.status().reason).toMatch(/ECONNREFUSED|refused/i);
    const client = await instance.login();
    const answer = client.rows('SELECT 1');
    await waiting(1);
    await relay.listen();
    expect(await answer).toEqual([['1']]);
  });

  it('for longer than queue_timeout gives 1205 with the reason, and the session goes on', async () => {
    await start({ backend: { queueTimeoutMs: 150 } });
    await relay.unlisten();
    await lose();
    await instance.event('backend-connect-failed');
    const error = await one.failure('SELECT 1');
    expect(error).toMatchObject({ errno: 1205, sqlState: 'HY000' });
    expect(error.message).toMatch(/backend.*(ECONNREFUSED|refused)/i);
    await relay.listen();
    await until('ready', () => instance.status().state === 'ready');
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
  });

  it('is tried again with growing pauses', async () => {
    await relay.unlisten();
    instance = await instances.start(relay, account, {}, false);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      const failed = await instance.event('backend-connect-failed', (event) => event.attempt === attempt);
      pauses.push(failed.retryInMs);
    }
    expect(pauses[2]).toBeGreaterThan(pauses[0] ?? 0);
    await relay.listen();
  });
});

describe('a server that does not let the instance in', () => {
  it('with 1226, because the old slot is still counted, is asked until it does', async () => {
    const limited = await server.createAccount({ maxUserConnections: 1 });
    const hog = await connectRaw({ host: server.host, port: server.port, ...limited });
    instance = await instances.start(relay, limited, {}, false);
    const failed = await instance.event('backend-connect-failed');
    expect(failed.reason).toContain('max_user_connections');
    const client = await instance.login();
    const answer = client.rows('SELECT 1');
    await waiting(1);
    await hog.quit();
    expect(await answer).toEqual([['1']]);
  });

  it('with 1045 is asked rarely, and the status says that the password is wrong', async () => {
    const wrong = { backend: { password: 'wrong' } };
    instance = await instances.start(relay, account, wrong, false);
    const failed = await instance.event('backend-connect-failed');
    expect(failed.reason).toMatch(/Access denied/);
    expect(failed.retryInMs).toBeGreaterThanOrEqual(3_000);
    expect(instance.status()).toMatchObject({ reason: expect.stringMatching(/Access denied/) as string });
    expect(instance.status().state).not.toBe('ready');
  });
});
