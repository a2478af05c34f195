// What INFORMATION_SCHEMA and SHOW tell of keys and constraints.

import type { Key, Table } from '../catalog/catalog.js';
import type { CellValue } from '../execute/context.js';
import type { Database } from '../execute/database.js';
import { allTables } from './table-tables.js';

export const keyUsageNames = (
  'CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION ' +
  'POSITION_IN_UNIQUE_CONSTRAINT REFERENCED_TABLE_SCHEMA REFERENCED_TABLE_NAME REFERENCED_COLUMN_NAME'
).split(' ');

function constraints(database: Database): { table: Table; key: Key }[] {
  return allTables(database).flatMap((table) =>
    table.keys.filter((key) => key.kind !== 'index').map((key) => ({ table, key })),
  );
}

export function keyUsageRows(database: Database): CellValue[][] {
  return constraints(database).flatMap(({ table, key }) =>
    key.columns.map((column, i): CellValue[] => [
      'def',
      table.schema,
      key.name,
      'def',
      table.schema,
      table.name,
      column,
      i + 1,
      key.references ? i + 1 : null,
      key.references?.schema ?? null,
      key.references?.table ?? null,
      key.references?.columns[i] ?? null,
    ]),
  );
}

export const tableConstraintNames =
  'CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_SCHEMA TABLE_NAME CONSTRAINT_TYPE ENFORCED'.split(
    ' ',
  );

const constraintTypes = {
  primary: 'PRIMARY KEY',
  unique: 'UNIQUE',
  foreign: 'FOREIGN KEY',
  index: '',
} as const;

export function tableConstraintRows(database: Database): CellValue[][] {
  return constraints(database).map(({ table, key }) => [
    'def',
    table.schema,
    key.name,
    table.schema,
    table.name,
    constraintTypes[key.kind],
    'YES',
  ]);
}

export const referentialNames = (
  'CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME UNIQUE_CONSTRAINT_CATALOG UNIQUE_CONSTRAINT_SCHEMA ' +
  'UNIQUE_CONSTRAINT_NAME MATCH_OPTION UPDATE_RULE DELETE_RULE TABLE_NAME REFERENCED_TABLE_NAME'
).split(' ');

export function referentialRows(database: Database): CellValue[][] {
  return constraints(database).flatMap(({ table, key }): CellValue[][] =>
    key.references === null
      ? []
      : [
          [
            'def',
            table.schema,
            key.name,
            'def',
            key.references.schema,
            'PRIMARY',
            'NONE',
            'NO ACTION',
            'NO ACTION',
            table.name,
            key.references.table,
          ],
        ],
  );
}

export const statisticsNames = (
  'TABLE_CATALOG TABLE_SCHEMA TABLE_NAME NON_UNIQUE INDEX_SCHEMA INDEX_NAME SEQ_IN_INDEX COLUMN_NAME COLLATION CARDINALITY ' +
  'SUB_PART PACKED NULLABLE INDEX_TYPE COMMENT INDEX_COMMENT IS_VISIBLE EXPRESSION'
).split(' ');

export function statisticsRows(database: Database): CellValue[][] {
  return allTables(database).flatMap((table) =>
    indexRows(table).map((row) => [
      'def',
      table.schema,
      table.name,
      row.nonUnique,
      table.schema,
      ...row.rest,
    ]),
  );
}

/** The parts of each index in order: first the primary key, then the others. */
export function indexRows(table: Table): { nonUnique: number; rest: CellValue[] }[] {
  const primaryFirst = [...table.keys].sort(
    (a, b) => Number(b.kind === 'primary') - Number(a.kind === 'primary'),
  );
  return primaryFirst.flatMap((key) =>
    key.columns.map((name, i) => {
      const nullable = table.columns.find((column) => column.name === name)?.nullable === true ? 'YES' : '';
      const nonUnique = key.kind === 'primary' || key.kind === 'unique' ? 0 : 1;
      return {
        nonUnique,
        rest: [key.name, i + 1, name, 'A', 0, null, null, nullable, 'BTREE', '', '', 'YES', null],
      };
    }),
  );
}
