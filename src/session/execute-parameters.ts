// The values that COM_STMT_EXECUTE binds, as far as a few of them have to be known: where each is in the payload.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html

import { FieldType } from '../wire/constants.js';
import { PayloadReader } from '../wire/lenenc.js';
import type { PreparedStatement } from './prepared-statements.js';

/** A bound value; `start` to `end` (exclusive) are its bytes in the payload, without the length before a text. */
export interface BoundValue {
  readonly start: number;
  readonly end: number;
  readonly value: string | number | null;
}

/** Offsets of the payload: command, id, flags, iterations, then NULL bitmap, flag and types. */
const HEAD_BYTES = 10;

/** Bytes of the types of fixed length. */
const widths: ReadonlyMap<number, number> = new Map<number, number>([
  [FieldType.NULL, 0],
  [FieldType.TINY, 1],
  [FieldType.SHORT, 2],
  [FieldType.YEAR, 2],
  [FieldType.LONG, 4],
  [FieldType.INT24, 4],
  [FieldType.FLOAT, 4],
  [FieldType.LONGLONG, 8],
  [FieldType.DOUBLE, 8],
]);

/** Types whose bytes have a length of one byte before them. */
const timed: ReadonlySet<number> = new Set<number>([
  FieldType.DATE,
  FieldType.TIME,
  FieldType.DATETIME,
  FieldType.TIMESTAMP,
]);

const UNSIGNED = 0x80;

/** The values in order; null where they are not all in the payload, or cannot be told apart. */
export function boundValues(statement: PreparedStatement, payload: Buffer): readonly BoundValue[] | null {
  const { parameters } = statement;
  if (parameters === 0) return [];
  const flagAt = HEAD_BYTES + Math.ceil(parameters / 8);
  const isTyped = payload[flagAt] === 1;
  const types = isTyped
    ? payload.subarray(flagAt + 1, flagAt + 1 + 2 * parameters)
    : (statement.boundTypes ?? Buffer.alloc(0));
  if (types.length < 2 * parameters || statement.longData.payloads().length > 0) return null;
  const values: BoundValue[] = [];
  let at = flagAt + 1 + (isTyped ? 2 * parameters : 0);
  for (let i = 0; i < parameters; i += 1) {
    const isNull = ((payload[HEAD_BYTES + (i >> 3)] ?? 0) & (1 << (i & 7))) !== 0;
    const type = isNull ? FieldType.NULL : (types[2 * i] ?? 0);
    const value = readValue(payload, at, type, ((types[2 * i + 1] ?? 0) & UNSIGNED) !== 0);
    if (value === null) return null;
    values.push(value);
    at = value.end;
  }
  return values;
}

function readValue(payload: Buffer, at: number, type: number, unsigned: boolean): BoundValue | null {
  const width = widths.get(type);
  if (width === undefined) return readText(payload, at, type);
  const end = at + width;
  if (end > payload.length) return null;
  return { start: at, end, value: readNumber(payload, at, type, width, unsigned) };
}

function readNumber(
  payload: Buffer,
  at: number,
  type: number,
  width: number,
  unsigned: boolean,
): number | null {
  if (width === 0) return null;
  if (type === FieldType.FLOAT) return payload.readFloatLE(at);
  if (type === FieldType.DOUBLE) return payload.readDoubleLE(at);
  if (width === 8) return Number(unsigned ? payload.readBigUInt64LE(at) : payload.readBigInt64LE(at));
  return unsigned ? payload.readUIntLE(at, width) : payload.readIntLE(at, width);
}

/** So much of a text is read. */
const READ_BYTES = 256;

/** A text, or a value that is as long as is written before it; its bytes one by one. */
function readText(payload: Buffer, at: number, type: number): BoundValue | null {
  const rest = payload.subarray(at);
  if (rest.length === 0) return null;
  const reader = new PayloadReader(rest);
  const length = timed.has(type) ? reader.int(1) : Number(reader.lenencOrNull() ?? 0);
  const end = payload.length - reader.remaining + length;
  if (end > payload.length) return null;
  const start = end - length;
  return { start, end, value: payload.toString('latin1', start, Math.min(end, start + READ_BYTES)) };
}
