// One script of statements on a real MariaDB and on the demo backend, for tests that compare what they say.
import mysql, { type Connection } from 'mysql2/promise';
import { startDemoBackend, type DemoBackend } from '../../src/demo/backend.js';

/** What a statement came to: rows as texts, the rows it changed, or its error's number. */
export type Came =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly affected: number; readonly insertId: number }
  | { readonly errno: number };

/** A demo backend for a test; the accounts have the password `secret`. */
export function startDemo(...accounts: readonly string[]): Promise<DemoBackend> {
  const passwords = Object.fromEntries(accounts.map((account) => [account, 'secret']));
  return startDemoBackend({ host: '127.0.0.1', port: 0, accounts: passwords });
}

export function connectDemo(demo: DemoBackend, account: string, database?: string): Promise<Connection> {
  return mysql.createConnection({
    host: demo.host,
    port: demo.port,
    user: account,
    password: 'secret',
    ...asTexts,
    ...(database === undefined ? {} : { database }),
  });
}

/** Options of mysql2 under which every value comes as the server wrote it. */
export const asTexts = {
  rowsAsArray: true,
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
  multipleStatements: false,
} as const;

export async function run(connection: Connection, sql: string): Promise<Came> {
  try {
    const [result, fields] = await connection.query({
      sql,
      rowsAsArray: true,
      typeCast: (field) => field.string('utf8'),
    });
    return came(result, fields);
  } catch (error) {
    const { errno } = error as { errno?: number };
    if (errno === undefined) throw error;
    return { errno };
  }
}

function came(result: unknown, fields: readonly { readonly name: string }[] | undefined): Came {
  if (Array.isArray(result)) {
    return { columns: (fields ?? []).map(({ name }) => name), rows: result as (string | null)[][] };
  }
  const { affectedRows, insertId } = result as { affectedRows: number; insertId: number };
  return { affected: affectedRows, insertId };
}
