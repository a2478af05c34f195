// Which columns an expression may name, and what is known of them.

import type { ColumnType } from '../catalog/column-type.js';
import type { Table } from '../catalog/catalog.js';
import { quoteName } from '../catalog/catalog.js';
import { mysqlError } from '../mysql-error.js';
import type { Expr, Query, TableName } from '../sql/ast.js';

/** The table column that a result column comes from unchanged. */
export interface Origin {
  readonly schema: string;
  /** The table's alias in the query. */
  readonly table: string;
  readonly orgTable: string;
  readonly orgName: string;
  readonly notNull: boolean;
  readonly primary: boolean;
}

/** An expression for the embedded engine, with what is known of its value. */
export interface Bound {
  readonly sql: string;
  /** null: to be told from the values. */
  readonly type: ColumnType | null;
  readonly origin?: Origin;
  /** Compared byte by byte (BINARY, a `_bin` collation) instead of without regard to case. */
  readonly binary?: boolean;
  /** The text of a literal, which a comparison with a date may put into the date's form. */
  readonly literal?: string;
}

export interface ScopeColumn extends Bound {
  readonly name: string;
}

/** One table, derived table or common table of a FROM clause. */
export interface ScopeTable {
  readonly schema: string | null;
  readonly alias: string;
  readonly columns: readonly ScopeColumn[];
}

export interface Scope {
  readonly tables: readonly ScopeTable[];
  /** The columns of `*`, with those that a USING joined once and first. */
  readonly star: readonly ScopeColumn[];
  /** Names of columns that NATURAL or USING joined, which are not ambiguous. */
  readonly merged: ReadonlySet<string>;
  /** A table of it is the common table that is being bound. */
  readonly recursive?: true;
  /** The query around a subquery. */
  readonly parent: Scope | null;
}

export const noTables: Scope = { tables: [], star: [], merged: new Set(), parent: null };

/** A result column of a query. */
export interface ResultColumn {
  readonly name: string;
  readonly type: ColumnType | null;
  readonly origin?: Origin;
}

/** What reading a statement needs to know of the session and its catalog. */
export interface BindContext {
  /** @throws MySqlError 1046, 1049, 1146 */
  table(name: TableName): Table;
  /** The query that a view was made of. */
  view(table: Table): Query;
  /** The values that stand for `?`, as literals. */
  readonly parameters: readonly Expr[];
  userVariableType(name: string): ColumnType | null;
  /** @throws MySqlError 1193 */
  systemVariable(name: string, scope: 'session' | 'global' | null): string | number | null;
  readonly commonTables: ReadonlyMap<string, readonly ResultColumn[]>;
  /** Common tables that are being bound themselves: naming one is a recursion. */
  readonly recursing: ReadonlySet<string>;
  /** Seconds, as SQL, that SLEEP() asks to wait before the statement runs. */
  readonly sleeps: string[];
  /** Seen an aggregate function since it was last set to false. */
  sawAggregate: boolean;
  /** Set while SQL_CALC_FOUND_ROWS was asked for. */
  countsFoundRows: boolean;
}

export type Clause =
  'field list' | 'where clause' | 'on clause' | 'group statement' | 'having clause' | 'order clause';

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/**
 * The column that `path` names.
 * @throws MySqlError 1052 where it is ambiguous, 1054 where there is none
 */
export function findColumn(path: readonly string[], scope: Scope, clause: Clause): Bound {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const found = findIn(path, at, clause);
    if (found !== null) return found;
  }
  throw mysqlError('BAD_FIELD', { column: path.join('.'), where: clause });
}

/** Whether the tables of this FROM clause have a column of that name. */
export function hasColumn(name: string, scope: Scope): boolean {
  return scope.tables.some((table) => table.columns.some((column) => same(column.name, name)));
}

function findIn(path: readonly string[], scope: Scope, clause: Clause): Bound | null {
  const name = path.at(-1) ?? '';
  const tables = scope.tables.filter((table) => matches(path, table));
  const found = tables.flatMap((table) => table.columns.filter((column) => same(column.name, name)));
  const [first, second] = found;
  if (first === undefined) return null;
  if (second === undefined) return first;
  if (path.length === 1 && scope.merged.has(name.toLowerCase())) return { ...first, sql: quoteName(name) };
  throw mysqlError('NON_UNIQUE', { column: path.join('.'), where: clause });
}

function matches(path: readonly string[], table: ScopeTable): boolean {
  const [schema, alias] =
    path.length === 3 ? [path[0], path[1]] : [undefined, path.length === 2 ? path[0] : undefined];
  if (schema !== undefined && (table.schema === null || !same(schema, table.schema))) return false;
  return alias === undefined || same(alias, table.alias);
}

/** @throws MySqlError 1051 where `t.*` names no table of the query */
export function starColumns(qualifier: readonly string[], scope: Scope): readonly ScopeColumn[] {
  if (qualifier.length === 0) {
    if (scope.tables.length === 0) throw mysqlError('NO_TABLES_USED', {});
    return scope.star;
  }
  const table = scope.tables.find((candidate) => matches([...qualifier, '*'], candidate));
  if (table === undefined) throw mysqlError('BAD_TABLE', { table: qualifier.join('.') });
  return table.columns;
}
