// INFORMATION_SCHEMA.COLUMNS.

import type { Column, Table } from '../catalog/catalog.js';
import { displayLength, familyOf, typeText } from '../catalog/column-type.js';
import type { CellValue } from '../execute/context.js';
import type { Database } from '../execute/database.js';
import { allTables } from './table-tables.js';

export const columnNames = (
  'TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION COLUMN_DEFAULT IS_NULLABLE DATA_TYPE ' +
  'CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_SCALE DATETIME_PRECISION CHARACTER_SET_NAME ' +
  'COLLATION_NAME COLUMN_TYPE COLUMN_KEY EXTRA PRIVILEGES COLUMN_COMMENT GENERATION_EXPRESSION SRS_ID'
).split(' ');

export function columnRows(database: Database): CellValue[][] {
  return allTables(database).flatMap((table) =>
    table.columns.map((column, i) => columnRow(table, column, i)),
  );
}

function columnRow(table: Table, column: Column, i: number): CellValue[] {
  const { type } = column;
  const family = familyOf(type);
  const textual = family === 'text';
  const characters = textual || family === 'bytes' ? displayLength(type) : null;
  const octets = characters === null ? null : textual ? characters * 4 : characters;
  return [
    'def',
    table.schema,
    table.name,
    column.name,
    i + 1,
    column.default,
    column.nullable ? 'YES' : 'NO',
    type.base,
    characters,
    octets,
    numericPrecision(column),
    family === 'decimal' ? type.scale : family === 'integer' ? 0 : null,
    family === 'datetime' || family === 'time' ? type.scale : null,
    textual ? 'utf8mb4' : null,
    textual ? 'utf8mb4_0900_ai_ci' : null,
    typeText(type),
    columnKey(table, column),
    extra(column),
    'select,insert,update,references',
    column.comment,
    '',
    null,
  ];
}

const integerDigits: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  mediumint: 7,
  int: 10,
  bigint: 19,
};

function numericPrecision({ type }: Column): number | null {
  const family = familyOf(type);
  if (family === 'decimal') return type.length ?? 10;
  if (family === 'integer') return integerDigits[type.base] ?? 10;
  if (family === 'real') return type.base === 'float' ? 12 : 22;
  return null;
}

/** PRI, UNI or MUL, as SHOW COLUMNS has it. */
export function columnKey(table: Table, { name }: Column): string {
  const same = (other: string | undefined) => other?.toLowerCase() === name.toLowerCase();
  if (table.keys.some((key) => key.kind === 'primary' && key.columns.some(same))) return 'PRI';
  if (table.keys.some((key) => key.kind === 'unique' && key.columns.length === 1 && same(key.columns[0])))
    return 'UNI';
  return table.keys.some((key) => same(key.columns[0])) ? 'MUL' : '';
}

export function extra(column: Column): string {
  const parts = [
    column.autoIncrement ? 'auto_increment' : '',
    column.default === 'CURRENT_TIMESTAMP' ? 'DEFAULT_GENERATED' : '',
    column.onUpdateNow ? 'on update CURRENT_TIMESTAMP' : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}
