// A client that goes at any packet of any command: nothing of it stays, and nobody else notices.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstance, type TestInstance } from '../support/instance.js';
import { startMariadb, type Account, type TestServer } from '../support/mariadb.js';
import { command, openRaw, type RawClient } from '../support/raw-client.js';
import { prove } from '../support/raw-login.js';
import { toPackets, zeroEnded, type RawPacket } from '../support/raw-packets.js';
import { settingsFor } from '../support/settings.js';
import { executeBody, int4, textParameters } from '../support/transcript.js';
import { until } from '../support/until.js';

let server: TestServer & { destroy(): Promise<void> };
let account: Account;
let instance: TestInstance;
let witness: RawClient;

beforeAll(async () => {
  server = await startMariadb({ generalLog: false });
  account = await server.createAccount({ maxUserConnections: 1 });
  await server.query(`CREATE TABLE ${account.schema}.w (a INT, b TEXT)`);
  await server.query(`INSERT INTO ${account.schema}.w VALUES (1, 'one'), (2, 'two')`);
  instance = await startInstance(await settingsFor(server, account));
  await instance.event('backend-connected');
  witness = await instance.login({ schema: account.schema });
});
afterAll(async () => {
  await instance.destroy();
  await server.destroy();
});

/** A step of the client: a packet that it sends, or waiting for so many packets. */
type Step = Buffer | number;

const send = (code: number, ...body: readonly Buffer[]): Buffer =>
  toPackets(Buffer.concat([Buffer.from([code]), ...body]));
const query = (sql: string): Buffer => send(command.QUERY, Buffer.from(sql));
const prepare = (sql: string): Buffer => send(command.STMT_PREPARE, Buffer.from(sql));
/** Statement ids are the session's own and count from one. */
const id = int4(1);
const proof = prove('mysql_native_password', 'wrong', Buffer.alloc(20, 1));

type Dialogue = readonly [name: string, ...steps: readonly Step[]];

const dialogues: readonly Dialogue[] = [
  ['COM_PING', send(command.PING), 1],
  ['COM_QUIT', send(command.QUIT)],
  ['COM_STATISTICS', send(command.STATISTICS), 1],
  ['COM_INIT_DB', send(command.INIT_DB, Buffer.from('information_schema')), 1],
  ['COM_FIELD_LIST', send(command.FIELD_LIST, zeroEnded('w')), 3],
  ['COM_SET_OPTION', send(command.SET_OPTION, Buffer.from([1, 0])), 1],
  ['COM_PROCESS_INFO', send(command.PROCESS_INFO), 1],
  ['COM_RESET_CONNECTION', query('SET @v = 1'), 1, send(command.RESET_CONNECTION), 1],
  ['a result set', query('SELECT a, b FROM w'), 7],
  ['several results', query('SELECT a FROM w; DO 1; SELECT 2'), 11],
  ['an error', query('SELECT no_such_column FROM w'), 1],
  ['a write', query('DELETE FROM w WHERE a = 99'), 1],
  ['a transaction', query('BEGIN'), 1, query("INSERT INTO w VALUES (9, 'lost')"), 1, query('SELECT 1'), 5],
  ['autocommit off', query('SET autocommit = 0'), 1, query("INSERT INTO w VALUES (9, 'lost')"), 1],
  ['LOCK TABLES', query('LOCK TABLES w WRITE'), 1, query('SELECT 1'), 5],
  ['GET_LOCK', query("SELECT GET_LOCK('disconnect', 0)"), 5],
  ['HANDLER', query('HANDLER w OPEN'), 1, query('HANDLER w READ FIRST'), 6],
  [
    'a temporary table',
    query('CREATE TEMPORARY TABLE tmp AS SELECT 1 AS a'),
    1,
    query('SELECT a FROM tmp'),
    5,
  ],
  ['user variables', query('SET @v = 7'), 1, query('SELECT @v'), 5],
  ['PREPARE as text', query("PREPARE s FROM 'SELECT 1'"), 1, query('EXECUTE s'), 5],
  [
    'a prepared statement',
    prepare('SELECT a, ? FROM w WHERE b <> ?'),
    7,
    send(command.STMT_EXECUTE, executeBody(id, 0, textParameters(['x', 'y']))),
    7,
    send(command.STMT_RESET, id),
    1,
    send(command.STMT_CLOSE, id),
    query('SELECT 1'),
    5,
  ],
  [
    'a cursor',
    prepare('SELECT a FROM w'),
    3,
    send(command.STMT_EXECUTE, executeBody(id, 1)),
    3,
    send(command.STMT_FETCH, id, int4(1)),
    2,
    send(command.STMT_FETCH, id, int4(9)),
    2,
  ],
  [
    'long data',
    prepare('SELECT ?'),
    5,
    send(command.STMT_SEND_LONG_DATA, id, Buffer.from([0, 0]), Buffer.from('long ')),
    send(command.STMT_SEND_LONG_DATA, id, Buffer.from([0, 0]), Buffer.from('data')),
    send(command.STMT_EXECUTE, executeBody(id, 0, textParameters([{ long: true }]))),
    5,
  ],
  [
    'LOAD DATA LOCAL',
    query("LOAD DATA LOCAL INFILE 'f' INTO TABLE w"),
    1,
    toPackets(Buffer.from('8\teight\n'), 2),
    toPackets(Buffer.from('9\tnine\n'), 3),
  ],
  [
    'COM_CHANGE_USER',
    send(command.CHANGE_USER, zeroEnded('u'), Buffer.from([20]), proof, zeroEnded(''), Buffer.from([45, 0])),
    1,
    toPackets(proof, 2),
    1,
  ],
];

