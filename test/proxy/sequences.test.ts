// The last value that a session has taken of a sequence: its own, or none.
import { beforeEach, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import type { RawClient } from '../support/raw-client.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1 });
  await server.query(`CREATE SEQUENCE ${account.schema}.s`);
  await server.query(`CREATE TABLE ${account.schema}.t (id BIGINT)`);
  instance = await instances.start(server, account, { pinTimeoutMs: 200 });
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
});

const last = ['SELECT LASTVAL(s)', 'SELECT PREVIOUS VALUE FOR s'];

it.each(last)('is told to the session that took it: %s', async (question) => {
  await one.query('INSERT INTO t VALUES (NEXTVAL(s))');
  expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['1']]);
  expect(await one.rows(question)).toEqual([['1']]);
});

it('is gone with the connection, which is told once', async () => {
  await one.query('INSERT INTO t VALUES (NEXTVAL(s))');
  const before = instance.events.length;
  for (const thread of await server.threadsOf(account.user)) await server.kill(thread);
  await instance.event('backend-connected', () => true, before);
  expect((await one.failure('SELECT LASTVAL(s)')).errno).toBe(1213);
  expect(await one.rows('SELECT LASTVAL(s)')).toEqual([[null]]);
});

it('keeps nobody waiting', async () => {
  await one.rows('SELECT NEXTVAL(s)');
  expect(await two.rows('SELECT 1')).toEqual([['1']]);
  expect(instance.status().counters.leasesExpired).toBe(0);
});

it.each(last)('is never told to another, nor in the place of its own: %s', async (question) => {
  await one.query('INSERT INTO t VALUES (NEXTVAL(s))');
  await two.query('INSERT INTO t VALUES (NEXT VALUE FOR s)');
  expect(await one.failure(question)).toMatchObject({ errno: 1213, sqlState: '40001' });
  expect(await two.rows(question)).toEqual([['2']]);
  await one.query('INSERT INTO t VALUES (NEXTVAL(s))');
  expect(await one.rows(question)).toEqual([['3']]);
});
