// Runs the statements of one check and writes down what was sent, what came and how long it took.

import { performance } from 'node:perf_hooks';
import { adviceFor } from './advice.js';
import { ClientFailure, type Answer, type Client } from './client.js';
import type { Check, Outcome, Sent } from './report.js';

const SHOWN_VALUES = 4;
const SHOWN_CHARACTERS = 60;

export interface Recorder {
  /** Sends a statement and records it. @throws ClientFailure where it fails, which is recorded too */
  query(client: Client, sql: string): Promise<Answer>;
  /** The same as a prepared statement, as ODBC and JDBC send it. */
  execute(client: Client, sql: string): Promise<Answer>;
  /** Records something that is no statement, e.g. a connect. */
  record<T>(what: string, run: () => Promise<T>, came: (result: T) => string): Promise<T>;
}

/** What a check comes to where all its statements went well. */
export interface Finding {
  readonly outcome: Outcome;
  readonly finding: string;
  readonly advice?: readonly string[];
}

/** Runs a check; a statement that fails makes the check fail, with advice for its error. */
export async function runCheck(
  id: string,
  title: string,
  user: string,
  body: (recorder: Recorder) => Promise<Finding>,
): Promise<Check> {
  const statements: Sent[] = [];
  const from = performance.now();
  const base = () => ({ id, title, statements, ms: since(from) });
  try {
    const { outcome, finding, advice = [] } = await body(recorderFor(statements));
    return { ...base(), outcome, finding, advice };
  } catch (error) {
    if (!(error instanceof ClientFailure)) throw error;
    return { ...base(), outcome: 'failed', finding: describe(error), advice: adviceFor(error, user) };
  }
}

function recorderFor(statements: Sent[]): Recorder {
  const record = async <T>(what: string, run: () => Promise<T>, came: (result: T) => string): Promise<T> => {
    const from = performance.now();
    try {
      const result = await run();
      statements.push({
        statement: what,
        outcome: 'ok',
        came: came(result),
        errno: null,
        sqlState: null,
        ms: since(from),
      });
      return result;
    } catch (error) {
      if (!(error instanceof ClientFailure)) throw error;
      const { errno, sqlState } = error;
      statements.push({
        statement: what,
        outcome: 'failed',
        came: describe(error),
        errno,
        sqlState,
        ms: since(from),
      });
      throw error;
    }
  };
  return {
    record,
    query: (client, sql) => record(sql, () => client.query(sql), answerWords),
    execute: (client, sql) => record(`prepared: ${sql}`, () => client.execute(sql), answerWords),
  };
}

/** `3 rows, first: sales, 42` or `ok`. */
export function answerWords({ columns, rows, affectedRows }: Answer): string {
  if (columns.length === 0) return affectedRows > 0 ? `ok, ${affectedRows} rows affected` : 'ok';
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  const [first] = rows;
  if (first === undefined) return count;
  const values = first.slice(0, SHOWN_VALUES).map((value) => value ?? 'NULL');
  const more = first.length > SHOWN_VALUES ? ', ...' : '';
  const text = `${values.join(', ')}${more}`.replaceAll(/\s+/g, ' ');
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 3)}...` : text;
  return `${count}${rows.length === 1 ? ':' : ', first:'} ${short}`;
}

export function describe(error: ClientFailure): string {
  if (error.errno === null) return error.message === '' ? error.code : `${error.message} (${error.code})`;
  return `error ${error.errno} (${error.sqlState ?? 'HY000'}): ${error.message}`;
}

/** Milliseconds, to a tenth. */
export function since(from: number): number {
  return Math.round((performance.now() - from) * 10) / 10;
}
