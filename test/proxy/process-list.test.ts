// SHOW PROCESSLIST through the port: who is there, what each does, and why it waits.
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { expect, it } from 'vitest';
import { closedGate } from '../support/gate.js';
import { useInstances } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { command, rowsOf, type RawClient } from '../support/raw-client.js';
import type { RawPacket } from '../support/raw-packets.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();

it('tells the sessions of the instance, also while the backend is busy', async () => {
  const account = await server.createAccount({ maxUserConnections: 1 });
  const gate = await closedGate(server, account);
  const instance = await instances.start(server, account);
  const [one, two, three] = await Promise.all(
    [1, 2, 3].map(() => instance.login({ schema: account.schema })),
  );
  if (one === undefined || two === undefined || three === undefined) throw new Error('three sessions');
  const running = one.query(gate.read);
  await gate.blocked(1);
  const waiting = two.rows('SELECT 2');
  await until('one waits', () => instance.status().queue.waiting === 1);
  const rows = await three.rows('SHOW FULL PROCESSLIST');
  const byState = new Map(rows.map((row) => [row[6]?.split(':', 1)[0], row]));
  expect(rows).toHaveLength(3);
  expect(byState.get('waiting')?.[6]).toMatch(/place 1; session \d+ has been running/);
  expect(byState.get('waiting')?.[7]).toBe('SELECT ?');
  expect(byState.get('running')).toBeDefined();
  expect(rows.every((row) => row[3] === account.schema && row[1] === account.user)).toBe(true);
  await gate.open();
  await running;
  expect(await waiting).toEqual([['2']]);
});

const namesIn = (reply: readonly RawPacket[]): (string | undefined)[] =>
  reply.slice(1).flatMap(({ payload }) => (payload[0] === 3 ? [nameIn(payload)] : []));

/** Of a column definition that has neither schema nor table. */
function nameIn(payload: Buffer): string | undefined {
  return payload.toString('latin1', 8, 8 + (payload[7] ?? 0));
}

it.each([
  'SHOW PROCESSLIST',
  '/* ApplicationName=DBeaver 23.1.0 - Main */ SHOW FULL PROCESSLIST',
  'show\n/*!50000 full */ processlist -- of whom?',
  "EXECUTE IMMEDIATE 'SHOW PROCESSLIST'",
  'EXECUTE asked',
])('knows %s, with the columns of the server', async (sql) => {
  const account = await server.createAccount();
  const instance = await instances.start(server, account);
  const one = await instance.login();
  await one.query("PREPARE asked FROM 'SHOW PROCESSLIST'");
  const host = `127.0.0.1:${one.packets.socket.localPort}`;
  expect((await one.rows(sql)).map(([id, , where]) => [id, where])).toEqual([[idOf(one), host]]);
  const admin = await server.admin();
  const [, fields] = await admin.query('SHOW PROCESSLIST');
  expect(namesIn(await one.query(sql))).toEqual(fields.map(({ name }) => name));
});

const idOf = ({ greeting }: RawClient): string => String(greeting.threadId);

it('is what COM_PROCESS_INFO asks for', async () => {
  const instance = await instances.start(server, await server.createAccount());
  const one = await instance.login();
  const rows = rowsOf(await one.command(command.PROCESS_INFO));
  expect(rows.map(([id]) => id)).toEqual([idOf(one)]);
});

it('is the same when it is prepared, as by ODBC', async () => {
  const account = await server.createAccount();
  const instance = await instances.start(server, account);
  const { user, password } = account;
  const client = await mysql.createConnection({
    host: '127.0.0.1',
    port: instance.port,
    user,
    password,
    database: account.schema,
  });
  const [[row = {}]] = await client.execute<RowDataPacket[]>('SHOW FULL PROCESSLIST');
  expect(row).toMatchObject({ Id: client.threadId, User: user, db: account.schema, Command: 'Query' });
  const [[again = {}]] = await client.execute<RowDataPacket[]>('SHOW FULL PROCESSLIST');
  expect(again).toMatchObject({ Id: client.threadId });
  expect(await server.statementsOf(user)).not.toContain('SHOW FULL PROCESSLIST');
  await client.end();
});
