// The doctor's MySQL client: the only file of doctor/ that knows mysql2, which the tools' drivers resemble.

import { createConnection, type Connection, type ConnectionOptions, type FieldPacket } from 'mysql2';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database?: string;
  /** Use TLS; the certificate is not looked at, for it is our own port that is asked. */
  readonly tls?: boolean;
  /** For the connect, and for each statement. */
  readonly timeoutMs: number;
}

export interface Answer {
  readonly columns: readonly string[];
  /** As texts; NULL is null. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly affectedRows: number;
}

export interface Client {
  readonly connectionId: number;
  /** @throws ClientFailure */
  query(sql: string): Promise<Answer>;
  /** The same as a prepared statement. @throws ClientFailure */
  execute(sql: string): Promise<Answer>;
  /** Says goodbye and resolves when the connection is closed. */
  end(): Promise<void>;
  destroy(): void;
}

/** What a client is told: `errno` and `sqlState` are the server's, `code` is MySQL's or the system's name for it. */
export class ClientFailure extends Error {
  override readonly name = 'ClientFailure';

  constructor(
    message: string,
    readonly code: string,
    readonly errno: number | null,
    readonly sqlState: string | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export type Connect = (target: Target) => Promise<Client>;

/** Connects and logs in. @throws ClientFailure */
export const connect: Connect = (target) =>
  new Promise((resolve, reject) => {
    const connection = createConnection(optionsFor(target));
    // A loss between two statements is told by the next one, which would only hear that the connection is closed.
    const loss: { error?: Error } = {};
    connection.on('error', (error: Error) => {
      loss.error = error;
    });
    connection.connect((error) => {
      if (error === null) {
        resolve(wrap(connection, target, loss));
        return;
      }
      connection.destroy();
      reject(failure(error));
    });
  });

function optionsFor({ host, port, user, password, database, tls, timeoutMs }: Target): ConnectionOptions {
  return {
    host,
    port,
    user,
    password,
    connectTimeout: timeoutMs,
    rowsAsArray: true,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    connectAttributes: { program_name: 'chronos-fleet doctor' },
    ...(database === undefined ? {} : { database }),
    ...(tls === true ? { ssl: { rejectUnauthorized: false } } : {}),
  };
}

function wrap(connection: Connection, { timeoutMs }: Target, loss: { readonly error?: Error }): Client {
  const run = (method: 'query' | 'execute', sql: string) =>
    new Promise<Answer>((resolve, reject) => {
      const settle = (error: Error | null, result: unknown, fields?: FieldPacket[]) =>
        error === null ? resolve(answer(result, fields)) : reject(failure(loss.error ?? error));
      connection[method]({ sql, timeout: timeoutMs, rowsAsArray: true }, settle);
    });
  return {
    connectionId: connection.threadId,
    query: (sql) => run('query', sql),
    execute: (sql) => run('execute', sql),
    end: () =>
      new Promise((resolve) => {
        connection.once('end', resolve);
        connection.end(() => resolve());
      }),
    destroy: () => connection.destroy(),
  };
}

function answer(result: unknown, fields: FieldPacket[] | undefined): Answer {
  if (!Array.isArray(result)) {
    const { affectedRows = 0 } = result as { affectedRows?: number };
    return { columns: [], rows: [], affectedRows };
  }
  const columns = (fields ?? []).map((field) => field.name);
  return { columns, rows: (result as unknown[][]).map((row) => row.map(cell)), affectedRows: 0 };
}

function cell(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  // Only JSON columns come as objects; all else is text, numbers or booleans.
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function failure(error: Error): ClientFailure {
  const {
    code = 'UNKNOWN',
    errno,
    sqlState,
  } = error as Error & { code?: string; errno?: number; sqlState?: string };
  // The system's numbers are negative in Node; only the server's mean anything to a user.
  const own = typeof errno === 'number' && errno > 0 ? errno : null;
  return new ClientFailure(error.message, code, own, sqlState ?? null, { cause: error });
}
