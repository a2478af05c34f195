// UPDATE, DELETE and TRUNCATE.

import { orderSql } from '../bind/call.js';
import { bind, type Place } from '../bind/expression.js';
import { tableColumns } from '../bind/from.js';
import { noTables, type BindContext, type Scope } from '../bind/scope.js';
import { quoteName, type Column, type Table } from '../catalog/catalog.js';
import { mysqlError } from '../mysql-error.js';
import { isStrict, type Session } from '../session/session.js';
import type { Statement, TableName } from '../sql/ast.js';
import { findTable } from './context.js';
import type { Database } from './database.js';
import { done, type Outcome } from './outcome.js';
import { defaultSql, storedSql } from './run-insert.js';

type Update = Extract<Statement, { kind: 'update' }>;
type Delete = Extract<Statement, { kind: 'delete' }>;

function changedTable(database: Database, session: Session, name: TableName): Table {
  const table = findTable(database, session, name);
  if (table.kind !== 'BASE TABLE')
    throw mysqlError('NOT_SUPPORTED', { what: `changing the view ${table.name}` });
  return table;
}

function scopeOf(table: Table, alias: string): Scope {
  const name = quoteName(alias);
  const columns = tableColumns(table, alias).map((column) => ({
    ...column,
    sql: `${name}.${quoteName(column.name)}`,
  }));
  return { ...noTables, tables: [{ schema: table.schema, alias, columns }], star: columns };
}

/** The rows that a statement is about, as a condition; the engine has no ORDER BY and LIMIT for changes. */
function restriction(statement: Update | Delete, table: Table, place: Place, alias: string): string {
  const where =
    statement.where === null ? 'true' : bind(statement.where, { ...place, clause: 'where clause' }).sql;
  if (statement.limit === null) return where;
  const order =
    statement.orderBy.length > 0
      ? ` ORDER BY ${orderSql(statement.orderBy, { ...place, clause: 'order clause' })}`
      : '';
  const limit = bind(statement.limit, { ...place, scope: noTables }).sql;
  return `${quoteName(alias)}.rowid IN (SELECT ${quoteName(alias)}.rowid FROM ${table.storage} AS ${quoteName(alias)} WHERE ${where}${order} LIMIT ${limit})`;
}

export function runUpdate(
  database: Database,
  session: Session,
  update: Update,
  context: BindContext,
): Outcome {
  const table = changedTable(database, session, update.table);
  const alias = update.alias ?? table.name;
  const place: Place = { context, scope: scopeOf(table, alias), clause: 'field list' };
  const strict = isStrict(session);
  const set = update.set.map(({ column: name, value }) => {
    const column = table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (column === undefined) throw mysqlError('BAD_FIELD', { column: name, where: 'field list' });
    const bound = value.kind === 'default' ? { sql: defaultSql(column), type: null } : bind(value, place);
    return { column, sql: storedSql(bound, column, strict) };
  });
  const source = `${table.storage} AS ${quoteName(alias)}`;
  const where = restriction(update, table, place, alias);
  const matched = Number(database.engine.query(`SELECT COUNT(*) FROM ${source} WHERE ${where}`)[0]?.[0] ?? 0);
  const differs = set
    .map(({ column, sql }) => `${quoteName(alias)}.${quoteName(column.name)} IS NOT ${sql}`)
    .join(' OR ');
  const assignments = [...set, ...touched(table, set)].map(
    ({ column, sql }) => `${quoteName(column.name)} = ${sql}`,
  );
  const changed = database.engine.execute(
    `UPDATE ${source} SET ${assignments.join(', ')} WHERE ${where} AND (${differs})`,
  );
  const info = `Rows matched: ${matched}  Changed: ${changed}  Warnings: 0`;
  return done(session.countsFound ? matched : changed, { info });
}

/** Columns with ON UPDATE CURRENT_TIMESTAMP that the statement does not set itself. */
function touched(
  table: Table,
  set: readonly { readonly column: Column }[],
): { column: Column; sql: string }[] {
  return table.columns
    .filter((column) => column.onUpdateNow && !set.some((assignment) => assignment.column === column))
    .map((column) => ({ column, sql: 'my_now()' }));
}

export function runDelete(
  database: Database,
  session: Session,
  statement: Delete,
  context: BindContext,
): Outcome {
  const table = changedTable(database, session, statement.table);
  const alias = statement.alias ?? table.name;
  const place: Place = { context, scope: scopeOf(table, alias), clause: 'where clause' };
  const where = restriction(statement, table, place, alias);
  return done(database.engine.execute(`DELETE FROM ${table.storage} AS ${quoteName(alias)} WHERE ${where}`));
}

export function runTruncate(database: Database, session: Session, name: TableName): Outcome {
  const table = changedTable(database, session, name);
  database.engine.execute(`DELETE FROM ${table.storage}`);
  return done();
}
