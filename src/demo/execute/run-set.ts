// SET: variables of the session, of the server, and of the user.

import { bind } from '../bind/expression.js';
import { noTables, type BindContext } from '../bind/scope.js';
import type { Value } from '../engine/engine.js';
import { zoneMinutes } from '../functions/temporal.js';
import { mysqlError } from '../mysql-error.js';
import { charsetNamed, collationNamed } from '../session/charsets.js';
import type { Session } from '../session/session.js';
import { checkedValue, type VariableValue } from '../session/system-variables.js';
import type { Expr, SetItem, Statement } from '../sql/ast.js';
import type { Database } from './database.js';
import { done, type Outcome } from './outcome.js';
import { asResult } from './run-query.js';
import { commit } from './transaction.js';

export function runSet(
  database: Database,
  session: Session,
  items: readonly SetItem[],
  context: BindContext,
): Outcome {
  // All values are read before any is assigned, so that a mistake in one leaves all as they were.
  const assignments = items.map((item) => prepare(database, session, item, context));
  for (const assign of assignments) assign();
  return done();
}

function prepare(database: Database, session: Session, item: SetItem, context: BindContext): () => void {
  switch (item.kind) {
    case 'user': {
      const value = asResult(evaluate(database, item.value, context));
      return () => session.setUserVariable(item.name, value);
    }
    case 'names':
      return setNames(session, item.charset, item.collation);
    case 'charset':
      return setCharset(session, item.charset);
    case 'system':
      return setSystem(database, session, item, context);
  }
}

export function evaluate(database: Database, expr: Expr, context: BindContext): Value {
  const { sql } = bind(expr, { context, scope: noTables, clause: 'field list' });
  return database.engine.query(`SELECT ${sql}`)[0]?.[0] ?? null;
}

/** SET NAMES: what the client sends, what literals are, what it gets back. */
export function setNames(session: Session, charset: string | null, collation: string | null): () => void {
  const set = charsetNamed(charset ?? 'utf8mb4');
  const chosen = collation === null ? set.defaultCollation : collationNamed(collation).name;
  return () => {
    for (const name of ['character_set_client', 'character_set_connection', 'character_set_results'])
      session.variables.set(name, set.name);
    session.variables.set('collation_connection', chosen);
  };
}

function setCharset(session: Session, charset: string | null): () => void {
  const set = charsetNamed(charset ?? 'utf8mb4');
  return () => {
    session.variables.set('character_set_client', set.name);
    session.variables.set('character_set_results', set.name);
  };
}

function setSystem(
  database: Database,
  session: Session,
  item: Extract<SetItem, { kind: 'system' }>,
  context: BindContext,
): () => void {
  const { name, scope } = item;
  const store = scope === 'global' ? database.globals : session.variables;
  if (item.value.kind === 'default') {
    store.get(name);
    return () => assignSystem(database, session, name, scope, undefined);
  }
  const value = checkedValue(name, asVariable(evaluate(database, item.value, context)), scope);
  checkMeaning(name, value);
  return () => assignSystem(database, session, name, scope, value);
}

function asVariable(value: Value): VariableValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value !== 'bigint') return Buffer.from(value).toString('utf8');
  return value > 9_007_199_254_740_991n || value < -9_007_199_254_740_991n ? String(value) : Number(value);
}

function checkMeaning(name: string, value: VariableValue): void {
  if (name === 'time_zone' && zoneMinutes(String(value), new Date()) === null) {
    throw mysqlError('UNKNOWN_TIME_ZONE', { zone: String(value) });
  }
  if (name.startsWith('character_set_') && !(value === null && name === 'character_set_results'))
    charsetNamed(String(value));
  if (name.startsWith('collation_')) collationNamed(String(value));
}

function assignSystem(
  database: Database,
  session: Session,
  name: string,
  scope: 'session' | 'global',
  value: VariableValue | undefined,
): void {
  const store = scope === 'global' ? database.globals : session.variables;
  // Autocommit that is switched on ends the transaction that it finds.
  if (name === 'autocommit' && scope === 'session' && value !== 0 && store.get('autocommit') === 0)
    commit(database, session);
  if (name === 'last_insert_id' || name === 'identity') session.lastInsertId = BigInt(value ?? 0);
  store.set(name, value);
}

/** SET TRANSACTION. There is one isolation level here, so what is asked for is kept and shown, no more. */
export function setTransaction(
  database: Database,
  session: Session,
  statement: Extract<Statement, { kind: 'set-transaction' }>,
): Outcome {
  const store = statement.scope === 'global' ? database.globals : session.variables;
  if (statement.scope === 'next') return done();
  if (statement.isolation !== null) store.set('transaction_isolation', statement.isolation);
  if (statement.readOnly !== null) store.set('transaction_read_only', statement.readOnly ? 1 : 0);
  return done();
}
