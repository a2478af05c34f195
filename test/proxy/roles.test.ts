// SET ROLE: each session has its own on the connection that all share.
import { beforeEach, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, type RawClient } from '../support/raw-client.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let reader: string;
let one: RawClient;
let two: RawClient;

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1 });
  reader = `${account.schema}_r`;
  const [{ host } = { host: '%' }] = await server.query(
    'SELECT Host AS host FROM mysql.user WHERE User = ?',
    [account.user],
  );
  await server.query(`CREATE ROLE ${reader}`);
  await server.query(`GRANT ${reader} TO '${account.user}'@'${String(host)}'`);
  await server.query(`CREATE DATABASE ${reader}`);
  await server.query(`CREATE TABLE ${reader}.secret (a INT)`);
  await server.query(`GRANT SELECT ON ${reader}.* TO ${reader}`);
  instance = await instances.start(server, account);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
  return async () => {
    await server.query(`DROP DATABASE ${reader}`);
    await server.query(`DROP ROLE ${reader}`);
  };
});

it('a role gives its privileges to its session, and to no other', async () => {
  await one.query(`SET ROLE ${reader}`);
  for (let i = 0; i < 2; i++) {
    expect(await one.rows(`SELECT CURRENT_ROLE(), COUNT(*) FROM ${reader}.secret`)).toEqual([[reader, '0']]);
    expect((await two.failure(`SELECT * FROM ${reader}.secret`)).errno).toBe(1142);
    expect(await two.rows('SELECT CURRENT_ROLE()')).toEqual([[null]]);
  }
  expect(instance.status().backend[0]?.pinnedBy).toBeUndefined();
  await one.query('SET ROLE NONE');
  expect((await one.failure(`SELECT * FROM ${reader}.secret`)).errno).toBe(1142);
});

it('a role is there again on a new connection', async () => {
  await one.query(`SET ROLE ${reader}`);
  const [thread] = await server.threadsOf(account.user);
  await server.kill(thread ?? 0);
  await instance.event('backend-lost');
  expect(await one.rows('SELECT CURRENT_ROLE()')).toEqual([[reader]]);
  expect(await two.rows('SELECT CURRENT_ROLE()')).toEqual([[null]]);
});

it('a role stays with COM_RESET_CONNECTION, as on the server, and goes with COM_CHANGE_USER', async () => {
  await one.query(`SET ROLE ${reader}`);
  await one.command(command.RESET_CONNECTION);
  expect(await one.rows('SELECT CURRENT_ROLE()')).toEqual([[reader]]);
  await one.changeUser(account);
  expect(await one.rows('SELECT CURRENT_ROLE()')).toEqual([[null]]);
});

it('a role that is refused changes nothing', async () => {
  expect((await one.failure('SET ROLE nobody')).errno).toBe(1959);
  expect(await one.rows('SELECT CURRENT_ROLE()')).toEqual([[null]]);
});
