// pool_size above one: what a session has follows it from connection to connection, or keeps it where it is.
import { beforeEach, describe, expect, it } from 'vitest';
import { closedGate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, errorOf, type RawClient } from '../support/raw-client.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;
let three: RawClient;

beforeEach(() => start());

async function start(pinTimeoutMs = 10_000): Promise<void> {
  account = await server.createAccount({ maxUserConnections: 2 });
  await server.query(`CREATE TABLE ${account.schema}.t (id INT AUTO_INCREMENT PRIMARY KEY, a INT)`);
  await server.query(`INSERT INTO ${account.schema}.t (a) VALUES (1), (2), (3)`);
  instance = await instances.start(server, account, { pinTimeoutMs, backend: { poolSize: 2 } });
  await until('both are there', () => instance.status().backend.every(({ state }) => state === 'idle'));
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
  three = await instance.login({ schema: account.schema });
}

/** A reply is there before the turn is over. */
const turnsAreOver = () =>
  until('all turns are over', () => instance.status().backend.every(({ running }) => running === undefined));

const pins = () => instance.status().backend.map(({ pinnedBy }) => pinnedBy?.session ?? null);
const idOf = (client: RawClient): number => client.greeting.threadId;

/** Others take the first connection, so that `one` goes on on the second. */
async function takeTheFirst(): Promise<void> {
  await turnsAreOver();
  await two.query('BEGIN');
  await until('the first is taken', () => pins()[0] === idOf(two));
}

/** Others take the second connection, and leave the first. */
async function takeTheSecond(): Promise<void> {
  await turnsAreOver();
  await three.query('BEGIN');
  await two.query('COMMIT');
  await until('the second is taken', () => pins()[0] === null && pins()[1] === idOf(three));
}

describe('a session that goes from one connection to the other and back', () => {
  it.each([
    ['user variables', 'SET @a = 1', 'SET @a = 2', 'SELECT @a', '2'],
    [
      'LAST_INSERT_ID()',
      'INSERT INTO t (a) VALUES (4)',
      'INSERT INTO t (a) VALUES (5)',
      'SELECT LAST_INSERT_ID()',
      '5',
    ],
    [
      'FOUND_ROWS()',
      'SELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT 1',
      'SELECT SQL_CALC_FOUND_ROWS a FROM t WHERE a < 3 LIMIT 1',
      'SELECT FOUND_ROWS()',
      '2',
    ],
    ['warnings', 'SELECT 1/0', "SELECT CAST('x' AS INT), 1/0", 'SELECT @@warning_count', '2'],
    ['text statements', "PREPARE p FROM 'SELECT 1'", "PREPARE p FROM 'SELECT 2'", 'EXECUTE p', '2'],
    ['variables', 'SET time_zone = "+01:00"', 'SET time_zone = "+02:00"', 'SELECT @@time_zone', '+02:00'],
  ])('takes along its %s', async (_, first, second, ask, expected) => {
    await one.query(first);
    await takeTheFirst();
    await one.query(second);
    await takeTheSecond();
    expect(await one.rows(ask)).toEqual([[expected]]);
  });

  it('takes along user variables which it has just changed, and which others use as well', async () => {
    await one.query('SET @a = 1');
    await takeTheFirst();
    await one.query('SET @a = 2');
    await takeTheSecond();
    expect(await two.rows('SELECT @a')).toEqual([[null]]);
    expect(await one.rows('SELECT @a')).toEqual([['2']]);
  });
});

it('a session waits for the connection that has its temporary table', async () => {
  await one.query('CREATE TEMPORARY TABLE own AS SELECT 7 AS x');
  await takeTheFirst();
  const rows = one.rows('SELECT x FROM own');
  await until('it waits', () => instance.status().queue.waiting === 1);
  await two.query('COMMIT');
  expect(await rows).toEqual([['7']]);
});

it('whoever waits for a connection is told who has that one, ends the lease on it, and not on another', async () => {
  await start(300);
  await takeTheFirst();
  await one.query('CREATE TEMPORARY TABLE own AS SELECT 7 AS x');
  await turnsAreOver();
  await three.query('BEGIN');
  await until('both are taken', () => !pins().includes(null));
  const rows = one.rows('SELECT x FROM own');
  const reason = await until(
    'it waits',
    () => instance.status().sessions.find(({ id, state }) => id === idOf(one) && state === 'waiting')?.reason,
  );
  expect(reason).toMatch(new RegExp(`^place 1; session ${idOf(three)} has held the backend`));
  expect(await rows).toEqual([['7']]);
  expect(errorOf(await two.query('INSERT INTO t (a) VALUES (4)'))).toBeUndefined();
  expect((await three.failure('SELECT 1')).errno).toBe(1213);
});

it('a session has no command on one connection while a cancelled one of its own runs on the other', async () => {
  const gate = await closedGate(server, account);
  const running = one.failure(`CREATE TEMPORARY TABLE kept AS ${gate.read}`);
  await gate.blocked();
  await two.query(`KILL QUERY ${idOf(one)}`);
  expect((await running).errno).toBe(1317);
  const resetting = one.command(command.RESET_CONNECTION);
  await until('it waits', () => instance.status().queue.waiting === 1);
  expect(await two.rows('SELECT 2')).toEqual([['2']]);
  await gate.open();
  expect(errorOf(await resetting)).toBeUndefined();
  expect((await one.failure('SELECT * FROM kept')).errno).toBe(1146);
});

it('the loss of a connection takes nothing from who has its tables on the other', async () => {
  await one.query('CREATE TEMPORARY TABLE own AS SELECT 7 AS x');
  const [first] = instance.status().backend;
  await takeTheFirst();
  await three.query('CREATE TEMPORARY TABLE own AS SELECT 8 AS x');
  await turnsAreOver();
  await two.query('COMMIT');
  await server.kill(first?.threadId ?? 0);
  expect(await three.rows('SELECT x FROM own')).toEqual([['8']]);
  expect((await one.failure('SELECT x FROM own')).errno).toBe(1213);
});
