// Queries: SELECT and what combines it.

import { types, type ColumnType } from '../catalog/column-type.js';
import { quoteName } from '../catalog/catalog.js';
import { widest } from '../functions/number-functions.js';
import { mysqlError } from '../mysql-error.js';
import type { CommonTable, Expr, OrderItem, Query, QueryBody, Select } from '../sql/ast.js';
import { sortable } from './compare.js';
import { bind, type Place } from './expression.js';
import { bindFrom } from './from.js';
import {
  hasColumn,
  noTables,
  starColumns,
  type BindContext,
  type Bound,
  type ResultColumn,
  type Scope,
} from './scope.js';

export interface BoundQuery {
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
}

interface BoundBody extends BoundQuery {
  /** Binds an expression of ORDER BY; undefined for a body whose rows can only be ordered by their columns. */
  readonly order?: (expr: Expr) => Bound;
}

/** @param parent the query around it, whose columns it may name */
export function bindQuery(query: Query, outer: BindContext, parent: Scope | null): BoundQuery {
  const { context, sql: common } = bindWith(query, outer, parent);
  const body = bindBody(query.body, context, parent);
  const order = query.orderBy.length > 0 ? ` ORDER BY ${orderBy(query.orderBy, body)}` : '';
  const limit = query.limit === null ? '' : limitSql(query.limit, context, parent);
  outer.countsFoundRows = outer.countsFoundRows || context.countsFoundRows;
  outer.sawAggregate = false;
  return { sql: common + body.sql + order + limit, columns: body.columns };
}

function bindWith(
  query: Query,
  outer: BindContext,
  parent: Scope | null,
): { context: BindContext; sql: string } {
  if (query.with === null) return { context: outer, sql: '' };
  const commonTables = new Map(outer.commonTables);
  const context: BindContext = { ...outer, commonTables };
  const { recursive } = query.with;
  const parts = query.with.tables.map((table) => {
    if (recursive) commonTables.set(table.name.toLowerCase(), firstColumns(table, context, parent));
    const recursing = new Set(recursive ? [...outer.recursing, table.name.toLowerCase()] : outer.recursing);
    const bound = bindQuery(table.query, { ...context, recursing }, parent);
    const columns = named(bound.columns, table.columns);
    commonTables.set(table.name.toLowerCase(), columns);
    return `${quoteName(table.name)}(${columns.map((column) => quoteName(column.name)).join(', ')}) AS (${bound.sql})`;
  });
  return { context, sql: `WITH ${recursive ? 'RECURSIVE ' : ''}${parts.join(', ')} ` };
}

function named(columns: readonly ResultColumn[], names: readonly string[]): readonly ResultColumn[] {
  return columns.map(({ name, type }, i) => ({ name: names[i] ?? name, type }));
}

/** The columns of a recursive table, told from the part that does not name the table itself. */
function firstColumns(
  table: CommonTable,
  context: BindContext,
  parent: Scope | null,
): readonly ResultColumn[] {
  let { body } = table.query;
  while (body.kind === 'set') body = body.left;
  return named(bindBody(body, context, parent).columns, table.columns);
}

function bindBody(body: QueryBody, context: BindContext, parent: Scope | null): BoundBody {
  switch (body.kind) {
    case 'select':
      return bindSelect(body, context, parent);
    case 'nested': {
      const inner = bindQuery(body.query, context, parent);
      return { sql: `SELECT * FROM (${inner.sql})`, columns: inner.columns };
    }
    case 'values':
      return bindValues(body.rows, { context, scope: parent ?? noTables, clause: 'field list' });
    case 'set': {
      const left = bindBody(body.left, context, parent);
      const right = bindBody(body.right, context, parent);
      const columns = left.columns.map((column, i) => ({
        name: column.name,
        type: widest([column.type, right.columns[i]?.type ?? null]),
      }));
      return { sql: `${left.sql} ${body.operator} ${right.sql}`, columns };
    }
  }
}

function bindValues(rows: readonly (readonly Expr[])[], place: Place): BoundBody {
  const bound = rows.map((row) => row.map((expr) => bind(expr, place)));
  const width = bound[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, i) => ({
    name: `column_${i}`,
    type: widest(bound.map((row) => row[i]?.type ?? null)),
  }));
  return {
    sql: `VALUES ${bound.map((row) => `(${row.map((cell) => cell.sql).join(', ')})`).join(', ')}`,
    columns,
  };
}

interface Item {
  readonly name: string;
  readonly bound: Bound;
  /** The name was given with AS, so that other clauses may use it. */
  readonly aliased: boolean;
}