/** How far a client comes: each packet of its own whole and in half, each packet of the replies. */
function boundaries(steps: readonly Step[]): readonly (readonly Step[])[] {
  return steps.flatMap((step, i) => {
    const before = steps.slice(0, i);
    if (typeof step !== 'number')
      return [
        [...before, step.subarray(0, 3)],
        [...before, step.subarray(0, 5)],
        [...before, step],
      ];
    return Array.from({ length: step }, (_, n) => [...before, n + 1]);
  });
}

/** Comes so far, and is gone; answers with the last packets that it waited for. */
async function comeAndGo(steps: readonly Step[]): Promise<readonly RawPacket[]> {
  const client = await instance.login({ schema: account.schema });
  const heard: RawPacket[] = [];
  for (const step of steps) {
    if (typeof step !== 'number') client.packets.socket.write(step);
    else for (let left = step; left > 0; left--) heard.push(await client.packets.next());
  }
  // What was sent leaves before the connection is cut.
  await new Promise<void>((resolve) => client.packets.socket.write('', () => resolve()));
  client.reset();
  await instance.event('session-closed', ({ session }) => session === client.greeting.threadId);
  return heard;
}

const preparedOnServer = async (): Promise<number> =>
  Number((await server.query("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'"))[0]?.Value);

async function expectNothingLeft(): Promise<void> {
  expect(await witness.rows('SELECT a, b FROM w')).toEqual([
    ['1', 'one'],
    ['2', 'two'],
  ]);
  expect(await witness.rows("SELECT @v, @@autocommit, @@in_transaction, IS_USED_LOCK('disconnect')")).toEqual(
    [[null, '1', '0', null]],
  );
  const { sessions, backend } = instance.status();
  expect(sessions.map(({ id: left }) => left)).toEqual([witness.greeting.threadId]);
  expect(backend.map(({ pinnedBy }) => pinnedBy)).toEqual([undefined]);
  await until('one connection', async () => (await server.connectionsOf(account.user)) === 1);
  await until('no statement left on the server', async () => (await preparedOnServer()) === 0);
}

describe('a client that is gone after any packet', () => {
  it.each(dialogues.map(([name, ...steps]) => ({ name, steps })))(
    'of $name leaves nothing behind',
    async ({ steps }) => {
      for (const so of boundaries(steps)) {
        await comeAndGo(so);
        await expectNothingLeft();
      }
    },
  );

  it('of its login leaves nothing behind', async () => {
    for (const bytes of [0, 1, 3, 4, 5, 20, 36, 40]) {
      const knocking = await openRaw(instance.port);
      await knocking.next();
      knocking.socket.write(Buffer.alloc(bytes, 1));
      await new Promise<void>((resolve) => knocking.socket.write('', () => resolve()));
      knocking.socket.resetAndDestroy();
      await knocking.closed;
    }
    await expectNothingLeft();
  });
});
