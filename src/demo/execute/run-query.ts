// SELECT: its rows, or the variables that take them.

import { bindQuery, type BoundQuery } from '../bind/query.js';
import type { BindContext } from '../bind/scope.js';
import { types, type ColumnType } from '../catalog/column-type.js';
import type { Result, Value } from '../engine/engine.js';
import { mysqlError } from '../mysql-error.js';
import type { Session } from '../session/session.js';
import type { Query } from '../sql/ast.js';
import type { Database } from './database.js';
import { done, type Outcome, type TypedColumn } from './outcome.js';

export function runQuery(database: Database, session: Session, query: Query, context: BindContext): Outcome {
  const limited = withSelectLimit(session, query);
  const bound = bindQuery(limited, context, null);
  const rows = database.engine.query(bound.sql);
  const columns = typed(bound, rows);
  session.foundRows = context.countsFoundRows ? countAll(database, query, context) : rows.length;
  if (query.into.length > 0) return intoVariables(session, query, rows);
  return { kind: 'rows', columns, rows };
}

/** Columns with their types; what binding left open is told from the values. */
export function typed(bound: BoundQuery, rows: readonly (readonly Value[])[]): TypedColumn[] {
  return bound.columns.map((column, i) => ({ ...column, type: column.type ?? typeOfValues(rows, i) }));
}

function typeOfValues(rows: readonly (readonly Value[])[], i: number): ColumnType {
  let type: ColumnType = types.varchar;
  for (const row of rows) {
    const value = row[i];
    if (typeof value === 'number') return types.double;
    if (typeof value === 'bigint') type = types.bigint;
    else if (typeof value === 'string') return types.longtext;
    else if (value instanceof Uint8Array) return types.blob;
  }
  return type;
}

/** `sql_select_limit` holds for a SELECT that has no LIMIT of its own. */
function withSelectLimit(session: Session, query: Query): Query {
  const limit = String(session.variables.get('sql_select_limit'));
  if (query.limit !== null || limit === '18446744073709551615') return query;
  return { ...query, limit: { offset: null, count: { kind: 'integer', text: limit } } };
}

function countAll(database: Database, query: Query, context: BindContext): number {
  const all = bindQuery({ ...query, limit: null, orderBy: [] }, context, null);
  return Number(database.engine.query(`SELECT COUNT(*) FROM (${all.sql})`)[0]?.[0] ?? 0);
}

function intoVariables(session: Session, query: Query, rows: readonly (readonly Value[])[]): Outcome {
  if (rows.length > 1) throw mysqlError('TOO_MANY_ROWS', {});
  const [row] = rows;
  if (row === undefined) return done();
  if (row.length !== query.into.length) throw mysqlError('WRONG_COLUMN_COUNT', {});
  query.into.forEach((name, i) => session.setUserVariable(name, asResult(row[i] ?? null)));
  return done(1);
}

/** A value of the engine as a user variable keeps it. */
export function asResult(value: Value): Result {
  return typeof value === 'bigint' ? Number(value) : value;
}
