// INSERT and REPLACE.

import { bind, type Place } from '../bind/expression.js';
import { bindQuery } from '../bind/query.js';
import { noTables, type BindContext, type Bound, type Scope } from '../bind/scope.js';
import { tableColumns } from '../bind/from.js';
import { quoteName, quoteText, type Column, type Table } from '../catalog/catalog.js';
import { familyOf } from '../catalog/column-type.js';
import { asMySqlError } from '../engine/engine-errors.js';
import { integerRange } from '../functions/store.js';
import { storeSql } from '../functions/store-function.js';
import { mysqlError, type MySqlError } from '../mysql-error.js';
import { isStrict, type Session } from '../session/session.js';
import type { Assignment, Expr, Insert } from '../sql/ast.js';
import { findTable } from './context.js';
import type { Database } from './database.js';
import { done, type Outcome } from './outcome.js';

export function runInsert(
  database: Database,
  session: Session,
  insert: Insert,
  context: BindContext,
): Outcome {
  const table = findTable(database, session, insert.table);
  if (table.kind !== 'BASE TABLE')
    throw mysqlError('NOT_SUPPORTED', { what: `INSERT INTO the view ${table.name}` });
  const columns = targetColumns(table, insert.columns);
  const strict = isStrict(session);
  const rows = Array.isArray(insert.source)
    ? valueRows(insert.source as Expr[][], table, columns, context, strict)
    : null;
  const source = rows
    ? `VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`
    : querySource(insert, table, columns, context, strict);
  const all = [...columns, ...defaultedColumns(table, columns, insert.mode !== 'ignore' && strict)];
  const verb = { insert: 'INSERT', ignore: 'INSERT OR IGNORE', replace: 'INSERT OR REPLACE' }[insert.mode];
  const names = all.map((column) => quoteName(column.name)).join(', ');
  const upsert = upsertSql(insert.onDuplicate, table, context, strict);
  const sql = `${verb} INTO ${table.storage} AS ${quoteName(table.name)} (${names}) ${source}${upsert}`;
  const before = countRows(database, table);
  const ids = execute(database, sql, table, all, rows);
  const grown = countRows(database, table) - before;
  return inserted(session, table, insert, columns, ids, grown);
}

function countRows(database: Database, table: Table): number {
  return Number(database.engine.query(`SELECT COUNT(*) FROM ${table.storage}`)[0]?.[0] ?? 0);
}

/** Runs the INSERT. The value of the AUTO_INCREMENT column (or the row's number) of each row that it wrote. */
function execute(
  database: Database,
  sql: string,
  table: Table,
  columns: readonly Column[],
  rows: readonly (readonly string[])[] | null,
): bigint[] {
  const auto = table.columns.find((column) => column.autoIncrement);
  try {
    const written = database.engine.query(
      `${sql} RETURNING ${auto === undefined ? 'rowid' : quoteName(auto.name)}`,
    );
    return written.map(([id]) => id as bigint);
  } catch (error) {
    throw duplicateEntry(database, asMySqlError(error), table, columns, rows);
  }
}

function targetColumns(table: Table, names: readonly string[] | null): readonly Column[] {
  if (names === null) return table.columns;
  return names.map((name) => {
    const column = table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (column === undefined) throw mysqlError('BAD_FIELD', { column: name, where: 'field list' });
    return column;
  });
}

/** Columns that the statement leaves out and that do not become NULL by themselves. */
function defaultedColumns(table: Table, given: readonly Column[], strict: boolean): readonly Column[] {
  const left = table.columns.filter((column) => !given.includes(column) && !column.autoIncrement);
  const missing = left.find((column) => column.default === null && !column.nullable);
  if (missing !== undefined && strict) throw mysqlError('NO_DEFAULT', { column: missing.name });
  return left.filter((column) => column.default !== null || !column.nullable);
}

/** The default of a column as SQL. */
export function defaultSql(column: Column): string {
  if (column.default === null)
    return column.nullable || column.autoIncrement ? 'NULL' : implicitDefault(column);
  if (/^CURRENT_TIMESTAMP/i.test(column.default)) return 'my_now()';
  return quoteText(column.default);
}

function implicitDefault(column: Column): string {
  const family = familyOf(column.type);
  return ['integer', 'decimal', 'real', 'year', 'bit'].includes(family) ? '0' : "''";
}

function valueRows(
  source: readonly (readonly Expr[])[],
  table: Table,
  columns: readonly Column[],
  context: BindContext,
  strict: boolean,
): string[][] {
  const place: Place = { context, scope: noTables, clause: 'field list' };
  const tail = defaultedColumns(table, columns, strict).map((column) =>
    storeSql(defaultSql(column), column, strict),
  );
  return source.map((row, i) => {
    // INSERT INTO t () VALUES () sets every column to its default.
    const cells = row.length === 0 ? columns.map((): Expr => ({ kind: 'default' })) : row;
    if (cells.length !== columns.length) throw mysqlError('WRONG_VALUE_COUNT', { row: i + 1 });
    const values = columns.map((column, at) =>
      cellSql(cells[at] ?? { kind: 'default' }, column, place, strict),
    );
    return [...values, ...tail];
  });
}

function cellSql(cell: Expr, column: Column, place: Place, strict: boolean): string {
  if (cell.kind === 'default') {
    if (strict && column.default === null && !column.nullable && !column.autoIncrement)
      throw mysqlError('NO_DEFAULT', { column: column.name });
    return storeSql(defaultSql(column), column, strict);
  }
  return storedSql(bind(cell, place), column, strict);
}

/** A value brought to the column's type. */
export function storedSql(value: Bound, column: Column, strict: boolean): string {
  const stored = exactInteger(value, column) ?? storeSql(value.sql, column, strict);
  return column.autoIncrement ? `nullif(${stored}, 0)` : stored;
}

