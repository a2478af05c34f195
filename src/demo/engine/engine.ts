// The only file that knows sql.js: SQLite in WebAssembly, in memory.

import initSqlJs from 'sql.js';
import type { Database } from 'sql.js';
import { mysqlError } from '../mysql-error.js';

/** A value as the engine has it: integers as bigint, so that they are told from floating-point numbers. */
export type Value = bigint | number | string | Uint8Array | null;

/** A value that a function of ours gives back; numbers become floating-point ones. */
export type Result = number | boolean | string | Uint8Array | null;

export interface Engine {
  /** All rows of one query. Throws the engine's Error, or what a function of ours threw. */
  query(sql: string): Value[][];
  /** Runs one statement and gives the number of rows that it changed. */
  execute(sql: string): number;
  /** Makes `call` known to the engine as `name`, with any number of arguments. */
  define(name: string, call: (args: readonly FunctionArgument[]) => Result): void;
  close(): void;
}

/** What the engine hands to a function of ours; it does not tell integers from other numbers. */
export type FunctionArgument = number | string | Uint8Array | null;

/** A result is put together in memory; a join without a condition must not take all of it. */
const MAX_ROWS = 1_000_000;

export async function openEngine(): Promise<Engine> {
  const sqlite = await initSqlJs();
  const database = new sqlite.Database();
  // What a function threw, kept because the engine passes on the text alone.
  let thrown: unknown;

  const guarded = <T>(run: () => T): T => {
    thrown = undefined;
    try {
      return run();
    } catch (error) {
      throw thrown ?? error;
    }
  };

  return {
    query: (sql) => guarded(() => allRows(database, sql)),
    execute: (sql) =>
      guarded(() => {
        database.run(sql);
        return database.getRowsModified();
      }),
    define(name, call) {
      const wrapped = (...args: FunctionArgument[]) => {
        try {
          return call(args);
        } catch (error) {
          thrown = error;
          throw error;
        }
      };
      // The engine reads the number of arguments off the function; -1 stands for any number.
      Object.defineProperty(wrapped, 'length', { value: -1 });
      database.create_function(name, wrapped);
    },
    close: () => database.close(),
  };
}

function allRows(database: Database, sql: string): Value[][] {
  const statement = database.prepare(sql);
  try {
    const rows: Value[][] = [];
    // The types of sql.js do not know that integers may be asked for as bigint.
    const get = statement.get.bind(statement) as unknown as (
      parameters: null,
      config: { useBigInt: boolean },
    ) => Value[];
    while (statement.step()) {
      if (rows.length === MAX_ROWS) throw mysqlError('TOO_BIG_SELECT', { max: MAX_ROWS });
      rows.push(get(null, { useBigInt: true }));
    }
    return rows;
  } finally {
    statement.free();
  }
}
