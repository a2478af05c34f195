// GET_LOCK between the sessions of an instance, which share one connection, and towards others.
import { beforeEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, connectRaw, errorOf, type RawClient } from '../support/raw-client.js';
import type { SettingsOverrides } from '../support/settings.js';
import { executeBody, expectSameAsDirectly, statementId, textParameters } from '../support/transcript.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

async function start(overrides: SettingsOverrides = {}): Promise<void> {
  account = await server.createAccount({ maxUserConnections: 1 });
  instance = await instances.start(server, account, overrides);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
}

const idOf = (client: RawClient): number => client.greeting.threadId;
const value = async (client: RawClient, sql: string): Promise<string | null | undefined> =>
  (await client.rows(sql))[0]?.[0];

/** Somebody with a connection of his own, outside of the instance. */
async function outsider(): Promise<RawClient> {
  const other = await server.createAccount();
  return connectRaw({ port: server.port, ...other });
}

/** Resolves when the session waits for a lock. */
const waitsForLock = (client: RawClient): Promise<unknown> =>
  until('a session waits for a lock', () =>
    instance.status().sessions.some(({ id, reason }) => id === idOf(client) && reason?.includes('the lock')),
  );

describe('a lock of another session', () => {
  beforeEach(() => start());

  it('is not got without waiting, and nobody is kept waiting', async () => {
    expect(await value(one, "SELECT GET_LOCK('a', 0)")).toBe('1');
    expect(await value(two, "SELECT GET_LOCK('a', 0)")).toBe('0');
    expect(await value(two, "SELECT GET_LOCK('b', 0)")).toBe('1');
    expect(await value(one, "SELECT GET_LOCK('a', 0)")).toBe('1');
    expect(instance.status().backend[0]?.pinnedBy).toBeUndefined();
  });

  it('is waited for while others go on, and got when it is released', async () => {
    await one.query("SELECT GET_LOCK('a', 0)");
    const waiting = value(two, "SELECT GET_LOCK('a', 30)");
    await waitsForLock(two);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(await value(one, "SELECT RELEASE_LOCK('a')")).toBe('1');
    expect(await waiting).toBe('1');
    expect(await value(one, "SELECT GET_LOCK('a', 0)")).toBe('0');
  });

  it('is waited for as long as was asked', async () => {
    await one.query("SELECT GET_LOCK('a', 0)");
    expect(await value(two, "SELECT GET_LOCK('a', 0.05)")).toBe('0');
    expect(await value(two, "SELECT GET_LOCK('a', -1)")).toBeNull();
  });

  it('goes to those who wait in the order in which they came', async () => {
    const three = await instance.login();
    await one.query("SELECT GET_LOCK('a', 0)");
    const got: string[] = [];
    const second = two.query("SELECT GET_LOCK('a', 30)").then(() => got.push('two'));
    await waitsForLock(two);
    const third = three.query("SELECT GET_LOCK('a', 30)").then(() => got.push('three'));
    await waitsForLock(three);
    await one.query("DO RELEASE_LOCK('a')");
    await second;
    expect(got).toEqual(['two']);
    await two.query("DO RELEASE_LOCK('a')");
    await third;
    expect(got).toEqual(['two', 'three']);
  });

  it('is not released, asked for and seen by another as if it were its own', async () => {
    await one.query("SELECT GET_LOCK('a', 0)");
    expect(await two.rows("SELECT RELEASE_LOCK('a'), IS_FREE_LOCK('a')")).toEqual([['0', '0']]);
    expect(await two.rows("SELECT IS_USED_LOCK('a')")).toEqual([[String(idOf(one))]]);
    expect(await one.rows("SELECT IS_USED_LOCK('a') AS mine, IS_USED_LOCK('b')")).toEqual([
      [String(idOf(one)), null],
    ]);
    expect(await value(two, 'SELECT RELEASE_ALL_LOCKS()')).toBe('0');
    expect(await value(one, "SELECT RELEASE_LOCK('a')")).toBe('1');
    expect(await value(two, "SELECT RELEASE_LOCK('a')")).toBeNull();
  });

  it('stays when another releases all of its own, each as often as it was taken', async () => {
    await one.query("SELECT GET_LOCK('a', 0)");
    await two.query("SELECT GET_LOCK('b', 0), GET_LOCK('b', 0), GET_LOCK('c', 0)");
    expect(await value(two, 'SELECT RELEASE_ALL_LOCKS()')).toBe('3');
    expect(await value(two, "SELECT GET_LOCK('a', 0)")).toBe('0');
    const other = await outsider();
    expect(await other.rows("SELECT GET_LOCK('a', 0), GET_LOCK('b', 0), GET_LOCK('c', 0)")).toEqual([
      ['0', '1', '1'],
    ]);
    await other.quit();
  });

  it('is not taken by DO either', async () => {
    await one.query("DO GET_LOCK('a', 0)");
    await two.query("DO GET_LOCK('a', 0)");
    expect(await value(two, "SELECT RELEASE_LOCK('a')")).toBe('0');
    expect(await value(one, "SELECT RELEASE_LOCK('a')")).toBe('1');
  });

  it('cannot be waited for in a circle', async () => {
    await one.query("SELECT GET_LOCK('a', 0)");
    await two.query("SELECT GET_LOCK('b', 0)");
    const waiting = value(one, "SELECT GET_LOCK('b', 30)");
    await waitsForLock(one);
    expect(await two.failure("SELECT GET_LOCK('a', 30)")).toMatchObject({
      errno: 1213,
      sqlState: '40001',
      message: 'Deadlock found when trying to get lock; try restarting transaction',
    });
    await two.query("DO RELEASE_LOCK('b')");
    expect(await waiting).toBe('1');
  });

  it('is no longer waited for after KILL QUERY', async () => {
    await one.query("SELECT GET_LOCK('a', 0)");
    const waiting = two.failure("SELECT GET_LOCK('a', 30)");
    await waitsForLock(two);
    await one.query(`KILL QUERY ${idOf(two)}`);
    expect(await waiting).toMatchObject({ errno: 1317, sqlState: '70100' });
    await one.query("DO RELEASE_LOCK('a')");
    expect(await two.rows("SELECT IS_FREE_LOCK('a')")).toEqual([['1']]);
  });

  it('is named to whoever asks why a session waits', async () => {
    await one.query("SELECT GET_LOCK('a', 0)");
    const waiting = two.query("SELECT GET_LOCK('a', 30)");
    await waitsForLock(two);
    const row = (await one.rows('SHOW PROCESSLIST')).find(([id]) => id === String(idOf(two)));
    expect(row?.[6]).toBe(`waiting: waiting for the lock 'a' of session ${idOf(one)}`);
    await one.query("DO RELEASE_LOCK('a')");
    await waiting;
  });
});

