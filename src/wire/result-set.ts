// Result sets that we make ourselves: column definitions and text rows.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset.html

import { Collation, FieldType } from './constants.js';
import { frame } from './framing.js';
import { int, lenencInt, lenencString, PayloadReader } from './lenenc.js';
import { writeEof } from './reply-packets.js';

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_column_definition.html */
export interface ColumnDefinition {
  readonly schema: string;
  readonly table: string;
  readonly orgTable: string;
  readonly name: string;
  readonly orgName: string;
  readonly collation: number;
  /** Display length in bytes. */
  readonly length: number;
  readonly type: (typeof FieldType)[keyof typeof FieldType];
  readonly flags: number;
  readonly decimals: number;
}

/** A column that is no table's, e.g. of an expression. */
export function column(
  name: string,
  type: ColumnDefinition['type'],
  rest: Partial<ColumnDefinition> = {},
): ColumnDefinition {
  const plain = { schema: '', table: '', orgTable: '', orgName: '', length: 255, flags: 0, decimals: 0 };
  return { ...plain, collation: Collation.utf8mb4_general_ci, ...rest, name, type };
}

export function writeColumnDefinition(definition: ColumnDefinition): Buffer {
  return Buffer.concat([
    lenencString('def'),
    lenencString(definition.schema),
    lenencString(definition.table),
    lenencString(definition.orgTable),
    lenencString(definition.name),
    lenencString(definition.orgName),
    Buffer.from([0x0c]),
    int(definition.collation, 2),
    int(definition.length >>> 0, 4),
    int(definition.type, 1),
    int(definition.flags, 2),
    int(definition.decimals, 1),
    Buffer.alloc(2),
  ]);
}

/** @throws MALFORMED_PACKET */
export function readColumnDefinition(payload: Buffer): ColumnDefinition {
  const reader = new PayloadReader(payload);
  reader.lenencBytes();
  const [schema, table, orgTable, name, orgName] = Array.from({ length: 5 }, () => reader.lenencString());
  reader.lenenc();
  return {
    schema: schema ?? '',
    table: table ?? '',
    orgTable: orgTable ?? '',
    name: name ?? '',
    orgName: orgName ?? '',
    collation: reader.int(2),
    length: reader.int(4),
    type: reader.int(1) as ColumnDefinition['type'],
    flags: reader.int(2),
    decimals: reader.int(1),
  };
}

/**
 * The definition with another name for its column; everything else as it was. Of an expression whose rows were kept in a table
 * (for a cursor) the name is there a second time, as the original one. @throws MALFORMED_PACKET
 */
export function renameColumn(payload: Buffer, rename: (name: string) => string): Buffer {
  const reader = new PayloadReader(payload);
  const before = Array.from({ length: 4 }, () => lenencString(reader.lenencBytes()));
  // Byte by byte: the name is in whatever character set the client has its results in.
  const name = rename(reader.lenencString('latin1'));
  const original = reader.lenencString('latin1');
  const names = [name, original === '' ? '' : rename(original)];
  return Buffer.concat([
    ...before,
    ...names.map((text) => lenencString(Buffer.from(text, 'latin1'))),
    reader.rest(),
  ]);
}

export type TextValue = string | Buffer | null;

export function writeTextRow(values: readonly TextValue[]): Buffer {
  return Buffer.concat(values.map(lenencString));
}

/** @throws MALFORMED_PACKET */
export function readTextRow(payload: Buffer, columns: number): (Buffer | null)[] {
  const reader = new PayloadReader(payload);
  return Array.from({ length: columns }, () => {
    const length = reader.lenencOrNull();
    return length === null ? null : reader.bytes(Number(length));
  });
}

/**
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html
 * @param values as text, whatever the columns' types are: LONG, LONGLONG, DOUBLE and texts
 */
export function writeBinaryRow(columns: readonly ColumnDefinition[], values: readonly TextValue[]): Buffer {
  const nulls = Buffer.alloc((columns.length + 9) >> 3);
  for (const [i, value] of values.entries())
    if (value === null) nulls.writeUInt8(nulls.readUInt8((i + 2) >> 3) | (1 << ((i + 2) & 7)), (i + 2) >> 3);
  const parts = columns.flatMap(({ type }, i) => {
    const value = values[i] ?? null;
    return value === null ? [] : [binaryValue(type, value)];
  });
  return Buffer.concat([Buffer.from([0]), nulls, ...parts]);
}

function binaryValue(type: ColumnDefinition['type'], value: string | Buffer): Buffer {
  const out = Buffer.alloc(type === FieldType.LONG ? 4 : 8);
  if (type === FieldType.LONG) out.writeInt32LE(Number(value));
  else if (type === FieldType.LONGLONG) out.writeBigInt64LE(BigInt(value.toString()));
  else if (type === FieldType.DOUBLE) out.writeDoubleLE(Number(value));
  else return lenencString(value);
  return out;
}

/** A whole text result set as packets, the first numbered `sequence` (1 after a command). `status` goes into both EOFs. */
export function textResultSet(
  columns: readonly ColumnDefinition[],
  rows: readonly (readonly TextValue[])[],
  status: number,
  sequence = 1,
): Buffer {
  return resultSet(columns, rows.map(writeTextRow), status, sequence);
}

/** The same for an execution of a prepared statement. */
export function binaryResultSet(
  columns: readonly ColumnDefinition[],
  rows: readonly (readonly TextValue[])[],
  status: number,
  sequence = 1,
): Buffer {
  return resultSet(
    columns,
    rows.map((row) => writeBinaryRow(columns, row)),
    status,
    sequence,
  );
}

function resultSet(
  columns: readonly ColumnDefinition[],
  rows: readonly Buffer[],
  status: number,
  sequence: number,
): Buffer {
  const payloads = [
    lenencInt(columns.length),
    ...columns.map(writeColumnDefinition),
    writeEof({ warnings: 0, status }),
    ...rows,
    writeEof({ warnings: 0, status }),
  ];
  return Buffer.concat(payloads.map((payload, i) => frame(payload, sequence + i)));
}
