// What sessions cost: the statements that the server saw beyond those of the clients, kind by kind.
import { beforeAll, expect, it } from 'vitest';
import { useInstances } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import type { RawClient } from '../support/raw-client.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;

/**
 * One round of a session: its statements; how many more the server saw, of ours, in three rounds of a session alone, and in
 * three rounds each of two sessions that take turns, which are five switches from one to the other. What a statement left
 * (warnings, counts) costs three questions at a switch; what a text does not say is asked at once, behind it.
 */
type Row = readonly [kind: string, round: readonly string[], alone: number, takingTurns: number];

const rows: readonly Row[] = [
  ['a SELECT', ['SELECT * FROM t'], 0, 0],
  ['a SELECT that fails', ['SELECT missing FROM t'], 0, 15],
  ['a SELECT with warnings', ["SELECT 1 + 'x' FROM t"], 0, 15],
  ['SHOW WARNINGS behind it', ["SELECT 1 + 'x' FROM t", 'SHOW WARNINGS'], 0, 15],
  ['an INSERT', ['INSERT INTO t VALUES (1)'], 0, 0],
  [
    'an INSERT with an id, and the question for it',
    ['INSERT INTO numbered VALUES (NULL)', 'SELECT LAST_INSERT_ID()'],
    0,
    10,
  ],
  ['an UPDATE', ['UPDATE t SET a = a + 1'], 0, 0],
  ['an INSERT that fails', ['INSERT INTO t VALUES (1, 2)'], 12, 29],
  ['an INSERT that runs a trigger', ['INSERT INTO watched VALUES (1)'], 0, 0],
  ['ROW_COUNT() behind an UPDATE', ['UPDATE t SET a = a + 1', 'SELECT ROW_COUNT()'], 0, 0],
  ['FOUND_ROWS()', ['SELECT SQL_CALC_FOUND_ROWS * FROM t LIMIT 1', 'SELECT FOUND_ROWS()'], 0, 0],
  ['SET of a variable, the same in both', ["SET time_zone = '+01:00'", 'SELECT NOW() FROM t'], 0, 2],
  ['SET by an expression', ['SET sql_select_limit = 10 + 5', 'SELECT * FROM t'], 0, 2],
  ['SET NAMES', ['SET NAMES latin1', 'SELECT * FROM t'], 3, 8],
  ['a user variable of the same name', ['SET @a = 1', 'SELECT @a FROM t'], 0, 10],
  ['@x := in a SELECT', ['SELECT @b := 5 FROM t'], 0, 10],
  ['USE', ['USE information_schema', 'SELECT 1'], 0, 0],
  ['a transaction', ['BEGIN', 'INSERT INTO t VALUES (1)', 'COMMIT'], 0, 0],
  ['autocommit = 0', ['SET autocommit = 0', 'INSERT INTO t VALUES (1)', 'COMMIT'], 0, 2],
  [
    'a temporary table of the same name',
    ['CREATE TEMPORARY TABLE IF NOT EXISTS mine (a INT)', 'SELECT * FROM mine'],
    2,
    9,
  ],
  ['a text prepared statement of the same name', ["PREPARE p FROM 'SELECT 1'", 'EXECUTE p'], 0, 0],
  ['EXECUTE IMMEDIATE', ["EXECUTE IMMEDIATE 'SELECT 1'"], 0, 0],
  ['a CALL that does nothing to its session', ['CALL quiet()'], 8, 23],
  ['a CALL that sets a variable', ['CALL sets()'], 15, 45],
  ['a stored function', ['SELECT pure(1)'], 8, 23],
  [
    'named locks whose names cannot be read',
    ['SELECT GET_LOCK(CONNECTION_ID(), 0)', 'SELECT RELEASE_ALL_LOCKS()'],
    9,
    18,
  ],
  ['named locks', ["SELECT GET_LOCK('saw', 0)", "SELECT RELEASE_LOCK('saw')"], 0, 0],
  ['SET TRANSACTION', ['SET TRANSACTION READ ONLY', 'SELECT * FROM t', 'COMMIT'], 3, 6],
];

beforeAll(async () => {
  account = await server.createAccount({ maxUserConnections: 1 });
  const { schema } = account;
  for (const sql of [
    `CREATE TABLE ${schema}.t (a INT)`,
    `INSERT INTO ${schema}.t VALUES (1), (2)`,
    `CREATE TABLE ${schema}.numbered (id INT AUTO_INCREMENT PRIMARY KEY)`,
    `CREATE TABLE ${schema}.watched (a INT)`,
    `CREATE TABLE ${schema}.log (a INT)`,
    `CREATE TRIGGER ${schema}.w AFTER INSERT ON ${schema}.watched FOR EACH ROW INSERT INTO ${schema}.log VALUES (NEW.a)`,
    `CREATE PROCEDURE ${schema}.quiet() BEGIN SELECT 1; END`,
    `CREATE PROCEDURE ${schema}.sets() BEGIN SET @called = 1; END`,
    `CREATE FUNCTION ${schema}.pure(n INT) RETURNS INT DETERMINISTIC RETURN n * 2`,
  ])
    await server.query(sql);
});

// A machine that halts for a quarter of a second makes the connection idle, and variables are saved meanwhile.
it.each(rows)('%s', { retry: 3 }, async (_, round, alone, takingTurns) => {
  const instance = await instances.start(server, account);
  const [one, two] = [
    await instance.login({ schema: account.schema }),
    await instance.login({ schema: account.schema }),
  ];
  const measured = [await extra(round, [one]), await extra(round, [one, two])];
  expect(measured).toEqual([alone, takingTurns]);
});

/** How many statements of ours the server saw in three rounds of each of the sessions. */
async function extra(round: readonly string[], sessions: readonly RawClient[]): Promise<number> {
  for (const session of sessions) await session.query('SELECT 1');
  const before = (await server.statementsOf(account.user)).length;
  let sent = 0;
  for (let i = 0; i < 3; i++) {
    for (const session of sessions) {
      for (const sql of round) await session.query(sql);
      sent += round.length;
    }
  }
  // What is asked about a command is asked behind its reply, and before the session's next one.
  await sessions.at(-1)?.query('SELECT 2');
  sent++;
  const all = (await server.statementsOf(account.user)).slice(before);
  return all.length - sent;
}