describe('the locks of a session that', () => {
  beforeEach(() => start());

  it.each([
    ['ends', (client: RawClient) => client.quit()],
    [
      'is cut',
      async (client: RawClient) => {
        client.reset();
        await client.packets.closed;
      },
    ],
    ['is killed', (client: RawClient) => two.query(`KILL ${idOf(client)}`)],
    ['begins anew', (client: RawClient) => client.command(command.RESET_CONNECTION)],
    ['becomes another user', (client: RawClient) => client.changeUser(account)],
  ])('%s are free, for whoever waits and for all others', async (_, end) => {
    const three = await instance.login();
    await one.query("SELECT GET_LOCK('a', 0), GET_LOCK('b', 0), GET_LOCK('b', 0)");
    const waiting = value(three, "SELECT GET_LOCK('a', 30)");
    await waitsForLock(three);
    await end(one);
    expect(await waiting).toBe('1');
    const other = await outsider();
    expect(await other.rows("SELECT GET_LOCK('a', 0), GET_LOCK('b', 0)")).toEqual([['0', '1']]);
    await other.quit();
  });

  it.each([
    ['has ended', (client: RawClient) => client.quit()],
    ['begins anew', (client: RawClient) => client.command(command.RESET_CONNECTION)],
  ])('%s are free outside of the instance, though nobody has a turn there', async (_, end) => {
    await one.query("SELECT GET_LOCK('a', 0), GET_LOCK('b', 0), GET_LOCK('b', 0)");
    const other = await outsider();
    const gets = other.rows("SELECT GET_LOCK('a', 20), GET_LOCK('b', 20)");
    await end(one);
    expect(await gets).toEqual([['1', '1']]);
    await other.quit();
  });

  it('lost the backend are lost; it is told once, and whoever waited goes on', async () => {
    await one.query("SELECT GET_LOCK('a', 0)");
    const waiting = value(two, "SELECT GET_LOCK('a', 30)");
    await waitsForLock(two);
    for (const id of await server.threadsOf(account.user)) await server.kill(id);
    expect(await waiting).toBe('1');
    expect(await one.failure('SELECT 1')).toMatchObject({ errno: 1213, sqlState: '40001' });
    expect(await value(one, "SELECT GET_LOCK('a', 0)")).toBe('0');
  });
});

