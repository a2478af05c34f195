// CREATE, DROP, RENAME of schemas, tables and views.

import { bindQuery } from '../bind/query.js';
import type { BindContext } from '../bind/scope.js';
import {
  column,
  quoteName,
  sharedStorage,
  temporaryStorage,
  type Column,
  type Table,
} from '../catalog/catalog.js';
import { mysqlError, type MySqlError } from '../mysql-error.js';
import type { Session } from '../session/session.js';
import type { Expr, Statement, TableName } from '../sql/ast.js';
import type { CreateTable } from '../sql/ast-definitions.js';
import { findTable, schemaOf, temporaryKey } from './context.js';
import type { Database } from './database.js';
import { done, type Outcome } from './outcome.js';
import { typed } from './run-query.js';
import { columnFromSpec, createStorage, keysFromSpecs } from './table-storage.js';

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

/** The statement goes on, with what would have been an error as a note. */
export function note(session: Session, error: MySqlError): Outcome {
  session.warnings = [...session.warnings, { level: 'Note', errno: error.errno, message: error.message }];
  return done();
}

export function createSchema(database: Database, session: Session, statement: Of<'create-schema'>): Outcome {
  const { name, ifNotExists } = statement;
  refuseSystem(session, name);
  if (!database.catalog.hasSchema(name)) {
    database.catalog.createSchema(name);
    return done(1);
  }
  const exists = mysqlError('DB_CREATE_EXISTS', { schema: name });
  if (ifNotExists) return note(session, exists);
  throw exists;
}

export function dropSchema(database: Database, session: Session, statement: Of<'drop-schema'>): Outcome {
  const { name, ifExists } = statement;
  if (!database.catalog.hasSchema(name)) {
    const missing = mysqlError('DB_DROP_EXISTS', { schema: name });
    if (ifExists) return note(session, missing);
    throw missing;
  }
  refuseSystem(session, name);
  const tables = database.catalog.tables(name);
  for (const table of tables) dropStorage(database, table);
  database.catalog.dropSchema(name);
  for (const other of database.sessions.values()) {
    if (other.schema?.toLowerCase() === name.toLowerCase()) other.schema = null;
  }
  return done(tables.length);
}

function refuseSystem(session: Session, schema: string): void {
  if (schema.toLowerCase() !== 'information_schema') return;
  throw mysqlError('DBACCESS_DENIED', { user: session.user, schema });
}

function dropStorage(database: Database, table: Table): void {
  if (table.kind === 'BASE TABLE') database.engine.execute(`DROP TABLE ${table.storage}`);
}

export function createTable(
  database: Database,
  session: Session,
  statement: CreateTable,
  context: BindContext,
): Outcome {
  const schema = schemaOf(database, session, statement.table.schema);
  refuseSystem(session, schema);
  const { name } = statement.table;
  const key = temporaryKey(schema, name);
  if (statement.temporary ? session.temporary.has(key) : database.catalog.table(schema, name) !== undefined) {
    const exists = mysqlError('TABLE_EXISTS', { table: name });
    if (statement.ifNotExists) return note(session, exists);
    throw exists;
  }
  const storage = statement.temporary
    ? temporaryStorage(session.connectionId, schema, name)
    : sharedStorage(schema, name);
  const table = define(database, session, statement, { schema, name, storage }, context);
  createStorage(database.engine, table);
  let affected = 0;
  try {
    if (statement.query !== null) affected = fill(database, statement, table, context);
  } catch (error) {
    database.engine.execute(`DROP TABLE ${storage}`);
    throw error;
  }
  if (statement.temporary) session.temporary.set(key, table);
  else database.catalog.put(table);
  return done(affected, {
    info: statement.query === null ? '' : `Records: ${affected}  Duplicates: 0  Warnings: 0`,
  });
}

function define(
  database: Database,
  session: Session,
  statement: CreateTable,
  place: Pick<Table, 'schema' | 'name' | 'storage'>,
  context: BindContext,
): Table {
  const base = { ...place, kind: 'BASE TABLE', createdAt: session.now } as const;
  if (statement.like !== null) {
    const { columns, keys, comment } = findTable(database, session, statement.like);
    return { ...base, columns, keys, comment };
  }
  const own = statement.columns.map((spec) => columnFromSpec(spec, defaultText));
  const selected = statement.query === null ? [] : selectedColumns(database, statement, context);
  const columns = [
    ...own,
    ...selected.filter(({ name }) => !own.some((other) => other.name.toLowerCase() === name.toLowerCase())),
  ];
  if (columns.length === 0) throw mysqlError('TABLE_MUST_HAVE_COLUMNS', {});
  const keys = keysFromSpecs(statement.columns, statement.keys, columns, place.schema);
  return { ...base, columns: withPrimaryNotNull(columns, keys), keys, comment: statement.comment };
}

function withPrimaryNotNull(columns: readonly Column[], keys: Table['keys']): readonly Column[] {
  const primary = keys.find((key) => key.kind === 'primary')?.columns.map((name) => name.toLowerCase()) ?? [];
  return columns.map((one) => (primary.includes(one.name.toLowerCase()) ? { ...one, nullable: false } : one));
}

