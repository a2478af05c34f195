// SHOW and DESCRIBE: listings of what there is.

import { bind } from '../bind/expression.js';
import { noTables, type BindContext, type ScopeColumn } from '../bind/scope.js';
import { quoteName, type Table } from '../catalog/catalog.js';
import { types, typeText, familyOf, type ColumnType } from '../catalog/column-type.js';
import { findTable, relationSql, schemaOf, type CellValue } from '../execute/context.js';
import type { Database } from '../execute/database.js';
import type { Outcome } from '../execute/outcome.js';
import type { Value } from '../engine/engine.js';
import { matchesLike } from '../functions/like.js';
import { mysqlError } from '../mysql-error.js';
import { charsets, collations } from '../session/charsets.js';
import type { Session } from '../session/session.js';
import type { Show, TableName } from '../sql/ast.js';
import { columnKey, extra } from './columns-table.js';
import { createTableText, createViewText } from './create-text.js';
import { indexRows } from './key-tables.js';
import { processRows } from './process-list.js';
import { statusRows } from './server-status.js';
import { tableRows } from './table-tables.js';

interface Listing {
  readonly names: readonly string[];
  readonly rows: readonly (readonly CellValue[])[];
  /** Places of the columns that are numbers. */
  readonly numbers?: readonly number[];
}

interface Asked {
  readonly database: Database;
  readonly session: Session;
  readonly show: Show;
}

export function runShow(database: Database, session: Session, show: Show, context: BindContext): Outcome {
  const lister = Object.hasOwn(listers, show.what) ? listers[show.what] : undefined;
  if (lister === undefined) throw mysqlError('NOT_SUPPORTED', { what: `SHOW ${show.what}` });
  const listing = lister({ database, session, show });
  const { like } = show;
  const liked =
    like === null ? listing.rows : listing.rows.filter((row) => matchesLike(String(row[0]), like, '\\'));
  const typesOf = listing.names.map((_, i): ColumnType =>
    listing.numbers?.includes(i) ? types.bigint : types.varchar,
  );
  const rows =
    show.where === null
      ? liked.map((row) => row.map(toValue))
      : filtered(database, show, context, { ...listing, rows: liked }, typesOf);
  const columns = listing.names.map((name, i) => ({ name, type: typesOf[i] ?? types.varchar }));
  return { kind: 'rows', columns, rows };
}

function toValue(cell: CellValue): Value {
  return typeof cell === 'number' ? BigInt(cell) : cell;
}

function filtered(
  database: Database,
  show: Show,
  context: BindContext,
  listing: Listing,
  typesOf: readonly ColumnType[],
): Value[][] {
  if (show.where === null) return [];
  const columns = listing.names.map((name, i): ScopeColumn => ({
    name,
    sql: quoteName(name),
    type: typesOf[i] ?? null,
  }));
  const scope = { ...noTables, tables: [{ schema: null, alias: 'show', columns }], star: columns };
  const where = bind(show.where, { context, scope, clause: 'where clause' }).sql;
  return database.engine.query(`SELECT * FROM ${relationSql(listing.names, listing.rows)} WHERE ${where}`);
}

const listers: Readonly<Record<string, (asked: Asked) => Listing>> = {
  DATABASES: ({ database, show }) => ({
    names: [show.like === null ? 'Database' : `Database (${show.like})`],
    rows: database.catalog.schemas().map((name) => [name]),
  }),
  TABLES: showTables,
  'TABLE STATUS': showTableStatus,
  COLUMNS: (asked) => showColumns(asked, tableOf(asked)),
  KEYS: showKeys,
  'CREATE TABLE': (asked) => {
    const table = tableOf(asked);
    if (table.kind === 'VIEW') return createView(table, asked.session);
    return { names: ['Table', 'Create Table'], rows: [[table.name, createTableText(table)]] };
  },
  'CREATE VIEW': (asked) => createView(tableOf(asked), asked.session),
  'CREATE DATABASE': ({ database, session, show }) => {
    const name = schemaOf(database, session, show.schema);
    return {
      names: ['Database', 'Create Database'],
      rows: [[name, `CREATE DATABASE \`${name}\` /*!40100 DEFAULT CHARACTER SET utf8mb4 */`]],
    };
  },
  VARIABLES: ({ database, session, show }) => ({
    names: ['Variable_name', 'Value'],
    rows: (show.global ? database.globals : session.variables).listed(),
  }),
  STATUS: ({ database }) => ({ names: ['Variable_name', 'Value'], rows: statusRows(database) }),
  CHARSET: () => ({
    names: ['Charset', 'Description', 'Default collation', 'Maxlen'],
    rows: charsets.map(({ name, description, defaultCollation, maxBytes }) => [
      name,
      description,
      defaultCollation,
      maxBytes,
    ]),
    numbers: [3],
  }),
  COLLATION: () => ({
    names: ['Collation', 'Charset', 'Id', 'Default', 'Compiled', 'Sortlen', 'Pad_attribute'],
    rows: collations.map(({ name, charset, id }) => [
      name,
      charset,
      id,
      charsets.some((one) => one.defaultCollation === name) ? 'Yes' : '',
      'Yes',
      1,
      'PAD SPACE',
    ]),
    numbers: [2, 5],
  }),
  ENGINES: () => ({
    names: ['Engine', 'Support', 'Comment', 'Transactions', 'XA', 'Savepoints'],
    rows: [['InnoDB', 'DEFAULT', 'The embedded engine, SQLite', 'YES', 'NO', 'YES']],
  }),
  WARNINGS: ({ session }) => warnings(session, () => true),
  ERRORS: ({ session }) => warnings(session, (level) => level === 'Error'),
  'COUNT WARNINGS': ({ session }) => ({
    names: ['@@session.warning_count'],
    rows: [[session.warnings.length]],
    numbers: [0],
  }),
  'COUNT ERRORS': ({ session }) => ({
    names: ['@@session.error_count'],
    rows: [[session.warnings.filter((warning) => warning.level === 'Error').length]],
    numbers: [0],
  }),
  PROCESSLIST: ({ database }) => ({
    names: ['Id', 'User', 'Host', 'db', 'Command', 'Time', 'State', 'Info'],
    rows: processRows(database),
    numbers: [0, 5],
  }),
  GRANTS: ({ session }) => ({
    names: [`Grants for ${session.account}@%`],
    rows: [[`GRANT ALL PRIVILEGES ON *.* TO '${session.account}'@'%' WITH MAX_USER_CONNECTIONS 1`]],
  }),
  PLUGINS: () => ({ names: ['Name', 'Status', 'Type', 'Library', 'License'], rows: [] }),
  PRIVILEGES: () => ({ names: ['Privilege', 'Context', 'Comment'], rows: [] }),
  EVENTS: () => ({ names: ['Db', 'Name', 'Definer', 'Time zone', 'Type', 'Status'], rows: [] }),
  TRIGGERS: () => ({ names: ['Trigger', 'Event', 'Table', 'Statement', 'Timing', 'Created'], rows: [] }),
  ROUTINES: () => ({
    names: ['Db', 'Name', 'Type', 'Definer', 'Modified', 'Created', 'Security_type', 'Comment'],
    rows: [],
  }),
  'OPEN TABLES': () => ({ names: ['Database', 'Table', 'In_use', 'Name_locked'], rows: [], numbers: [2, 3] }),
};

