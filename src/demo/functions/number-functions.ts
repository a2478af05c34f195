// Functions on numbers, and the checks of a value that goes into a column.

import { types, type ColumnType } from '../catalog/column-type.js';
import { number } from './host.js';
import { bigint, double, first, scalar, type FunctionTable, type TypeRule } from './registry.js';

/** Rounds half away from zero, as MySQL does with exact numbers. */
export function roundTo(value: number, digits: number): number {
  const factor = 10 ** digits;
  const scaled = Number((Math.abs(value) * factor).toPrecision(15));
  return (Math.sign(value) * Math.round(scaled)) / factor;
}

function truncateTo(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.trunc(Number((value * factor).toPrecision(15))) / factor;
}

const wholeOf: TypeRule = ([type]) => (type?.base === 'double' || type?.base === 'float' ? double : bigint);
const numberOf: TypeRule = ([type]) =>
  type === null || type === undefined || types.varchar.base === type.base ? double : type;

const positive = (value: number, result: (value: number) => number) => (value > 0 ? result(value) : null);
const finite = (value: number) => (Number.isFinite(value) ? value : null);

export const numberFunctions: FunctionTable = {
  ACOS: scalar(1, double, ([a]) => finite(Math.acos(number(a)))),
  ASIN: scalar(1, double, ([a]) => finite(Math.asin(number(a)))),
  ATAN: scalar([1, 2], double, ([a, b]) =>
    b === undefined ? Math.atan(number(a)) : Math.atan2(number(a), number(b)),
  ),
  CEILING: scalar(1, wholeOf, ([a]) => Math.ceil(number(a))),
  CONV: scalar(3, types.varchar, ([a, from, to]) => conv(String(a), number(from), number(to))),
  COS: scalar(1, double, ([a]) => Math.cos(number(a))),
  CRC32: scalar(1, bigint, ([a]) => crc32(Buffer.from(String(a), 'utf8'))),
  DEGREES: scalar(1, double, ([a]) => (number(a) * 180) / Math.PI),
  EXP: scalar(1, double, ([a]) => finite(Math.exp(number(a)))),
  FLOOR: scalar(1, wholeOf, ([a]) => Math.floor(number(a))),
  GREATEST: scalar([2, 1000], widest, (args) => extreme(args, 1)),
  LEAST: scalar([2, 1000], widest, (args) => extreme(args, -1)),
  LN: scalar(1, double, ([a]) => positive(number(a), Math.log)),
  LOG: scalar([1, 2], double, ([a, b]) =>
    b === undefined
      ? positive(number(a), Math.log)
      : positive(number(b), (value) => Math.log(value) / Math.log(number(a))),
  ),
  LOG10: scalar(1, double, ([a]) => positive(number(a), Math.log10)),
  LOG2: scalar(1, double, ([a]) => positive(number(a), Math.log2)),
  MOD: scalar(2, numberOf, ([a, b]) => (number(b) === 0 ? null : number(a) % number(b))),
  PI: scalar(0, types.decimal(8, 6), () => Math.PI),
  POW: scalar(2, double, ([a, b]) => finite(number(a) ** number(b))),
  RADIANS: scalar(1, double, ([a]) => (number(a) * Math.PI) / 180),
  RAND: scalar([0, 1], double, () => Math.random(), true),
  SIGN: scalar(1, bigint, ([a]) => Math.sign(number(a))),
  SIN: scalar(1, double, ([a]) => Math.sin(number(a))),
  SQRT: scalar(1, double, ([a]) => finite(Math.sqrt(number(a)))),
  TAN: scalar(1, double, ([a]) => Math.tan(number(a))),
  '#ROUND': scalar(2, first, ([a, digits]) => roundTo(number(a), number(digits))),
  '#TRUNCATE': scalar(2, first, ([a, digits]) => truncateTo(number(a), number(digits))),
  '#MOD': scalar(2, first, ([a, b]) => (number(b) === 0 ? null : number(a) % number(b))),
  '#XOR': scalar(2, bigint, ([a, b]) =>
    Number(BigInt(Math.round(number(a))) ^ BigInt(Math.round(number(b)))),
  ),
};

export const numberAliases: Readonly<Record<string, string>> = {
  ATAN2: 'ATAN',
  CEIL: 'CEILING',
  POWER: 'POW',
};

/** The type that can hold values of all of these. */
export function widest(args: readonly (ColumnType | null)[]): ColumnType | null {
  return args.reduce<ColumnType | null>((a, b) => (a === null ? b : b === null ? a : wider(a, b)), null);
}

const rank = ['null', 'tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'float', 'double'];

function wider(a: ColumnType, b: ColumnType): ColumnType {
  if (a.base === b.base && a.base !== 'decimal') return (a.length ?? 0) >= (b.length ?? 0) ? a : b;
  const [rankA, rankB] = [rank.indexOf(a.base), rank.indexOf(b.base)];
  if (a.base === 'null') return b;
  if (b.base === 'null') return a;
  if (rankA < 0 || rankB < 0) return types.varchar;
  if (rankA > 6 || rankB > 6) return types.double;
  if (a.base !== 'decimal' && b.base !== 'decimal') return rankA > rankB ? a : b;
  const whole = (type: ColumnType) => (type.base === 'decimal' ? (type.length ?? 10) - type.scale : 20);
  const scale = Math.max(a.scale, b.scale);
  return types.decimal(Math.max(whole(a), whole(b)) + scale, scale);
}

function extreme(
  args: readonly (number | string | Uint8Array | null)[],
  sign: 1 | -1,
): number | string | Uint8Array | null {
  return args.reduce((best, value) => {
    const textual = typeof best === 'string' && typeof value === 'string';
    const more = textual ? value > best : number(value) > number(best);
    const equal = textual ? value === best : number(value) === number(best);
    return !equal && more === sign > 0 ? value : best;
  });
}

function conv(value: string, from: number, to: number): string | null {
  const result = Number.parseInt(value, Math.abs(from));
  return Number.isNaN(result) ? null : result.toString(Math.abs(to)).toUpperCase();
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
