// INFORMATION_SCHEMA.TABLES and VIEWS.

import type { Table } from '../catalog/catalog.js';
import { datetimeText, fromMillis } from '../functions/temporal.js';
import type { CellValue } from '../execute/context.js';
import type { Database } from '../execute/database.js';
import type { Session } from '../session/session.js';

export const tableNames = (
  'TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE VERSION ROW_FORMAT TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH ' +
  'MAX_DATA_LENGTH INDEX_LENGTH DATA_FREE AUTO_INCREMENT CREATE_TIME UPDATE_TIME CHECK_TIME TABLE_COLLATION CHECKSUM ' +
  'CREATE_OPTIONS TABLE_COMMENT'
).split(' ');

/** All tables that a session may see; temporary ones are not listed, as on a server. */
export function allTables(database: Database): readonly Table[] {
  return database.catalog.schemas().flatMap((schema) => database.catalog.tables(schema));
}

export function tableRows(database: Database, session: Session): CellValue[][] {
  return allTables(database).map((table) => tableRow(database, session, table));
}

function tableRow(database: Database, session: Session, table: Table): CellValue[] {
  const { schema, name, kind, comment } = table;
  const created = datetimeText(fromMillis(table.createdAt.getTime() + session.zoneMinutes * 60_000), 0);
  if (kind !== 'BASE TABLE') {
    const empty = Array.from({ length: 10 }, () => null);
    return ['def', schema, name, kind, ...empty, created, null, null, null, null, null, comment];
  }
  const rows = Number(database.engine.query(`SELECT COUNT(*) FROM ${table.storage}`)[0]?.[0] ?? 0);
  const auto = table.columns.some((column) => column.autoIncrement) ? nextId(database, table) : null;
  return [
    'def',
    schema,
    name,
    kind,
    'InnoDB',
    10,
    'Dynamic',
    rows,
    0,
    rows * 64,
    0,
    0,
    0,
    auto,
    created,
    null,
    null,
    'utf8mb4_0900_ai_ci',
    null,
    '',
    comment,
  ];
}

/** What AUTO_INCREMENT gives next. */
function nextId(database: Database, table: Table): number {
  const column = table.columns.find((one) => one.autoIncrement);
  if (column === undefined) return 1;
  const name = column.name.replaceAll('"', '""');
  return Number(
    database.engine.query(`SELECT coalesce(max("${name}"), 0) + 1 FROM ${table.storage}`)[0]?.[0] ?? 1,
  );
}

export const viewNames = (
  'TABLE_CATALOG TABLE_SCHEMA TABLE_NAME VIEW_DEFINITION CHECK_OPTION IS_UPDATABLE DEFINER SECURITY_TYPE ' +
  'CHARACTER_SET_CLIENT COLLATION_CONNECTION'
).split(' ');

export function viewRows(database: Database, session: Session): CellValue[][] {
  return allTables(database)
    .filter((table) => table.kind === 'VIEW')
    .map(({ schema, name, viewText = '' }) => [
      'def',
      schema,
      name,
      viewText,
      'NONE',
      'NO',
      session.user,
      'DEFINER',
      'utf8mb4',
      'utf8mb4_0900_ai_ci',
    ]);
}
