// INFORMATION_SCHEMA: its tables, and their rows read off the catalog.

import { column, type Column, type Table } from '../catalog/catalog.js';
import { columnType, types, type ColumnType } from '../catalog/column-type.js';
import { charsets, collations } from '../session/charsets.js';
import type { Session } from '../session/session.js';
import type { CellValue } from '../execute/context.js';
import type { Database } from '../execute/database.js';
import { columnRows, columnNames } from './columns-table.js';
import {
  keyUsageNames,
  keyUsageRows,
  referentialNames,
  referentialRows,
  statisticsNames,
  statisticsRows,
  tableConstraintNames,
  tableConstraintRows,
} from './key-tables.js';
import { processRows, processNames } from './process-list.js';
import { statusRows } from './server-status.js';
import { tableRows, tableNames, viewNames, viewRows } from './table-tables.js';

export interface InformationTable {
  readonly definition: Table;
  rows(database: Database, session: Session): readonly (readonly CellValue[])[];
}

type Rows = InformationTable['rows'];

/** Columns that are numbers or moments; all others are texts. */
const numeric =
  /^(?:ORDINAL_POSITION|.*_LENGTH|.*_PRECISION|NUMERIC_SCALE|TABLE_ROWS|DATA_FREE|AUTO_INCREMENT|CHECKSUM|VERSION|NON_UNIQUE|SEQ_IN_INDEX|CARDINALITY|SUB_PART|POSITION_IN_UNIQUE_CONSTRAINT|MAXLEN|ID|TIME|SORTLEN)$/;
const moments = /^(?:CREATE_TIME|UPDATE_TIME|CHECK_TIME|CREATED|LAST_ALTERED)$/;
const long =
  /^(?:COLUMN_DEFAULT|COLUMN_TYPE|DATA_TYPE|VIEW_DEFINITION|GENERATION_EXPRESSION|INFO|VARIABLE_VALUE|ROUTINE_DEFINITION)$/;

function typeOf(name: string): ColumnType {
  if (moments.test(name)) return types.datetime;
  if (long.test(name)) return types.longtext;
  return numeric.test(name)
    ? columnType('bigint', { length: 21, unsigned: true })
    : columnType('varchar', { length: 64 });
}

function table(name: string, columns: readonly string[], rows: Rows): InformationTable {
  const definition: Table = {
    schema: 'information_schema',
    name,
    kind: 'SYSTEM VIEW',
    columns: columns.map((column_): Column => column(column_, typeOf(column_))),
    keys: [],
    comment: '',
    createdAt: new Date(0),
    storage: '',
  };
  return { definition, rows };
}

const words = (text: string) => text.split(' ');
const none: Rows = () => [];

