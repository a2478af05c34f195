// What becomes of a value that goes into a column: brought to the column's type, or refused as a strict server does.

import { displayLength, familyOf, type ColumnType } from '../catalog/column-type.js';
import type { FunctionArgument, Result } from '../engine/engine.js';
import { mysqlError } from '../mysql-error.js';
import { number, text } from './host.js';
import { roundTo } from './number-functions.js';
import { dateText, datetimeText, readMoment, readSeconds, secondsText } from './temporal.js';

export interface Target {
  readonly column: string;
  readonly type: ColumnType;
  /** Refuse what does not fit, instead of making it fit. */
  readonly strict: boolean;
}

const integerBits: Readonly<Record<string, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
};

/** The smallest and largest value of an integer type. */
export function integerRange(type: ColumnType): readonly [min: bigint, max: bigint] {
  const bits = BigInt(integerBits[type.base] ?? 64);
  return type.unsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

/** @throws MySqlError 1264, 1265, 1292, 1366, 1406 where `target.strict` */
export function storeValue(value: FunctionArgument, target: Target): Result {
  if (value === null) return null;
  switch (familyOf(target.type)) {
    case 'integer':
    case 'year':
      return storeInteger(value, target);
    case 'decimal':
      return storeDecimal(value, target);
    case 'real':
      return storeNumber(value, target, 'double');
    case 'date':
    case 'datetime':
      return storeMoment(value, target);
    case 'time':
      return storeTime(value, target);
    case 'text':
      return storeText(value, target);
    case 'bytes':
    case 'bit':
    case 'json':
    case 'null':
      return value;
  }
}

function storeNumber(value: FunctionArgument, target: Target, type: string): number {
  if (
    typeof value === 'string' &&
    target.strict &&
    !/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value)
  ) {
    throw mysqlError('WRONG_VALUE_FOR_FIELD', { type, value, column: target.column });
  }
  return number(value);
}

function storeInteger(value: FunctionArgument, target: Target): number {
  const rounded = roundTo(storeNumber(value, target, 'integer'), 0);
  const [min, max] = integerRange(target.type);
  if (rounded >= Number(min) && rounded <= Number(max)) return rounded;
  if (target.strict) throw mysqlError('OUT_OF_RANGE', { column: target.column });
  return Number(rounded < 0 ? min : max);
}

function storeDecimal(value: FunctionArgument, target: Target): number {
  const { length, scale } = target.type;
  const rounded = roundTo(storeNumber(value, target, 'decimal'), scale);
  const limit = 10 ** ((length ?? 10) - scale);
  if (Math.abs(rounded) < limit) return rounded;
  if (target.strict) throw mysqlError('OUT_OF_RANGE', { column: target.column });
  return Math.sign(rounded) * (limit - 10 ** -scale);
}

function storeMoment(value: FunctionArgument, target: Target): string | null {
  const moment = readMoment(value);
  const { type, column, strict } = target;
  if (moment === null) {
    if (strict) throw mysqlError('TRUNCATED_WRONG_VALUE', { type: type.base, value: text(value), column });
    return null;
  }
  return type.base === 'date' ? dateText(moment) : datetimeText(moment, type.scale);
}

function storeTime(value: FunctionArgument, target: Target): string | null {
  const seconds = readSeconds(value);
  if (seconds !== null) return secondsText(seconds);
  if (target.strict)
    throw mysqlError('TRUNCATED_WRONG_VALUE', { type: 'time', value: text(value), column: target.column });
  return null;
}

function storeText(value: FunctionArgument, target: Target): string {
  const { members } = target.type;
  const source = text(value);
  if (members !== undefined) return storeMember(source, members, target);
  const limit = displayLength(target.type);
  if (source.length <= limit) return source;
  const characters = Array.from(source);
  if (characters.length <= limit) return source;
  if (target.strict) throw mysqlError('DATA_TOO_LONG', { column: target.column });
  return characters.slice(0, limit).join('');
}

function storeMember(source: string, members: readonly string[], target: Target): string {
  const wanted = target.type.base === 'set' && source !== '' ? source.split(',') : [source];
  const found = wanted.map((word) => members.find((member) => member.toLowerCase() === word.toLowerCase()));
  const known = found.filter((member) => member !== undefined);
  if (known.length < found.length && target.strict && source !== '')
    throw mysqlError('DATA_TRUNCATED', { column: target.column });
  return known.join(',');
}
