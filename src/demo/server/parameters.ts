// The parameters of COM_STMT_EXECUTE as literals.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html

import { dateText, datetimeText, secondsText } from '../functions/temporal.js';
import { mysqlError } from '../mysql-error.js';
import type { Expr } from '../sql/ast.js';
import { FieldType } from '../../wire/constants.js';
import type { PayloadReader } from '../../wire/lenenc.js';

/** A parameter's type as a client binds it: FieldType, and 0x80 in the second byte for unsigned. */
export interface BoundType {
  readonly type: number;
  readonly unsigned: boolean;
}

export interface Execution {
  readonly values: readonly Expr[];
  /** Kept for the next execution, which may leave them out. */
  readonly types: readonly BoundType[];
}

/**
 * @param reader behind the statement's id, flags and iteration count
 * @param known the types of the execution before
 * @param long what COM_STMT_SEND_LONG_DATA brought, by parameter
 */
export function readParameters(
  reader: PayloadReader,
  count: number,
  known: readonly BoundType[],
  long: ReadonlyMap<number, readonly Buffer[]>,
  encoding: BufferEncoding,
): Execution {
  if (count === 0) return { values: [], types: [] };
  const nulls = reader.bytes((count + 7) >> 3);
  const rebound = reader.int(1) === 1;
  const types = rebound ? readTypes(reader, count) : known;
  if (types.length !== count) throw mysqlError('WRONG_ARGUMENTS', { what: 'mysqld_stmt_execute' });
  const values = types.map((bound, i): Expr => {
    const chunks = long.get(i);
    if (chunks !== undefined) return bytesLiteral(Buffer.concat(chunks), bound.type, encoding);
    const isNull = ((nulls[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
    return isNull ? { kind: 'null' } : readValue(reader, bound, encoding);
  });
  return { values, types };
}

function readTypes(reader: PayloadReader, count: number): BoundType[] {
  return Array.from({ length: count }, () => ({
    type: reader.int(1),
    unsigned: (reader.int(1) & 0x80) !== 0,
  }));
}

function readValue(reader: PayloadReader, { type, unsigned }: BoundType, encoding: BufferEncoding): Expr {
  switch (type) {
    case FieldType.NULL:
      return { kind: 'null' };
    case FieldType.TINY:
      return integer(reader.bytes(1), unsigned);
    case FieldType.SHORT:
    case FieldType.YEAR:
      return integer(reader.bytes(2), unsigned);
    case FieldType.LONG:
    case FieldType.INT24:
      return integer(reader.bytes(4), unsigned);
    case FieldType.LONGLONG:
      return integer(reader.bytes(8), unsigned);
    case FieldType.FLOAT:
      return double(reader.bytes(4).readFloatLE());
    case FieldType.DOUBLE:
      return double(reader.bytes(8).readDoubleLE());
    case FieldType.DATE:
    case FieldType.DATETIME:
    case FieldType.TIMESTAMP:
      return moment(reader.bytes(reader.int(1)), type === FieldType.DATE);
    case FieldType.TIME:
      return { kind: 'temporal', type: 'time', value: timeText(reader.bytes(reader.int(1))) };
    case FieldType.NEWDECIMAL:
    case FieldType.DECIMAL:
      return decimal(reader.lenencString());
    default:
      return bytesLiteral(reader.lenencBytes(), type, encoding);
  }
}

function integer(bytes: Buffer, unsigned: boolean): Expr {
  const padded = Buffer.alloc(8);
  bytes.copy(padded);
  const raw = padded.readBigUInt64LE();
  return { kind: 'integer', text: String(unsigned ? raw : BigInt.asIntN(bytes.length * 8, raw)) };
}

function double(value: number): Expr {
  return { kind: 'double', text: Number.isInteger(value) ? value.toFixed(1) : String(value) };
}

function decimal(text: string): Expr {
  if (!/^-?(?:\d+\.?\d*|\.\d+)$/.test(text)) return { kind: 'string', value: text };
  return { kind: text.includes('.') ? 'decimal' : 'integer', text };
}

function moment(bytes: Buffer, dateOnly: boolean): Expr {
  const at = (i: number) => bytes[i] ?? 0;
  const value = {
    year: bytes.length >= 2 ? bytes.readUInt16LE(0) : 0,
    month: at(2),
    day: at(3),
    hour: at(4),
    minute: at(5),
    second: at(6),
    micros: bytes.length >= 11 ? bytes.readUInt32LE(7) : 0,
    timed: true,
  };
  if (dateOnly) return { kind: 'temporal', type: 'date', value: dateText(value) };
  return { kind: 'temporal', type: 'datetime', value: datetimeText(value) };
}

function timeText(bytes: Buffer): string {
  if (bytes.length < 8) return '00:00:00';
  const seconds =
    bytes.readUInt32LE(1) * 86_400 + (bytes[5] ?? 0) * 3600 + (bytes[6] ?? 0) * 60 + (bytes[7] ?? 0);
  const micros = bytes.length >= 12 ? bytes.readUInt32LE(8) : 0;
  return secondsText((bytes[0] === 1 ? -1 : 1) * (seconds + micros / 1e6));
}

const blobs: ReadonlySet<number> = new Set([
  FieldType.BLOB,
  FieldType.TINY_BLOB,
  FieldType.MEDIUM_BLOB,
  FieldType.LONG_BLOB,
]);

function bytesLiteral(bytes: Buffer, type: number, encoding: BufferEncoding): Expr {
  // Drivers bind texts as blobs too; what is no text is kept as bytes.
  const text = bytes.toString(encoding);
  const isText = !blobs.has(type) || Buffer.from(text, encoding).equals(bytes);
  return isText ? { kind: 'string', value: text } : { kind: 'bytes', value: bytes };
}