function bindSelect(select: Select, context: BindContext, parent: Scope | null): BoundBody {
  const from = select.from === null ? null : bindFrom(select.from, context, parent);
  const scope = from?.scope ?? { ...noTables, parent };
  const place = (clause: Place['clause']): Place => ({ context, scope, clause });
  if (select.countsFoundRows) context.countsFoundRows = true;
  context.sawAggregate = false;
  const items = bindItems(select, place('field list'));
  const alias = (name: string) => aliasOf(items, name);
  const where = select.where === null ? null : bind(select.where, place('where clause')).sql;
  const groups = select.groupBy.map((expr) => groupSql(expr, items, place('group statement')));
  const having =
    select.having === null ? null : bind(select.having, { ...place('having clause'), alias }).sql;
  // Without groups and aggregates HAVING is a second WHERE, which the engine would refuse.
  const grouped = groups.length > 0 || context.sawAggregate;
  // A recursion without an end is ended: each of its rows is counted.
  const counted = scope.recursive === true ? 'my__count_recursion()' : null;
  const filters = [where, grouped ? null : having, counted].filter((filter) => filter !== null);
  const clauses = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${items.map(itemSql).join(', ')}`,
    from === null ? '' : `FROM ${from.sql}`,
    filters.length > 0 ? `WHERE ${filters.join(' AND ')}` : '',
    groups.length > 0 ? `GROUP BY ${groups.join(', ')}` : '',
    grouped && having !== null ? `HAVING ${having}` : '',
  ];
  const columns = items.map(({ name, bound: { type, origin } }) => ({
    name,
    type,
    ...(origin && { origin }),
  }));
  const order = (expr: Expr) => bind(expr, { ...place('order clause'), alias });
  return { sql: clauses.filter((clause) => clause !== '').join(' '), columns, order };
}

function bindItems(select: Select, place: Place): Item[] {
  return select.items.flatMap((item): Item[] => {
    if (item.kind === 'star') {
      return starColumns(item.qualifier, place.scope).map((column) => ({
        name: column.name,
        bound: column,
        aliased: false,
      }));
    }
    const bound = bind(item.expr, place);
    const plain = item.expr.kind === 'column' ? item.expr.path.at(-1) : undefined;
    const literal = item.expr.kind === 'string' ? item.expr.value : undefined;
    return [{ name: item.alias ?? plain ?? literal ?? item.text, bound, aliased: item.alias !== null }];
  });
}

function aliasOf(items: readonly Item[], name: string): Bound | undefined {
  return items.find((item) => item.aliased && item.name.toLowerCase() === name.toLowerCase())?.bound;
}

function itemSql({ name, bound }: Item): string {
  return `${bound.sql} AS ${quoteName(name)}`;
}

/** A column comes before an alias of the same name; a number is the place of an item. */
function groupSql(expr: Expr, items: readonly Item[], place: Place): string {
  if (expr.kind === 'integer') return itemAt(expr.text, items, 'group statement');
  const alias = (name: string) => (hasColumn(name, place.scope) ? undefined : aliasOf(items, name));
  return sortable(bind(expr, { ...place, alias }));
}

function itemAt(text: string, items: readonly Item[], where: string): string {
  const item = items[Number(text) - 1];
  if (item === undefined) throw mysqlError('BAD_FIELD', { column: text, where });
  return sortable(item.bound);
}

function orderBy(items: readonly OrderItem[], body: BoundBody): string {
  return items
    .map(({ expr, descending }) => `${orderTerm(expr, body)}${descending ? ' DESC' : ''}`)
    .join(', ');
}

function orderTerm(expr: Expr, body: BoundBody): string {
  if (expr.kind === 'integer') return orderByPlace(Number(expr.text) - 1, expr.text, body);
  if (body.order !== undefined) return sortable(body.order(expr));
  const name = expr.kind === 'column' ? (expr.path.at(-1) ?? '') : '';
  const place = body.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
  return orderByPlace(place, name, body);
}

function orderByPlace(place: number, name: string, body: BoundBody): string {
  const column = body.columns[place];
  if (column === undefined) throw mysqlError('BAD_FIELD', { column: name, where: 'order clause' });
  return sortable({ sql: String(place + 1), type: column.type });
}

function limitSql(limit: NonNullable<Query['limit']>, context: BindContext, parent: Scope | null): string {
  const place: Place = { context, scope: parent ?? noTables, clause: 'order clause' };
  const clamp = (expr: Expr) => {
    const { sql, type } = bind(expr, place);
    // MySQL's way to say "all the rest" is a number that is too large for the engine.
    return isHuge(type) ? '9223372036854775807' : sql;
  };
  const offset = limit.offset === null ? '' : ` OFFSET ${clamp(limit.offset)}`;
  return ` LIMIT ${clamp(limit.count)}${offset}`;
}

function isHuge(type: ColumnType | null): boolean {
  return type !== null && type.base === types.decimal(1, 0).base;
}