export const informationSchema: readonly InformationTable[] = [
  table(
    'SCHEMATA',
    words(
      'CATALOG_NAME SCHEMA_NAME DEFAULT_CHARACTER_SET_NAME DEFAULT_COLLATION_NAME SQL_PATH DEFAULT_ENCRYPTION',
    ),
    ({ catalog }) =>
      catalog.schemas().map((name) => ['def', name, 'utf8mb4', 'utf8mb4_0900_ai_ci', null, 'NO']),
  ),
  table('TABLES', tableNames, tableRows),
  table('COLUMNS', columnNames, columnRows),
  table('KEY_COLUMN_USAGE', keyUsageNames, keyUsageRows),
  table('TABLE_CONSTRAINTS', tableConstraintNames, tableConstraintRows),
  table('REFERENTIAL_CONSTRAINTS', referentialNames, referentialRows),
  table('STATISTICS', statisticsNames, statisticsRows),
  table('VIEWS', viewNames, viewRows),
  table('CHARACTER_SETS', words('CHARACTER_SET_NAME DEFAULT_COLLATE_NAME DESCRIPTION MAXLEN'), () =>
    charsets.map(({ name, defaultCollation, description, maxBytes }) => [
      name,
      defaultCollation,
      description,
      maxBytes,
    ]),
  ),
  table(
    'COLLATIONS',
    words('COLLATION_NAME CHARACTER_SET_NAME ID IS_DEFAULT IS_COMPILED SORTLEN PAD_ATTRIBUTE'),
    () =>
      collations.map(({ name, charset, id }) => [
        name,
        charset,
        id,
        isDefault(name) ? 'Yes' : '',
        'Yes',
        1,
        'PAD SPACE',
      ]),
  ),
  table('COLLATION_CHARACTER_SET_APPLICABILITY', words('COLLATION_NAME CHARACTER_SET_NAME'), () =>
    collations.map(({ name, charset }) => [name, charset]),
  ),
  table('ENGINES', words('ENGINE SUPPORT COMMENT TRANSACTIONS XA SAVEPOINTS'), () => [
    ['InnoDB', 'DEFAULT', 'The embedded engine, SQLite', 'YES', 'NO', 'YES'],
  ]),
  table('PROCESSLIST', processNames, (database) => processRows(database)),
  table('SESSION_VARIABLES', words('VARIABLE_NAME VARIABLE_VALUE'), (_, session) =>
    session.variables.listed(),
  ),
  table('GLOBAL_VARIABLES', words('VARIABLE_NAME VARIABLE_VALUE'), ({ globals }) => globals.listed()),
  table('SESSION_STATUS', words('VARIABLE_NAME VARIABLE_VALUE'), (database) => statusRows(database)),
  table('GLOBAL_STATUS', words('VARIABLE_NAME VARIABLE_VALUE'), (database) => statusRows(database)),
  table(
    'ROUTINES',
    words(
      'SPECIFIC_NAME ROUTINE_CATALOG ROUTINE_SCHEMA ROUTINE_NAME ROUTINE_TYPE DATA_TYPE ROUTINE_DEFINITION CREATED LAST_ALTERED ROUTINE_COMMENT DEFINER',
    ),
    none,
  ),
  table(
    'PARAMETERS',
    words(
      'SPECIFIC_CATALOG SPECIFIC_SCHEMA SPECIFIC_NAME ORDINAL_POSITION PARAMETER_MODE PARAMETER_NAME DATA_TYPE',
    ),
    none,
  ),
  table(
    'TRIGGERS',
    words(
      'TRIGGER_CATALOG TRIGGER_SCHEMA TRIGGER_NAME EVENT_MANIPULATION EVENT_OBJECT_SCHEMA EVENT_OBJECT_TABLE ACTION_STATEMENT ACTION_TIMING CREATED',
    ),
    none,
  ),
  table('EVENTS', words('EVENT_CATALOG EVENT_SCHEMA EVENT_NAME DEFINER STATUS'), none),
  table(
    'PARTITIONS',
    words('TABLE_CATALOG TABLE_SCHEMA TABLE_NAME PARTITION_NAME PARTITION_METHOD PARTITION_EXPRESSION'),
    none,
  ),
  table(
    'CHECK_CONSTRAINTS',
    words('CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME CHECK_CLAUSE'),
    none,
  ),
  table('USER_PRIVILEGES', words('GRANTEE TABLE_CATALOG PRIVILEGE_TYPE IS_GRANTABLE'), (_, session) => [
    [`'${session.account}'@'%'`, 'def', 'USAGE', 'NO'],
  ]),
  table('SCHEMA_PRIVILEGES', words('GRANTEE TABLE_CATALOG TABLE_SCHEMA PRIVILEGE_TYPE IS_GRANTABLE'), none),
  table(
    'TABLE_PRIVILEGES',
    words('GRANTEE TABLE_CATALOG TABLE_SCHEMA TABLE_NAME PRIVILEGE_TYPE IS_GRANTABLE'),
    none,
  ),
  table(
    'COLUMN_PRIVILEGES',
    words('GRANTEE TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME PRIVILEGE_TYPE IS_GRANTABLE'),
    none,
  ),
  table('PLUGINS', words('PLUGIN_NAME PLUGIN_VERSION PLUGIN_STATUS PLUGIN_TYPE'), none),
];

function isDefault(collation: string): boolean {
  return charsets.some((charset) => charset.defaultCollation === collation);
}

/** The table of that name, in any case. */
export function informationTable(name: string): InformationTable | undefined {
  return informationSchema.find((one) => one.definition.name.toLowerCase() === name.toLowerCase());
}
