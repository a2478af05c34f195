// Values of the engine as the wire carries them, in text and in binary.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html

import { familyOf, type ColumnType } from '../catalog/column-type.js';
import type { Value } from '../engine/engine.js';
import { numberText } from '../functions/host.js';
import { readMoment, readSeconds } from '../functions/temporal.js';
import { lenencString } from '../../wire/lenenc.js';

/** The value as text (bytes for binary columns), or null for NULL. */
export function textValue(value: Value, type: ColumnType, encoding: BufferEncoding): string | Buffer | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === 'string') return encoding === 'utf8' ? value : Buffer.from(value, encoding);
  const family = familyOf(type);
  if (family === 'decimal') return decimalText(value, type.scale);
  if (family === 'bit') return bitBytes(BigInt(value), type.length ?? 1);
  if (typeof value === 'bigint') return String(value);
  if (family === 'integer' || family === 'year') return numberText(Math.round(value));
  return numberText(type.base === 'float' ? Number(value.toPrecision(6)) : value);
}

function decimalText(value: bigint | number, scale: number): string {
  if (typeof value === 'number')
    return Math.abs(value) < 1e21 ? value.toFixed(scale) : BigInt(value).toString();
  return scale > 0 ? `${value}.${'0'.repeat(scale)}` : String(value);
}

function bitBytes(value: bigint, bits: number): Buffer {
  const digits = value.toString(16).padStart(Math.ceil(bits / 8) * 2, '0');
  return Buffer.from(digits, 'hex');
}

/** The value as a binary row has it; NULL is said by the row's bitmap instead. */
export function binaryValue(value: Exclude<Value, null>, type: ColumnType, encoding: BufferEncoding): Buffer {
  const bytes = integerBytes[type.base];
  if (bytes !== undefined) return integer(value, bytes);
  if (type.base === 'float') return real(Number(value), 4);
  if (type.base === 'double') return real(Number(value), 8);
  const family = familyOf(type);
  if (family === 'date' || family === 'datetime') return momentBytes(value);
  return family === 'time' ? timeBytes(value) : lenencString(textValue(value, type, encoding));
}

const integerBytes: Readonly<Record<string, 1 | 2 | 4 | 8>> = {
  tinyint: 1,
  smallint: 2,
  year: 2,
  mediumint: 4,
  int: 4,
  bigint: 8,
};

function real(value: number, bytes: 4 | 8): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  if (bytes === 4) buffer.writeFloatLE(value);
  else buffer.writeDoubleLE(value);
  return buffer;
}

function integer(value: Exclude<Value, null>, bytes: 1 | 2 | 4 | 8): Buffer {
  const whole = typeof value === 'bigint' ? value : BigInt(Math.round(Number(value)) || 0);
  const buffer = Buffer.allocUnsafe(8);
  buffer.writeBigUInt64LE(BigInt.asUintN(64, whole));
  return buffer.subarray(0, bytes);
}

function momentBytes(value: Value): Buffer {
  const moment = readMoment(typeof value === 'bigint' ? String(value) : value);
  if (moment === null) return Buffer.from([0]);
  const { year, month, day, hour, minute, second, micros } = moment;
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16LE(year, 1);
  bytes.set([month, day, hour, minute, second], 3);
  bytes.writeUInt32LE(micros, 8);
  const length = micros > 0 ? 11 : hour + minute + second > 0 ? 7 : 4;
  bytes[0] = length;
  return bytes.subarray(0, length + 1);
}

function timeBytes(value: Value): Buffer {
  const seconds = readSeconds(typeof value === 'bigint' ? String(value) : value) ?? 0;
  if (seconds === 0) return Buffer.from([0]);
  const whole = Math.floor(Math.abs(seconds));
  const micros = Math.round((Math.abs(seconds) - whole) * 1e6);
  const bytes = Buffer.alloc(13);
  bytes[1] = seconds < 0 ? 1 : 0;
  bytes.writeUInt32LE(Math.floor(whole / 86_400), 2);
  bytes.set([Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60], 6);
  bytes.writeUInt32LE(micros, 9);
  const length = micros > 0 ? 12 : 8;
  bytes[0] = length;
  return bytes.subarray(0, length + 1);
}