describe('a lock that somebody outside has', () => {
  beforeEach(() => start());

  it('is asked for again and again, and the others go on meanwhile', async () => {
    const other = await outsider();
    await other.query("SELECT GET_LOCK('a', 0)");
    const waiting = value(one, "SELECT GET_LOCK('a', 30)");
    await waitsForLock(one);
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
    expect(await value(two, "SELECT GET_LOCK('a', 0)")).toBe('0');
    await other.quit();
    expect(await waiting).toBe('1');
    const longest = (await server.statementsOf(account.user)).filter((sql) => sql.includes('30'));
    expect(longest).toEqual([]);
  });

  it('is not got when the time is over, nor what was taken with it in one statement', async () => {
    const other = await outsider();
    await other.query("SELECT GET_LOCK('a', 0)");
    expect(await value(one, "SELECT GET_LOCK('a', 0.03)")).toBe('0');
    const waiting = one.rows("SELECT GET_LOCK('b', 30), GET_LOCK('a', 30)");
    await waitsForLock(one);
    expect(await value(two, "SELECT GET_LOCK('b', 0)")).toBe('1');
    await two.query("DO RELEASE_LOCK('b')");
    await other.quit();
    expect(await waiting).toEqual([['1', '1']]);
    expect(await one.rows("SELECT RELEASE_LOCK('b')")).toEqual([['1']]);
    expect(await one.rows("SELECT RELEASE_LOCK('b')")).toEqual([[null]]);
  });
});

describe('a prepared statement', () => {
  beforeEach(() => start());

  const prepare = async (client: RawClient, sql: string): Promise<Buffer> =>
    statementId(await client.command(command.STMT_PREPARE, Buffer.from(sql)));
  const execute = (client: RawClient, id: Buffer, values: readonly string[] = []) =>
    client.command(
      command.STMT_EXECUTE,
      executeBody(id, 0, values.length === 0 ? Buffer.alloc(0) : textParameters(values)),
    );
  /** The only value of a reply, a number of four bytes. */
  const number = (reply: Awaited<ReturnType<typeof execute>>): number | undefined => {
    expect(errorOf(reply)).toBeUndefined();
    return reply[3]?.payload.readInt32LE(2);
  };

  it('waits and gets like its text, its name and timeout bound or not', async () => {
    const bound = await prepare(one, 'SELECT GET_LOCK(?, ?)');
    expect(number(await execute(one, bound, ['a', '10']))).toBe(1);
    const fixed = await prepare(two, "SELECT GET_LOCK('a', 30)");
    const waiting = execute(two, fixed);
    await waitsForLock(two);
    const released = await prepare(one, 'SELECT RELEASE_LOCK(?)');
    expect(number(await execute(one, released, ['a']))).toBe(1);
    expect(number(await waiting)).toBe(1);
    expect(number(await execute(one, bound, ['a', '0']))).toBe(0);
    expect(number(await execute(one, bound, ['b', '0.02']))).toBe(1);
    expect(number(await execute(one, released, ['a']))).toBe(0);
  });

  it('keeps its bound types over an execution that was sent in another form', async () => {
    await two.query("SELECT GET_LOCK('a', 0)");
    const bound = await prepare(one, 'SELECT GET_LOCK(?, ?)');
    const first = textParameters(['a', '0']);
    expect(number(await one.command(command.STMT_EXECUTE, executeBody(bound, 0, first)))).toBe(0);
    await two.query("DO RELEASE_LOCK('a')");
    const untyped = Buffer.concat([Buffer.from([0, 0]), Buffer.from('\u0001a\u00010', 'latin1')]);
    expect(number(await one.command(command.STMT_EXECUTE, executeBody(bound, 0, untyped)))).toBe(1);
  });
});

