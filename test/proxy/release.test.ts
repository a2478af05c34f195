// Statements behind which a server closes the connection: the client loses its own, and nobody else's is touched.
import { beforeEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { capability, usualCapabilities } from '../support/raw-login.js';
import { command, errorOf, readReply, type RawClient } from '../support/raw-client.js';
import { int4 } from '../support/transcript.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1 });
  await server.query(`CREATE TABLE ${account.schema}.t (id INT)`);
  instance = await instances.start(server, account);
  const capabilities = usualCapabilities | capability.MULTI_STATEMENTS;
  one = await instance.login({ schema: account.schema, capabilities });
  two = await instance.login({ schema: account.schema });
});

/** The other session has its state, and the backend's connection is the one that it was. */
async function expectOthersUntouched(): Promise<void> {
  expect(await two.rows('SELECT @kept')).toEqual([['kept']]);
  expect(instance.status().counters.backendConnects).toBe(1);
}

describe.each([
  ['COMMIT RELEASE', '1'],
  ['commit work and no chain release /* and out */;', '1'],
  ['ROLLBACK RELEASE', '0'],
])('%s', (sql, rows) => {
  it('ends the transaction, then the connection of its client', async () => {
    await two.query("SET @kept = 'kept'");
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    expect(errorOf(await one.query(sql))).toBeUndefined();
    await one.packets.closed;
    await expectOthersUntouched();
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([[rows]]);
  });
});

describe('RELEASE', () => {
  beforeEach(async () => {
    await two.query("SET @kept = 'kept'");
  });

  it('in a text of several statements ends it there', async () => {
    const reply = await one.query('INSERT INTO t VALUES (1); COMMIT RELEASE; INSERT INTO t VALUES (2)');
    expect(errorOf(reply)).toBeUndefined();
    await one.packets.closed;
    await expectOthersUntouched();
    expect(await two.rows('SELECT id FROM t')).toEqual([['1']]);
  });

  it('behind EXECUTE IMMEDIATE among others leaves out nothing of what stands before it', async () => {
    await one.query("INSERT INTO t VALUES (1); EXECUTE IMMEDIATE 'COMMIT RELEASE'");
    await one.packets.closed;
    await expectOthersUntouched();
    expect(await two.rows('SELECT id FROM t')).toEqual([['1']]);
  });

  it('of a prepared statement ends the connection when that is executed', async () => {
    const [prepared] = await one.command(command.STMT_PREPARE, Buffer.from('COMMIT RELEASE'));
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    const id = prepared?.payload.readUInt32LE(1) ?? 0;
    const body = Buffer.concat([int4(id), Buffer.from([0, 1, 0, 0, 0])]);
    expect(errorOf(await one.command(command.STMT_EXECUTE, body))).toBeUndefined();
    await one.packets.closed;
    await expectOthersUntouched();
  });

  it('of a statement prepared as text is refused', async () => {
    await one.query("PREPARE s FROM 'COMMIT RELEASE'");
    expect(await one.failure('EXECUTE s')).toMatchObject({ errno: 1227, sqlState: '42000' });
    await expectOthersUntouched();
  });

  it('by completion_type ends the connection, and NO RELEASE does not', async () => {
    await one.query('SET completion_type = 2');
    expect(errorOf(await one.query('COMMIT NO RELEASE'))).toBeUndefined();
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(errorOf(await one.query('COMMIT'))).toBeUndefined();
    await one.packets.closed;
    await expectOthersUntouched();
  });

  it('that the server does not understand ends nothing', async () => {
    for (const sql of ['COMMIT AND CHAIN RELEASE', 'COMMIT RELEASE now'])
      expect((await one.failure(sql)).errno).toBe(1064);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    await expectOthersUntouched();
  });

  it('leaves what the client sent behind it undone', async () => {
    for (const sql of ['COMMIT RELEASE', 'INSERT INTO t VALUES (3)'])
      one.packets.send(Buffer.from(`\x03${sql}`));
    await readReply(one.packets, 'results');
    await one.packets.closed;
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
  });
});

describe('SHUTDOWN as a statement', () => {
  it.each([
    ['as a query', () => one.query('SHUTDOWN')],
    ['prepared', () => one.command(command.STMT_PREPARE, Buffer.from('SHUTDOWN'))],
    ['among others', () => one.query('SELECT 1; SHUTDOWN')],
    ['RESTART', () => one.query('RESTART')],
  ])('is refused %s, like COM_SHUTDOWN, and the session goes on', async (_, ask) => {
    expect(errorOf(await ask())).toMatchObject({ errno: 1227, sqlState: '42000' });
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect((await server.statementsOf(account.user)).join()).not.toMatch(/SHUTDOWN|RESTART/);
  });
});