/** A column's default as the server shows it; null where there is none. */
export function defaultText(expr: Expr | null): string | null {
  if (expr === null || expr.kind === 'null') return null;
  if (expr.kind === 'call')
    return expr.name === 'NOW' || expr.name.startsWith('CURRENT_') ? 'CURRENT_TIMESTAMP' : null;
  if (expr.kind === 'string') return expr.value;
  if ('text' in expr) return expr.text;
  if (expr.kind === 'boolean') return expr.value ? '1' : '0';
  if (expr.kind === 'temporal') return expr.value;
  throw mysqlError('NOT_SUPPORTED', { what: 'an expression as a default' });
}

function selectedColumns(
  database: Database,
  statement: CreateTable,
  context: BindContext,
): readonly Column[] {
  if (statement.query === null) return [];
  const bound = bindQuery(statement.query, context, null);
  const needsValues = bound.columns.some((one) => one.type === null);
  const rows = needsValues ? database.engine.query(`SELECT * FROM (${bound.sql}) LIMIT 100`) : [];
  return typed(bound, rows).map(({ name, type, origin }) =>
    column(name, type.base === 'null' ? { ...type, base: 'varchar', length: 1 } : type, {
      nullable: origin?.notNull !== true,
    }),
  );
}

function fill(database: Database, statement: CreateTable, table: Table, context: BindContext): number {
  if (statement.query === null) return 0;
  const bound = bindQuery(statement.query, context, null);
  const names = bound.columns.map((one) => quoteName(one.name)).join(', ');
  return database.engine.execute(`INSERT INTO ${table.storage} (${names}) ${bound.sql}`);
}

export function dropTables(database: Database, session: Session, statement: Of<'drop-table'>): Outcome {
  const missing: string[] = [];
  for (const { schema, name } of statement.tables) {
    const inSchema = schema ?? session.schema;
    if (inSchema === null) throw mysqlError('NO_DB', {});
    if (!dropOne(database, session, inSchema, name, statement.temporary)) missing.push(`${inSchema}.${name}`);
  }
  if (missing.length === 0) return done();
  const error = mysqlError('BAD_TABLE', { table: missing.join(',') });
  if (statement.ifExists) return note(session, error);
  throw error;
}

function dropOne(
  database: Database,
  session: Session,
  schema: string,
  name: string,
  temporaryOnly: boolean,
): boolean {
  const key = temporaryKey(schema, name);
  const temporary = session.temporary.get(key);
  if (temporary !== undefined) {
    dropStorage(database, temporary);
    return session.temporary.delete(key);
  }
  if (temporaryOnly || !database.catalog.hasSchema(schema)) return false;
  const table = database.catalog.table(schema, name);
  if (table?.kind !== 'BASE TABLE') return false;
  dropStorage(database, table);
  database.catalog.remove(schema, name);
  return true;
}

export function createView(
  database: Database,
  session: Session,
  statement: Of<'create-view'>,
  context: BindContext,
): Outcome {
  const schema = schemaOf(database, session, statement.view.schema);
  const { name } = statement.view;
  if (database.catalog.table(schema, name) !== undefined && !statement.orReplace)
    throw mysqlError('TABLE_EXISTS', { table: name });
  const bound = typed(bindQuery(statement.query, context, null), []);
  if (statement.columns.length > 0 && statement.columns.length !== bound.length)
    throw mysqlError('VIEW_WRONG_LIST', {});
  const columns = bound.map((one, i) => column(statement.columns[i] ?? one.name, one.type));
  database.catalog.put({
    schema,
    name,
    kind: 'VIEW',
    columns,
    keys: [],
    comment: 'VIEW',
    createdAt: session.now,
    storage: '',
    viewText: statement.text,
  });
  return done();
}

export function dropViews(database: Database, session: Session, statement: Of<'drop-view'>): Outcome {
  for (const view of statement.views) {
    const schema = schemaOf(database, session, view.schema);
    if (database.catalog.table(schema, view.name)?.kind === 'VIEW')
      database.catalog.remove(schema, view.name);
    else {
      const missing = mysqlError('BAD_TABLE', { table: `${schema}.${view.name}` });
      if (!statement.ifExists) throw missing;
      note(session, missing);
    }
  }
  return done();
}

export function renameTable(database: Database, session: Session, from: TableName, to: TableName): Outcome {
  const table = findTable(database, session, from);
  const schema = schemaOf(database, session, to.schema);
  if (database.catalog.table(schema, to.name) !== undefined)
    throw mysqlError('TABLE_EXISTS', { table: to.name });
  const temporary = session.temporary.has(temporaryKey(table.schema, table.name));
  const storage = temporary
    ? temporaryStorage(session.connectionId, schema, to.name)
    : sharedStorage(schema, to.name);
  if (table.kind === 'BASE TABLE')
    database.engine.execute(
      `ALTER TABLE ${table.storage} RENAME TO ${storage.slice(storage.indexOf('.') + 1)}`,
    );
  const renamed: Table = { ...table, schema, name: to.name, storage: table.kind === 'VIEW' ? '' : storage };
  if (temporary) {
    session.temporary.delete(temporaryKey(table.schema, table.name));
    session.temporary.set(temporaryKey(schema, to.name), renamed);
  } else {
    database.catalog.remove(table.schema, table.name);
    database.catalog.put(renamed);
  }
  return done();
}
