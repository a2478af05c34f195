// MySQL's column types: how they are written, what the embedded engine stores, what the wire calls them.

import { Collation, ColumnFlag, FieldType } from '../../wire/constants.js';

type Wire = (typeof FieldType)[keyof typeof FieldType];
export type Family =
  | 'integer'
  | 'decimal'
  | 'real'
  | 'text'
  | 'bytes'
  | 'date'
  | 'datetime'
  | 'time'
  | 'year'
  | 'json'
  | 'bit'
  | 'null';

interface BaseInfo {
  readonly family: Family;
  readonly wire: Wire;
  /** Display length in characters where the declaration has none. */
  readonly length: number;
  /** What the type is declared as in SQLite: its affinity is what matters. */
  readonly storage: 'INTEGER' | 'NUMERIC' | 'REAL' | 'TEXT' | 'BLOB';
}

const bases = {
  tinyint: { family: 'integer', wire: FieldType.TINY, length: 4, storage: 'INTEGER' },
  smallint: { family: 'integer', wire: FieldType.SHORT, length: 6, storage: 'INTEGER' },
  mediumint: { family: 'integer', wire: FieldType.INT24, length: 9, storage: 'INTEGER' },
  int: { family: 'integer', wire: FieldType.LONG, length: 11, storage: 'INTEGER' },
  bigint: { family: 'integer', wire: FieldType.LONGLONG, length: 20, storage: 'INTEGER' },
  bit: { family: 'bit', wire: FieldType.BIT, length: 1, storage: 'INTEGER' },
  decimal: { family: 'decimal', wire: FieldType.NEWDECIMAL, length: 10, storage: 'NUMERIC' },
  float: { family: 'real', wire: FieldType.FLOAT, length: 12, storage: 'REAL' },
  double: { family: 'real', wire: FieldType.DOUBLE, length: 22, storage: 'REAL' },
  date: { family: 'date', wire: FieldType.DATE, length: 10, storage: 'TEXT' },
  datetime: { family: 'datetime', wire: FieldType.DATETIME, length: 19, storage: 'TEXT' },
  timestamp: { family: 'datetime', wire: FieldType.TIMESTAMP, length: 19, storage: 'TEXT' },
  time: { family: 'time', wire: FieldType.TIME, length: 10, storage: 'TEXT' },
  year: { family: 'year', wire: FieldType.YEAR, length: 4, storage: 'INTEGER' },
  char: { family: 'text', wire: FieldType.STRING, length: 1, storage: 'TEXT' },
  varchar: { family: 'text', wire: FieldType.VAR_STRING, length: 255, storage: 'TEXT' },
  tinytext: { family: 'text', wire: FieldType.BLOB, length: 255, storage: 'TEXT' },
  text: { family: 'text', wire: FieldType.BLOB, length: 65_535, storage: 'TEXT' },
  mediumtext: { family: 'text', wire: FieldType.BLOB, length: 16_777_215, storage: 'TEXT' },
  longtext: { family: 'text', wire: FieldType.BLOB, length: 4_294_967_295, storage: 'TEXT' },
  enum: { family: 'text', wire: FieldType.STRING, length: 64, storage: 'TEXT' },
  set: { family: 'text', wire: FieldType.STRING, length: 255, storage: 'TEXT' },
  json: { family: 'json', wire: FieldType.JSON, length: 4_294_967_295, storage: 'TEXT' },
  binary: { family: 'bytes', wire: FieldType.STRING, length: 1, storage: 'BLOB' },
  varbinary: { family: 'bytes', wire: FieldType.VAR_STRING, length: 255, storage: 'BLOB' },
  tinyblob: { family: 'bytes', wire: FieldType.BLOB, length: 255, storage: 'BLOB' },
  blob: { family: 'bytes', wire: FieldType.BLOB, length: 65_535, storage: 'BLOB' },
  mediumblob: { family: 'bytes', wire: FieldType.BLOB, length: 16_777_215, storage: 'BLOB' },
  longblob: { family: 'bytes', wire: FieldType.BLOB, length: 4_294_967_295, storage: 'BLOB' },
  null: { family: 'null', wire: FieldType.NULL, length: 0, storage: 'BLOB' },
} as const satisfies Record<string, BaseInfo>;

export type BaseType = keyof typeof bases;