function tableOf({ database, session, show }: Asked): Table {
  if (show.table === null) throw mysqlError('NO_TABLES_USED', {});
  return findTable(database, session, show.table);
}

function showTables({ database, session, show }: Asked): Listing {
  const schema = schemaOf(database, session, show.schema);
  const title = `Tables_in_${schema}${show.like === null ? '' : ` (${show.like})`}`;
  const tables = database.catalog.tables(schema);
  if (!show.full) return { names: [title], rows: tables.map((table) => [table.name]) };
  return { names: [title, 'Table_type'], rows: tables.map((table) => [table.name, table.kind]) };
}

function showTableStatus({ database, session, show }: Asked): Listing {
  const schema = schemaOf(database, session, show.schema);
  const rows = tableRows(database, session).filter(
    (row) => String(row[1]).toLowerCase() === schema.toLowerCase(),
  );
  return {
    names: [
      'Name',
      'Engine',
      'Version',
      'Row_format',
      'Rows',
      'Avg_row_length',
      'Data_length',
      'Max_data_length',
      'Index_length',
      'Data_free',
      'Auto_increment',
      'Create_time',
      'Update_time',
      'Check_time',
      'Collation',
      'Checksum',
      'Create_options',
      'Comment',
    ],
    rows: rows.map(([, , name, , ...rest]) => [name ?? null, ...rest]),
    numbers: [2, 4, 5, 6, 7, 8, 9, 10, 15],
  };
}

function showColumns({ show }: Asked, table: Table): Listing {
  const rows = table.columns.map((column): Record<string, CellValue> => ({
    Field: column.name,
    Type: typeText(column.type),
    Collation: familyOf(column.type) === 'text' ? 'utf8mb4_0900_ai_ci' : null,
    Null: column.nullable ? 'YES' : 'NO',
    Key: columnKey(table, column),
    Default: column.default,
    Extra: extra(column),
    Privileges: 'select,insert,update,references',
    Comment: column.comment,
  }));
  const short = ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'];
  const full = ['Field', 'Type', 'Collation', 'Null', 'Key', 'Default', 'Extra', 'Privileges', 'Comment'];
  const names = show.full ? full : short;
  return { names, rows: rows.map((row) => names.map((name) => row[name] ?? null)) };
}

/** DESCRIBE: the columns of a table, perhaps of a certain name. */
export function runDescribe(
  database: Database,
  session: Session,
  table: TableName,
  like: string | null,
  context: BindContext,
): Outcome {
  const show: Show = {
    kind: 'show',
    what: 'COLUMNS',
    full: false,
    global: false,
    table,
    schema: null,
    like,
    where: null,
  };
  return runShow(database, session, show, context);
}

function showKeys(asked: Asked): Listing {
  const table = tableOf(asked);
  return {
    names: [
      'Table',
      'Non_unique',
      'Key_name',
      'Seq_in_index',
      'Column_name',
      'Collation',
      'Cardinality',
      'Sub_part',
      'Packed',
      'Null',
      'Index_type',
      'Comment',
      'Index_comment',
      'Visible',
      'Expression',
    ],
    rows: indexRows(table).map((row) => [table.name, row.nonUnique, ...row.rest]),
    numbers: [1, 3, 6, 7],
  };
}

function createView(table: Table, session: Session): Listing {
  return {
    names: ['View', 'Create View', 'character_set_client', 'collation_connection'],
    rows: [[table.name, createViewText(table, session.user), 'utf8mb4', 'utf8mb4_0900_ai_ci']],
  };
}

function warnings(session: Session, wanted: (level: string) => boolean): Listing {
  const rows = session.warnings
    .filter(({ level }) => wanted(level))
    .map(({ level, errno, message }) => [level, errno, message]);
  return { names: ['Level', 'Code', 'Message'], rows, numbers: [1] };
}
