// A table of the catalog as a table of the embedded engine.

import { quoteName, type Column, type Key, type Table } from '../catalog/catalog.js';
import { familyOf, storageType } from '../catalog/column-type.js';
import type { Engine } from '../engine/engine.js';
import { mysqlError } from '../mysql-error.js';
import type { Expr } from '../sql/ast.js';
import type { ColumnSpec, KeySpec } from '../sql/ast-definitions.js';

export function createStorage(engine: Engine, table: Table): void {
  const auto = table.columns.find((column) => column.autoIncrement);
  const columns = table.columns.map((column) => columnSql(column, column === auto));
  const unique = table.keys
    .filter((key) => key.kind === 'primary' || key.kind === 'unique')
    .filter((key) => !isAutoKey(key, auto));
  const constraints = unique.map((key) => `UNIQUE (${key.columns.map(quoteName).join(', ')})`);
  engine.execute(`CREATE TABLE ${table.storage} (${[...columns, ...constraints].join(', ')})`);
}

function columnSql(column: Column, isAuto: boolean): string {
  if (isAuto) return `${quoteName(column.name)} INTEGER PRIMARY KEY AUTOINCREMENT`;
  const textual = familyOf(column.type) === 'text' ? ' COLLATE NOCASE' : '';
  return `${quoteName(column.name)} ${storageType(column.type)}${column.nullable ? '' : ' NOT NULL'}${textual}`;
}

function isAutoKey(key: Key, auto: Column | undefined): boolean {
  return (
    auto !== undefined &&
    key.columns.length === 1 &&
    key.columns[0]?.toLowerCase() === auto.name.toLowerCase()
  );
}

export function columnFromSpec(spec: ColumnSpec, defaultText: (expr: Expr | null) => string | null): Column {
  const { name, type, nullable, autoIncrement, onUpdateNow, comment } = spec;
  return { name, type, nullable, default: defaultText(spec.default), autoIncrement, onUpdateNow, comment };
}

/** The keys of a CREATE TABLE, those of its columns first, with names where none were given. */
export function keysFromSpecs(
  specs: readonly ColumnSpec[],
  keys: readonly KeySpec[],
  columns: readonly Column[],
  schema: string,
): Key[] {
  const own = specs.flatMap((spec): KeySpec[] => {
    const kinds: KeySpec['kind'][] = [
      ...(spec.primary ? (['primary'] as const) : []),
      ...(spec.unique ? (['unique'] as const) : []),
    ];
    return kinds.map((kind) => ({ kind, name: null, columns: [spec.name], references: null }));
  });
  return [...own, ...keys].reduce<Key[]>(
    (all, spec) => [...all, keyFromSpec(spec, columns, schema, all)],
    [],
  );
}

export function keyFromSpec(
  spec: KeySpec,
  columns: readonly Column[],
  schema: string,
  taken: readonly Key[],
): Key {
  const names = spec.columns.map((name) => {
    const column = columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (column === undefined) throw mysqlError('KEY_COLUMN_MISSING', { column: name });
    return column.name;
  });
  const references = spec.references && {
    schema: spec.references.table.schema ?? schema,
    table: spec.references.table.name,
    columns: spec.references.columns,
  };
  const name = spec.kind === 'primary' ? 'PRIMARY' : (spec.name ?? freeName(names[0] ?? 'key', taken));
  if (taken.some((key) => key.name.toLowerCase() === name.toLowerCase())) {
    throw spec.kind === 'primary'
      ? mysqlError('MULTIPLE_PRI_KEY', {})
      : mysqlError('DUP_KEYNAME', { key: name });
  }
  return { name, kind: spec.kind, columns: names, references };
}

function freeName(base: string, taken: readonly Key[]): string {
  let name = base;
  for (let i = 2; taken.some((key) => key.name.toLowerCase() === name.toLowerCase()); i++)
    name = `${base}_${i}`;
  return name;
}