/** Large integers must not pass through the engine's functions, which know floating-point numbers only. */
function exactInteger({ sql, literal = sql }: Bound, column: Column): string | null {
  if (!/^-?\d{1,20}$/.test(literal) || familyOf(column.type) !== 'integer') return null;
  const [min, max] = integerRange(column.type);
  return BigInt(literal) >= min && BigInt(literal) <= max ? literal : null;
}

function querySource(
  insert: Insert,
  table: Table,
  columns: readonly Column[],
  context: BindContext,
  strict: boolean,
): string {
  if (!('body' in insert.source)) return '';
  const query = bindQuery(insert.source, context, null);
  if (query.columns.length !== columns.length) throw mysqlError('WRONG_VALUE_COUNT', { row: 1 });
  const names = columns.map((_, i) => `c${i}`);
  const values = columns.map((column, i) => storedSql({ sql: names[i] ?? '', type: null }, column, strict));
  const tail = defaultedColumns(table, columns, strict).map((column) =>
    storeSql(defaultSql(column), column, strict),
  );
  // WHERE true lets the engine tell the ON of an upsert from that of a join.
  return `SELECT ${[...values, ...tail].join(', ')} FROM (WITH source(${names.join(', ')}) AS (${query.sql}) SELECT * FROM source) WHERE true`;
}

function upsertSql(
  assignments: readonly Assignment[],
  table: Table,
  context: BindContext,
  strict: boolean,
): string {
  if (assignments.length === 0) return '';
  const columns = tableColumns(table, table.name).map((column) => ({
    ...column,
    sql: `${quoteName(table.name)}.${quoteName(column.name)}`,
  }));
  const scope: Scope = { ...noTables, tables: [{ schema: table.schema, alias: table.name, columns }] };
  const alias = (name: string): Bound | undefined => {
    const found = /^VALUES\((.*)\)$/.exec(name)?.[1];
    const column = columns.find((candidate) => candidate.name.toLowerCase() === found);
    return column && { sql: `excluded.${quoteName(column.name)}`, type: column.type };
  };
  const set = assignments.map(({ column: name, value }) => {
    const [column] = targetColumns(table, [name]);
    if (column === undefined) throw mysqlError('BAD_FIELD', { column: name, where: 'field list' });
    const bound = bind(value, { context, scope, clause: 'field list', alias });
    return { target: quoteName(column.name), value: storedSql(bound, column, strict) };
  });
  const changes = set
    .map(({ target, value }) => `${quoteName(table.name)}.${target} IS NOT ${value}`)
    .join(' OR ');
  return ` ON CONFLICT DO UPDATE SET ${set.map(({ target, value }) => `${target} = ${value}`).join(', ')} WHERE ${changes}`;
}

/**
 * @param ids of the rows that were written
 * @param grown how many rows more the table has; what was written beyond that replaced or changed a row, and counts twice
 */
function inserted(
  session: Session,
  table: Table,
  insert: Insert,
  columns: readonly Column[],
  ids: readonly bigint[],
  grown: number,
): Outcome {
  const affected =
    ids.length + (insert.mode === 'insert' || insert.mode === 'replace' ? ids.length - grown : 0);
  const count = Array.isArray(insert.source) ? insert.source.length : ids.length;
  const duplicates = insert.mode === 'insert' ? ids.length - grown : Math.abs(count - grown);
  const listed = count > 1 || !Array.isArray(insert.source);
  const info = listed ? `Records: ${count}  Duplicates: ${duplicates}  Warnings: 0` : '';
  const auto = table.columns.find((column) => column.autoIncrement);
  const [first] = ids;
  if (auto === undefined || first === undefined) return done(affected, { info });
  const generated = !columns.includes(auto) || isGenerated(insert, columns.indexOf(auto));
  const lastInsertId = generated ? first : (ids.at(-1) ?? first);
  if (generated) session.lastInsertId = lastInsertId;
  return done(affected, { info, lastInsertId });
}

function isGenerated(insert: Insert, place: number): boolean {
  if ('body' in insert.source) return false;
  const cell = insert.source[0]?.[place];
  return (
    cell === undefined ||
    cell.kind === 'null' ||
    cell.kind === 'default' ||
    (cell.kind === 'integer' && cell.text === '0')
  );
}

/** The engine tells the key but not the value; the row that stands in the way is looked for. */
function duplicateEntry(
  database: Database,
  error: MySqlError,
  table: Table,
  columns: readonly Column[],
  rows: readonly (readonly string[])[] | null,
): MySqlError {
  if (error.errno !== 1062) return error;
  const names = /for key '(.*)'$/.exec(error.message)?.[1] ?? '';
  const key = table.keys.find(
    (candidate) => candidate.columns.join('-').toLowerCase() === names.toLowerCase(),
  );
  const keyName = `${table.name}.${key?.name ?? names}`;
  const places = (key?.columns ?? []).map((name) => columns.findIndex((column) => column.name === name));
  const seen = new Set<string>();
  for (const row of rows ?? []) {
    const values = places.map((place) => row[place] ?? 'NULL');
    const conditions = values
      .map((value, i) => `${quoteName(key?.columns[i] ?? '')} = ${value}`)
      .join(' AND ');
    const found = database.engine.query(
      `SELECT ${values.map((value) => `my__char(${value})`).join(` || '-' || `)}, EXISTS (SELECT 1 FROM ${table.storage} WHERE ${conditions})`,
    )[0];
    const entry = String(found?.[0]);
    if (found?.[1] === 1n || seen.has(entry)) return mysqlError('DUP_ENTRY', { entry, key: keyName });
    seen.add(entry);
  }
  return mysqlError('DUP_ENTRY', { entry: '', key: keyName });
}
