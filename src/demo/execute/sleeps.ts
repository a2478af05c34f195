// SLEEP(): waited for before the engine runs the statement.

import { setTimeout as sleep } from 'node:timers/promises';
import { bindQuery } from '../bind/query.js';
import { mysqlError } from '../mysql-error.js';
import type { Session } from '../session/session.js';
import type { Expr, Statement } from '../sql/ast.js';
import type { StatementSource } from '../sql/parse-statement.js';
import { bindContext } from './context.js';
import type { Database } from './database.js';
import { evaluate } from './run-set.js';

export function mentionsSleep(source: StatementSource): boolean {
  return source.tokens.some((token) => token.kind === 'word' && token.text.toUpperCase() === 'SLEEP');
}

/** SLEEP() waits here, where the other sessions go on and a lost client ends it. */
export async function waitForSleeps(
  database: Database,
  session: Session,
  statement: Statement,
  parameters: readonly Expr[],
  signal: AbortSignal,
): Promise<void> {
  if (statement.kind !== 'query' && statement.kind !== 'do') return;
  database.enter(session);
  const context = bindContext(database, session, parameters);
  if (statement.kind === 'query') bindQuery(statement.query, context, null);
  else
    for (const expr of statement.exprs)
      if (expr.kind === 'call' && expr.name === 'SLEEP') evaluate(database, expr, context);
  for (const sql of context.sleeps) {
    const seconds = Number(database.engine.query(`SELECT ${sql}`)[0]?.[0] ?? 0);
    if (seconds > 0) await interruptible(seconds * 1000, signal);
  }
}

async function interruptible(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal });
  } catch (error) {
    if (signal.aborted) throw mysqlError('QUERY_INTERRUPTED', {});
    throw error;
  }
}
