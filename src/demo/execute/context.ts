// What a statement's names mean to the session that sent it.

import type { BindContext } from '../bind/scope.js';
import { quoteName, quoteText, type Table } from '../catalog/catalog.js';
import { types, type ColumnType } from '../catalog/column-type.js';
import { mysqlError } from '../mysql-error.js';
import type { Session } from '../session/session.js';
import { informationTable } from '../show/information-schema.js';
import type { Expr, Query, TableName } from '../sql/ast.js';
import { parseStatement, splitStatements } from '../sql/parse-statement.js';
import type { Database } from './database.js';

export function bindContext(database: Database, session: Session, parameters: readonly Expr[]): BindContext {
  return {
    table: (name) => withRows(database, session, findTable(database, session, name)),
    view: viewQuery,
    parameters,
    userVariableType: (name) => typeOfVariable(session, name),
    systemVariable(name, scope) {
      const live = scope === 'global' ? undefined : liveVariable(session, name);
      return live ?? (scope === 'global' ? database.globals : session.variables).get(name);
    },
    commonTables: new Map(),
    recursing: new Set(),
    sleeps: [],
    sawAggregate: false,
    countsFoundRows: false,
  };
}

/** The schema that a name stands in. Throws MySqlError 1046 where none is chosen, 1049 where it does not exist. */
export function schemaOf(database: Database, session: Session, schema: string | null): string {
  const name = schema ?? session.schema;
  if (name === null) throw mysqlError('NO_DB', {});
  if (!database.catalog.hasSchema(name)) throw mysqlError('BAD_DB', { schema: name });
  return name;
}

export function temporaryKey(schema: string, name: string): string {
  return `${schema}.${name}`.toLowerCase();
}

/** A temporary table of the session before one that all see. @throws MySqlError 1046, 1049, 1146 */
export function findTable(database: Database, session: Session, { schema, name }: TableName): Table {
  const inSchema = schemaOf(database, session, schema);
  const found = session.temporary.get(temporaryKey(inSchema, name)) ?? database.catalog.table(inSchema, name);
  if (found === undefined) throw mysqlError('NO_SUCH_TABLE', { schema: inSchema, table: name });
  return found;
}

/** Tables of INFORMATION_SCHEMA have no rows of their own: they are read off the catalog when they are asked. */
function withRows(database: Database, session: Session, table: Table): Table {
  if (table.kind !== 'SYSTEM VIEW') return table;
  const rows = informationTable(table.name)?.rows(database, session) ?? [];
  return {
    ...table,
    storage: relationSql(
      table.columns.map((column) => column.name),
      rows,
    ),
  };
}

/** Rows that are at hand, as something to select from. */
export function relationSql(names: readonly string[], rows: readonly (readonly CellValue[])[]): string {
  const columns = names.map((name, i) => `column${i + 1} AS ${quoteName(name)}`).join(', ');
  if (rows.length === 0)
    return `(SELECT ${names.map((name) => `NULL AS ${quoteName(name)}`).join(', ')} WHERE 0)`;
  const values = rows.map((row) => `(${row.map(cellSql).join(', ')})`).join(', ');
  return `(SELECT ${columns} FROM (VALUES ${values}))`;
}

export type CellValue = string | number | bigint | null;

function cellSql(cell: CellValue): string {
  if (cell === null) return 'NULL';
  return typeof cell === 'string' ? quoteText(cell) : String(cell);
}

export function viewQuery(table: Table): Query {
  const source = splitStatements(Buffer.from(table.viewText ?? '', 'utf8'), {
    ansiQuotes: false,
    noBackslashEscapes: false,
  })[0];
  const statement = source === undefined ? undefined : parseStatement(source);
  if (statement?.kind !== 'query')
    throw mysqlError('NO_SUCH_TABLE', { schema: table.schema, table: table.name });
  return statement.query;
}

function typeOfVariable(session: Session, name: string): ColumnType | null {
  const value = session.userVariables.get(name.toLowerCase());
  if (value === undefined || value === null) return types.longtext;
  if (typeof value === 'number') return Number.isInteger(value) ? types.bigint : types.double;
  return typeof value === 'boolean' ? types.bigint : typeof value === 'string' ? types.longtext : types.blob;
}

/** Variables that are what the session last did. */
function liveVariable(session: Session, name: string): number | undefined {
  switch (name) {
    case 'last_insert_id':
    case 'identity':
      return Number(session.lastInsertId);
    case 'warning_count':
      return session.warnings.length;
    case 'error_count':
      return session.warnings.filter((warning) => warning.level === 'Error').length;
    case 'pseudo_thread_id':
      return session.connectionId;
    case 'timestamp':
      return session.now.getTime() / 1000;
    default:
      return undefined;
  }
}
