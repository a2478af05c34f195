// FROM clauses: tables, views, derived tables and joins.

import { quoteName, type Table } from '../catalog/catalog.js';
import { mysqlError } from '../mysql-error.js';
import type { TableRef } from '../sql/ast.js';
import { bind } from './expression.js';
import { bindQuery, type BoundQuery } from './query.js';
import type { BindContext, ResultColumn, Scope, ScopeColumn, ScopeTable } from './scope.js';

export interface BoundFrom {
  readonly sql: string;
  readonly scope: Scope;
}

type Join = Extract<TableRef, { kind: 'join' }>;

/** @throws MySqlError 1066 where two tables have one name */
export function bindFrom(ref: TableRef, context: BindContext, parent: Scope | null): BoundFrom {
  return bindRef(ref, context, parent, new Map());
}

/** @param taken how often each alias was used so far, since tables of two schemas may have one name */
function bindRef(
  ref: TableRef,
  context: BindContext,
  parent: Scope | null,
  taken: Map<string, string[]>,
): BoundFrom {
  switch (ref.kind) {
    case 'table':
      return bindTable(ref, context, parent, taken);
    case 'derived': {
      const query = bindQuery(ref.query, context, parent);
      const columns = renamed(query.columns, ref.columns);
      return one(namedSource(query, columns), null, ref.alias, columns, parent, taken);
    }
    case 'join':
      return bindJoin(ref, context, parent, taken);
  }
}

function bindTable(
  ref: Extract<TableRef, { kind: 'table' }>,
  context: BindContext,
  parent: Scope | null,
  taken: Map<string, string[]>,
): BoundFrom {
  const alias = ref.alias ?? ref.table.name;
  const common =
    ref.table.schema === null ? context.commonTables.get(ref.table.name.toLowerCase()) : undefined;
  if (common !== undefined) {
    const { sql, scope } = one(quoteName(ref.table.name), null, alias, common, parent, taken);
    const recursive = context.recursing.has(ref.table.name.toLowerCase());
    return { sql, scope: recursive ? { ...scope, recursive } : scope };
  }
  const table = context.table(ref.table);
  if (table.kind === 'VIEW') {
    const query = bindQuery(context.view(table), { ...context, commonTables: new Map() }, null);
    const names = table.columns.map((column) => column.name);
    const columns = renamed(query.columns, names);
    return one(namedSource(query, columns), table.schema, alias, columns, parent, taken);
  }
  return one(table.storage, table.schema, alias, tableColumns(table, alias), parent, taken);
}

/** The columns of a table as a query sees them. */
export function tableColumns(table: Table, alias: string): ResultColumn[] {
  const primary = new Set(
    table.keys.find((key) => key.kind === 'primary')?.columns.map((name) => name.toLowerCase()),
  );
  return table.columns.map(({ name, type, nullable }) => ({
    name,
    type,
    origin: {
      schema: table.schema,
      table: alias,
      orgTable: table.name,
      orgName: name,
      notNull: !nullable,
      primary: primary.has(name.toLowerCase()),
    },
  }));
}

/** A query in parentheses whose columns have these names. */
function namedSource({ sql, columns }: BoundQuery, names: readonly ResultColumn[]): string {
  if (names.every(({ name }, i) => name === columns[i]?.name)) return `(${sql})`;
  return `(WITH named(${names.map(({ name }) => quoteName(name)).join(', ')}) AS (${sql}) SELECT * FROM named)`;
}

function renamed(columns: readonly ResultColumn[], names: readonly string[]): readonly ResultColumn[] {
  const result = columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
  const seen = new Set<string>();
  for (const { name } of result) {
    if (seen.has(name.toLowerCase())) throw mysqlError('DUP_FIELDNAME', { column: name });
    seen.add(name.toLowerCase());
  }
  return result;
}

function one(
  source: string,
  schema: string | null,
  alias: string,
  columns: readonly ResultColumn[],
  parent: Scope | null,
  taken: Map<string, string[]>,
): BoundFrom {
  const schemas = taken.get(alias.toLowerCase()) ?? [];
  if (schemas.includes(schema ?? '')) throw mysqlError('NONUNIQ_TABLE', { table: alias });
  taken.set(alias.toLowerCase(), [...schemas, schema ?? '']);
  const name = quoteName(schemas.length === 0 ? alias : `${alias} (${schemas.length + 1})`);
  const scopeColumns: ScopeColumn[] = columns.map((column) => ({
    ...column,
    sql: `${name}.${quoteName(column.name)}`,
  }));
  const table: ScopeTable = { schema, alias, columns: scopeColumns };
  return {
    sql: `${source} AS ${name}`,
    scope: { tables: [table], star: scopeColumns, merged: new Set(), parent },
  };
}

function bindJoin(
  ref: Join,
  context: BindContext,
  parent: Scope | null,
  taken: Map<string, string[]>,
): BoundFrom {
  const left = bindRef(ref.left, context, parent, taken);
  const right = bindRef(ref.right, context, parent, taken);
  const shared = sharedColumns(ref, left.scope, right.scope);
  const scope = joinScopes(left.scope, right.scope, shared, parent);
  const on = ref.on === null ? '' : ` ON ${bind(ref.on, { context, scope, clause: 'on clause' }).sql}`;
  const using = shared.length > 0 ? ` USING (${shared.map(quoteName).join(', ')})` : '';
  const word = ref.type === 'INNER' && on + using === '' ? 'CROSS' : ref.type;
  const inner = ref.right.kind === 'join' ? `(${right.sql})` : right.sql;
  return { sql: `${left.sql} ${word} JOIN ${inner}${on}${using}`, scope };
}

function sharedColumns(ref: Join, left: Scope, right: Scope): readonly string[] {
  if (!ref.natural) return ref.using;
  const names = new Set(right.star.map((column) => column.name.toLowerCase()));
  return left.star.map((column) => column.name).filter((name) => names.has(name.toLowerCase()));
}

function joinScopes(left: Scope, right: Scope, shared: readonly string[], parent: Scope | null): Scope {
  const names = new Set(shared.map((name) => name.toLowerCase()));
  const isShared = (column: ScopeColumn) => names.has(column.name.toLowerCase());
  const joined = left.star.filter(isShared).map((column) => ({ ...column, sql: quoteName(column.name) }));
  const rest = [...left.star, ...right.star].filter((column) => !isShared(column));
  return {
    tables: [...left.tables, ...right.tables],
    star: [...joined, ...rest],
    merged: new Set([...left.merged, ...right.merged, ...names]),
    ...(left.recursive === true || right.recursive === true ? { recursive: true } : {}),
    parent,
  };
}
