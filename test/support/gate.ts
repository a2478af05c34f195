// A table that nobody can read until the test says so: a statement on it is running for as long as a test needs.
import mysql from 'mysql2/promise';
import type { Account, TestServer } from './mariadb.js';
import { until } from './until.js';

export interface Gate {
  /** A read and a write that do not end before the gate is open. */
  readonly read: string;
  readonly write: string;
  /** A procedure that does the write. */
  readonly procedure: string;
  /** Resolves when so many statements of the account stand before the gate. */
  blocked(count?: number): Promise<void>;
  /** Lets everything through, from now on. */
  open(): Promise<void>;
  /** How many rows were written behind the gate. Needs it open. */
  written(): Promise<number>;
}

/** A closed gate in the account's schema. `open` also ends its connection; it may be called again. */
export async function closedGate(server: TestServer, { user, schema }: Account): Promise<Gate> {
  const table = `${schema}.gate`;
  const procedure = `${schema}.through_the_gate`;
  await server.query(`CREATE TABLE ${table} (id INT)`);
  await server.query(`CREATE PROCEDURE ${procedure}() SQL SECURITY INVOKER INSERT INTO ${table} VALUES (1)`);
  const { host, port } = server;
  const keeper = await mysql.createConnection({
    host,
    port,
    user: server.user,
    password: server.password,
  });
  let opened: Promise<void> | undefined;
  await keeper.query(`LOCK TABLES ${table} WRITE`);
  return {
    read: `SELECT COUNT(*) FROM ${table}`,
    write: `INSERT INTO ${table} VALUES (1)`,
    procedure,
    async blocked(count = 1) {
      await until(`${count} at the gate`, async () => {
        const rows = await server.query(
          "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = ? AND STATE LIKE '%metadata lock%'",
          [user],
        );
        return rows.length === count;
      });
    },
    open() {
      opened ??= keeper.end();
      return opened;
    },
    async written() {
      const [row] = await server.query(`SELECT COUNT(*) AS n FROM ${table}`);
      return Number(row?.n);
    },
  };
}