/** A column's type. `length` is the declared one (characters, digits), or null for the type's own. */
export interface ColumnType {
  readonly base: BaseType;
  readonly length: number | null;
  /** Digits behind the point (decimal), or of a second (time types). */
  readonly scale: number;
  readonly unsigned: boolean;
  /** The members of an enum or set. */
  readonly members?: readonly string[];
}

export function columnType(base: BaseType, rest: Partial<ColumnType> = {}): ColumnType {
  return { base, length: null, scale: 0, unsigned: false, ...rest };
}

export const types = {
  bigint: columnType('bigint', { length: 21 }),
  int: columnType('int'),
  boolean: columnType('bigint', { length: 1 }),
  double: columnType('double'),
  varchar: columnType('varchar'),
  longtext: columnType('longtext'),
  date: columnType('date'),
  datetime: columnType('datetime'),
  time: columnType('time'),
  json: columnType('json'),
  blob: columnType('longblob'),
  null: columnType('null'),
  decimal: (length: number, scale: number) => columnType('decimal', { length: Math.min(65, length), scale }),
} as const;

const synonyms: Readonly<Record<string, BaseType>> = {
  integer: 'int',
  int4: 'int',
  int8: 'bigint',
  int2: 'smallint',
  int1: 'tinyint',
  bool: 'tinyint',
  boolean: 'tinyint',
  numeric: 'decimal',
  dec: 'decimal',
  fixed: 'decimal',
  real: 'double',
  float4: 'float',
  float8: 'double',
  character: 'char',
  nchar: 'char',
  nvarchar: 'varchar',
};

/** The base type of that name or synonym, in any case; undefined where there is none. */
export function baseTypeNamed(name: string): BaseType | undefined {
  const lower = name.toLowerCase();
  if (lower in bases && lower !== 'null') return lower as BaseType;
  return synonyms[lower];
}

export function familyOf(type: ColumnType): Family {
  return bases[type.base].family;
}

export function isNumeric(type: ColumnType | null): boolean {
  return type !== null && ['integer', 'decimal', 'real', 'year', 'bit'].includes(familyOf(type));
}

export function isText(type: ColumnType | null): boolean {
  return type !== null && ['text', 'json'].includes(familyOf(type));
}

/** The SQLite type to declare a column as. */
export function storageType(type: ColumnType): string {
  return bases[type.base].storage;
}

/** The type as `COLUMN_TYPE` and SHOW CREATE TABLE have it, e.g. `decimal(12,2)`, `int unsigned`. */
export function typeText(type: ColumnType): string {
  const sign = type.unsigned ? ' unsigned' : '';
  if (type.members)
    return `${type.base}(${type.members.map((m) => `'${m.replaceAll("'", "''")}'`).join(',')})`;
  const family = familyOf(type);
  if (family === 'decimal') return `${type.base}(${type.length ?? 10},${type.scale})${sign}`;
  if (family === 'integer')
    return (type.base === 'tinyint' && type.length === 1 ? 'tinyint(1)' : type.base) + sign;
  if (family === 'datetime' || family === 'time')
    return type.scale > 0 ? `${type.base}(${type.scale})` : type.base;
  if (family === 'bit') return `bit(${type.length ?? 1})`;
  const sized = ['char', 'varchar', 'binary', 'varbinary'].includes(type.base);
  return sized ? `${type.base}(${displayLength(type)})` : type.base + sign;
}

/** Characters (or bytes) that a value of the type may have. */
export function displayLength(type: ColumnType): number {
  return type.length ?? bases[type.base].length;
}

/** The type's part of a column definition on the wire. */
export function wireType(type: ColumnType): {
  type: Wire;
  length: number;
  decimals: number;
  flags: number;
  collation: number;
} {
  const family = familyOf(type);
  const textual = family === 'text';
  const characters = displayLength(type) + (family === 'decimal' ? 2 : 0);
  const lengthFromScale = type.scale > 0 && (family === 'datetime' || family === 'time') ? type.scale + 1 : 0;
  const length = Math.min(0xffffffff, (characters + lengthFromScale) * (textual ? 4 : 1));
  const unsigned = type.unsigned ? ColumnFlag.UNSIGNED : 0;
  const flags = textual ? 0 : ColumnFlag.BINARY | unsigned;
  const decimals = family === 'real' ? 31 : type.scale;
  const collation = textual ? Collation.utf8mb4_general_ci : Collation.binary;
  return { type: bases[type.base].wire, length, decimals, flags, collation };
}
