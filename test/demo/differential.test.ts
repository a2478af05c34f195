// The demo backend against a real MariaDB: ordinary SQL says the same on both.
import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoBackend } from '../../src/demo/backend.js';
import { useMariadb } from '../support/mariadb.js';
import { asTexts, connectDemo, run, startDemo, type Came } from './both-servers.js';
import { changes, selects, setup } from './statements.js';

const server = useMariadb();
let demo: DemoBackend;
let ours: Connection;
let theirs: Connection;

beforeAll(async () => {
  demo = await startDemo('user1');
  ours = await connectDemo(demo, 'user1');
  const account = await server.createAccount();
  const { host, port } = server;
  theirs = await mysql.createConnection({
    host,
    port,
    user: account.user,
    password: account.password,
    database: account.schema,
    ...asTexts,
  });
  await run(ours, `CREATE DATABASE ${account.schema}`);
  await run(ours, `USE ${account.schema}`);
  for (const connection of [ours, theirs]) {
    await run(connection, "SET NAMES utf8mb4, sql_mode = 'STRICT_TRANS_TABLES', time_zone = '+00:00'");
    for (const statement of setup) await connection.query(statement);
  }
});

afterAll(async () => {
  await Promise.all([ours.end(), theirs.end()]);
  await demo.close();
});

/** InnoDB leaves gaps behind statements that failed, so that ids differ; whether there is one does not. */
function withoutIds(came: Came): unknown {
  return 'insertId' in came ? { ...came, insertId: came.insertId > 0 } : came;
}

describe('statements that change something', () => {
  it('come to the same on the demo backend and on MariaDB, one after the other', async () => {
    const seen: unknown[] = [];
    const expected: unknown[] = [];
    for (const sql of changes) {
      seen.push({ sql, came: withoutIds(await run(ours, sql)) });
      expected.push({ sql, came: withoutIds(await run(theirs, sql)) });
    }
    expect(seen).toEqual(expected);
  });
});

describe('a SELECT on the demo backend says what it says on MariaDB', () => {
  it.each(selects)('%s', async (sql) => {
    expect(await run(ours, sql)).toEqual(await run(theirs, sql));
  });
});