describe('what cannot be read', () => {
  it('waits until no other session has a lock, and keeps the connection until all are released', async () => {
    await start();
    await one.query("SELECT GET_LOCK('a', 0)");
    const waiting = two.query("SET @got = GET_LOCK('a', 5)");
    await waitsForLock(two);
    await one.query("DO RELEASE_LOCK('a')");
    await waiting;
    expect(instance.status().backend[0]?.pinnedBy?.reasons).toEqual(['named lock']);
    expect(await two.rows('SELECT @got')).toEqual([['1']]);
    expect(await value(two, 'SELECT RELEASE_ALL_LOCKS()')).toBe('1');
    await until('it is free', () => instance.status().backend[0]?.pinnedBy === undefined);
    expect(await value(one, "SELECT GET_LOCK('a', 0)")).toBe('1');
  });

  it('ends with the reason when it has waited for too long', async () => {
    await start({ backend: { queueTimeoutMs: 200 } });
    await one.query("SELECT GET_LOCK('a', 0)");
    const { errno, message } = await two.failure("SELECT 1 + GET_LOCK('b', 0)");
    expect(errno).toBe(1205);
    expect(message).toContain(`waiting for the lock 'a' of session ${idOf(one)}`);
  });
});

describe('a transaction', () => {
  it('of a session that waits for a lock is given up when its lease runs out, so that nothing hangs', async () => {
    await start({ pinTimeoutMs: 200 });
    await one.query("SELECT GET_LOCK('a', 0)");
    await two.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    const waiting = two.failure("SELECT GET_LOCK('a', 60)");
    await waitsForLock(two);
    expect(await value(one, "SELECT RELEASE_LOCK('a')")).toBe('1');
    expect(await waiting).toMatchObject({ errno: 1213, sqlState: '40001' });
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('replies', () => {
  it('are byte for byte those of the server', async () => {
    await start();
    const direct = await server.createAccount();
    const port = await instances.start(server, direct);
    await one.quit();
    await expectSameAsDirectly(server, port, { ...direct, schema: direct.schema }, [
      "SELECT GET_LOCK('x', 10), GET_LOCK( 'y' , 0.5 ) AS y",
      "SELECT GET_LOCK('x', 5), GET_LOCK('x', 0), GET_LOCK('x', 5)",
      "SELECT IS_FREE_LOCK('x'), IS_FREE_LOCK('z')",
      "SELECT RELEASE_LOCK('x'), RELEASE_LOCK('nobody')",
      "DO GET_LOCK('x', 1)",
      'SELECT ROW_COUNT(), FOUND_ROWS()',
      'SHOW WARNINGS',
      "SELECT GET_LOCK('x', NULL)",
      'SHOW WARNINGS',
      "SELECT GET_LOCK('', 1), GET_LOCK(NULL, 1)",
      `SELECT GET_LOCK('${'x'.repeat(193)}', 1)`,
      'SHOW WARNINGS',
      'SELECT RELEASE_ALL_LOCKS()',
      'SELECT RELEASE_ALL_LOCKS() AS n',
    ]);
  });
});

it('costs the server no statement more than the client sent', async () => {
  await start();
  const texts = ["SELECT GET_LOCK('a', 0)", "SELECT RELEASE_LOCK('a')", "SELECT IS_FREE_LOCK('a')"];
  await one.rows('SELECT 1');
  const before = (await server.statementsOf(account.user)).length;
  for (const text of texts) await one.query(text);
  expect((await server.statementsOf(account.user)).slice(before)).toEqual(texts);
});
