// The real server of the tests, asked as its administrator: accounts, connections and statements as the server sees them.
import { randomBytes } from 'node:crypto';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, inject } from 'vitest';
import type { Certificates } from './certificates.js';
import { startMariadbProcess, type MariadbOptions, type MariadbProcess } from './mariadb-process.js';

/** Where a server is and who administers it; plain data, so that every test worker can be told. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The certificates it shows; absent for a foreign server and where openssl is missing. */
  readonly certificates?: Certificates;
  /** It belongs to somebody else: what the tests make there is removed again. */
  readonly foreign?: boolean;
}

export interface Account {
  readonly user: string;
  readonly password: string;
  /** An empty schema of its own, on which it has all privileges. */
  readonly schema: string;
}

export interface AccountOptions {
  /** The server refuses more connections with 1226; 0 (the default) is no limit. */
  readonly maxUserConnections?: number;
  readonly password?: string;
  /** Global privileges beside those on its schema, e.g. `['PROCESS']`. */
  readonly privileges?: readonly string[];
}

/** Counts an account's connections over and over, about a thousand times a second. */
export interface ConnectionWatch {
  /** The most connections seen at once so far. */
  readonly max: number;
  /** How often it looked so far. */
  readonly samples: number;
  stop(): Promise<void>;
}

export interface TestServer extends ServerAddress {
  /** A connection of the administrator, opened at the first use and closed by `close`. */
  admin(): Promise<Connection>;
  query(sql: string, values?: readonly (string | number)[]): Promise<RowDataPacket[]>;
  createAccount(options?: AccountOptions): Promise<Account>;
  /** How many connections the account has now. */
  connectionsOf(user: string): Promise<number>;
  /** Server thread ids of the account's connections. */
  threadsOf(user: string): Promise<readonly number[]>;
  watchConnections(user: string): Promise<ConnectionWatch>;
  /** Texts of the statements of the account that reached the server, oldest first. Needs the general log. */
  statementsOf(user: string): Promise<readonly string[]>;
  /** Commands of the account in the general log (`Connect`, `Query`, `Prepare`, `Quit`, ...), oldest first. */
  commandsOf(user: string): Promise<readonly { readonly type: string; readonly text: string }[]>;
  /** Ends a connection as an administrator would. */
  kill(threadId: number): Promise<void>;
  close(): Promise<void>;
}

declare module 'vitest' {
  export interface ProvidedContext {
    mariadb: ServerAddress;
  }
}

/** The server that the whole run shares; its administrator's connection ends with the test file. */
export function useMariadb(): TestServer {
  const server = asAdministrator(inject('mariadb'));
  afterAll(() => server.close());
  return server;
}

/** A server for one test file that stops, kills or restarts it. */
export async function startMariadb(options?: MariadbOptions): Promise<TestServer & MariadbProcess> {
  const running = await startMariadbProcess(options);
  const { port, certificates } = running;
  const address = { host: '127.0.0.1', port, user: 'root', password: '' };
  const server = asAdministrator(certificates === undefined ? address : { ...address, certificates });
  return {
    ...server,
    ...running,
    async destroy() {
      await server.close();
      await running.destroy();
    },
  };
}

function asAdministrator(address: ServerAddress): TestServer {
  let connection: Promise<Connection> | undefined;
  const forget = (): void => void (connection = undefined);
  const admin = (): Promise<Connection> => {
    connection ??= openAdmin(address, forget).catch((error: unknown) => {
      forget();
      throw error;
    });
    return connection;
  };
  const query: TestServer['query'] = async (sql, values = []) => {
    const open = await admin();
    try {
      const [rows] = await open.query<RowDataPacket[]>(sql, [...values]);
      return rows;
    } catch (error) {
      // A loss under a statement is told to that alone.
      if ((error as { fatal?: unknown }).fatal === true) forget();
      throw error;
    }
  };
  const created: Account[] = [];
  const threadsOf: TestServer['threadsOf'] = async (user) => {
    const rows = await query('SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = ?', [user]);
    return rows.map((row) => Number(row.id));
  };
  const commandsOf: TestServer['commandsOf'] = (user) => readGeneralLog(query, user);
  return {
    ...address,
    admin,
    query,
    async createAccount(options) {
      const account = await createAccount(query, options);
      created.push(account);
      return account;
    },
    threadsOf,
    connectionsOf: async (user) => (await threadsOf(user)).length,
    watchConnections: (user) => watchConnections(address, user),
    commandsOf,
    statementsOf: async (user) =>
      (await commandsOf(user)).filter(({ type }) => type === 'Query').map(({ text }) => text),
    kill: async (threadId) => {
      await query('KILL ?', [threadId]);
    },
    async close() {
      if (address.foreign === true) await removeAccounts(query, created.splice(0));
      const open = await connection?.catch(() => undefined);
      connection = undefined;
      await open?.end();
    },
  };
}

async function openAdmin(address: ServerAddress, lost: () => void): Promise<Connection> {
  const { host, port, user, password } = address;
  const connection = await mysql.createConnection({ host, port, user, password });
  connection.on('error', lost);
  return connection;
}

async function createAccount(
  query: TestServer['query'],
  { maxUserConnections = 0, password, privileges = [] }: AccountOptions = {},
): Promise<Account> {
  const name = `t_${randomBytes(5).toString('hex')}`;
  const account = { user: name, password: password ?? randomBytes(9).toString('hex'), schema: name };
  await query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await query(`CREATE USER ${name}@'%' IDENTIFIED BY ? WITH MAX_USER_CONNECTIONS ${maxUserConnections}`, [
    account.password,
  ]);
  await query(`GRANT ALL PRIVILEGES ON ${name}.* TO ${name}@'%'`);
  if (privileges.length > 0) await query(`GRANT ${privileges.join(', ')} ON *.* TO ${name}@'%'`);
  return account;
}

async function removeAccounts(query: TestServer['query'], accounts: readonly Account[]): Promise<void> {
  for (const { user, schema } of accounts) {
    await query(`DROP USER IF EXISTS ${user}@'%'`);
    await query(`DROP DATABASE IF EXISTS ${schema}`);
  }
}

/** `user_host` of the log is `user[user] @  [address]`, at a login `[user] @  [address]`. */
async function readGeneralLog(
  query: TestServer['query'],
  user: string,
): Promise<{ type: string; text: string }[]> {
  const pattern = user.replaceAll('_', '\\_');
  const rows = await query(
    `SELECT command_type AS type, CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log
     WHERE user_host LIKE ? OR user_host LIKE ? ORDER BY event_time`,
    // Before it is known whose privileges it has, a connection is nobody's.
    [`${pattern}[${pattern}]%`, `[${pattern}]%`],
  );
  return rows.map((row) => ({ type: String(row.type), text: String(row.text) }));
}

async function watchConnections(address: ServerAddress, user: string): Promise<ConnectionWatch> {
  const connection = await openAdmin(address, () => undefined);
  let max = 0;
  let samples = 0;
  const state = { watching: true };
  const count = async (): Promise<void> => {
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS n, SLEEP(0.001) FROM information_schema.PROCESSLIST WHERE USER = ?',
      [user],
    );
    max = Math.max(max, Number(rows[0]?.n));
    samples += 1;
  };
  await count();
  const loop = (async () => {
    while (state.watching) await count();
  })();
  return {
    get max() {
      return max;
    },
    get samples() {
      return samples;
    },
    async stop() {
      state.watching = false;
      await loop;
      await connection.end();
    },
  };
}
