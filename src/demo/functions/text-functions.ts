// Functions on texts.

import { createHash, randomUUID } from 'node:crypto';
import { mysqlError } from '../mysql-error.js';
import { matchesLike } from './like.js';
import { number, numberText, text } from './host.js';
import { bigint, double, longtext, scalar, truth, varchar, type FunctionTable } from './registry.js';

/** Longer texts are not made here; a server would refuse them by max_allowed_packet. */
const MAX_CHARACTERS = 1_000_000;

const characters = (value: string) => Array.from(value);

function substring(source: string, position: number, length: number): string {
  const all = characters(source);
  const start = position > 0 ? position - 1 : position === 0 ? all.length : all.length + position;
  return start < 0 || length <= 0 ? '' : all.slice(start, start + length).join('');
}

function pad(source: string, length: number, filler: string, side: 'left' | 'right'): string | null {
  const all = characters(source);
  if (length < 0 || length > MAX_CHARACTERS) return null;
  if (all.length >= length) return all.slice(0, length).join('');
  if (filler === '') return '';
  const filling = characters(filler.repeat(length))
    .slice(0, length - all.length)
    .join('');
  return side === 'left' ? filling + source : source + filling;
}

function trim(source: string, what: string, side: string): string {
  let [from, to] = [0, source.length];
  if (what === '') return source;
  while (side !== 'TRAILING' && source.startsWith(what, from) && from + what.length <= to)
    from += what.length;
  while (side !== 'LEADING' && to - what.length >= from && source.endsWith(what, to)) to -= what.length;
  return source.slice(from, to);
}

function locate(needle: string, source: string, from: number): number {
  return from < 1 ? 0 : source.toLowerCase().indexOf(needle.toLowerCase(), from - 1) + 1;
}

function format(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function substringIndex(source: string, delimiter: string, count: number): string {
  if (delimiter === '' || count === 0) return '';
  const parts = source.split(delimiter);
  return (count > 0 ? parts.slice(0, count) : parts.slice(count)).join(delimiter);
}

/** One character for each, as MySQL has it: `ß` has none in upper case. */
function upper(source: string): string {
  const each = characters(source).map((char) =>
    char.toUpperCase().length === char.length ? char.toUpperCase() : char,
  );
  return each.join('');
}

function expression(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    throw mysqlError('BAD_REGEXP', { detail: error instanceof Error ? error.message : String(error) });
  }
}

const hash = (name: string, value: string) => createHash(name).update(value).digest('hex');

export const textFunctions: FunctionTable = {
  ASCII: scalar(1, bigint, ([a]) => Buffer.from(text(a), 'utf8')[0] ?? 0),
  BIT_LENGTH: scalar(1, bigint, ([a]) => Buffer.byteLength(text(a)) * 8),
  CHAR: scalar([1, 255], varchar, (args) => Buffer.from(args.map((a) => number(a) & 255)).toString('utf8')),
  CHARSET: scalar(1, varchar, () => 'utf8mb4', true),
  CHAR_LENGTH: scalar(1, bigint, ([a]) => characters(text(a)).length),
  COLLATION: scalar(1, varchar, () => 'utf8mb4_0900_ai_ci', true),
  CONCAT: scalar([1, 1000], longtext, (args) => args.map(text).join('')),
  CONCAT_WS: scalar(
    [2, 1000],
    longtext,
    ([separator, ...rest]) =>
      separator === null
        ? null
        : rest
            .filter((a) => a !== null)
            .map(text)
            .join(text(separator)),
    true,
  ),
  ELT: scalar(
    [2, 1000],
    varchar,
    ([n, ...rest]) => (n === null ? null : (rest[number(n) - 1] ?? null)),
    true,
  ),
  FIELD: scalar([2, 1000], bigint, ([a, ...rest]) => rest.findIndex((b) => text(a) === text(b)) + 1, true),
  FIND_IN_SET: scalar(2, bigint, ([a, set]) => text(set).split(',').indexOf(text(a)) + 1),
  FORMAT: scalar([2, 3], varchar, ([a, digits]) => format(number(a), Math.max(0, number(digits)))),
  HEX: scalar(1, varchar, ([a]) =>
    typeof a === 'number' ? Math.round(a).toString(16).toUpperCase() : bytes(a).toString('hex').toUpperCase(),
  ),
  INSERT: scalar(4, longtext, ([a, position, length, b]) => {
    const [source, at] = [characters(text(a)), number(position) - 1];
    if (at < 0 || at >= source.length) return text(a);
    return [...source.slice(0, at), text(b), ...source.slice(at + number(length))].join('');
  }),
  INSTR: scalar(2, bigint, ([a, needle]) => locate(text(needle), text(a), 1)),
  LEFT: scalar(2, longtext, ([a, n]) => substring(text(a), 1, number(n))),
  LENGTH: scalar(1, bigint, ([a]) => bytes(a).length),
  LOCATE: scalar([2, 3], bigint, ([needle, a, from]) =>
    locate(text(needle), text(a), from === undefined ? 1 : number(from)),
  ),
  LOWER: scalar(1, longtext, ([a]) => text(a).toLowerCase()),
  LPAD: scalar(3, longtext, ([a, n, filler]) => pad(text(a), number(n), text(filler), 'left')),
  LTRIM: scalar(1, longtext, ([a]) => text(a).replace(/^ +/, '')),
  MD5: scalar(1, varchar, ([a]) => hash('md5', text(a))),
  ORD: scalar(1, bigint, ([a]) => Buffer.from(text(a), 'utf8')[0] ?? 0),
  QUOTE: scalar(
    1,
    varchar,
    ([a]) => (a === null ? 'NULL' : `'${text(a).replaceAll(/['\\]/g, '\\$&')}'`),
    true,
  ),
  REGEXP_LIKE: scalar([2, 3], truth, ([a, pattern]) => expression(text(pattern), 'iu').test(text(a))),
  REGEXP_REPLACE: scalar(3, longtext, ([a, pattern, by]) =>
    text(a).replaceAll(expression(text(pattern), 'giu'), text(by)),
  ),
  REPEAT: scalar(2, longtext, ([a, n]) => text(a).repeat(Math.min(MAX_CHARACTERS, Math.max(0, number(n))))),
  REPLACE: scalar(3, longtext, ([a, from, to]) =>
    text(from) === '' ? text(a) : text(a).replaceAll(text(from), () => text(to)),
  ),
  REVERSE: scalar(1, longtext, ([a]) => characters(text(a)).reverse().join('')),
  RIGHT: scalar(2, longtext, ([a, n]) =>
    characters(text(a))
      .slice(-number(n) || Infinity)
      .join(''),
  ),
  RPAD: scalar(3, longtext, ([a, n, filler]) => pad(text(a), number(n), text(filler), 'right')),
  RTRIM: scalar(1, longtext, ([a]) => text(a).replace(/ +$/, '')),
  SHA1: scalar(1, varchar, ([a]) => hash('sha1', text(a))),
  SHA2: scalar(2, varchar, ([a, bits]) =>
    number(bits) === 0 ? hash('sha256', text(a)) : hash(`sha${number(bits)}`, text(a)),
  ),
  SPACE: scalar(1, longtext, ([n]) => ' '.repeat(Math.min(MAX_CHARACTERS, Math.max(0, number(n))))),
  STRCMP: scalar(2, bigint, ([a, b]) =>
    Math.sign(
      text(a).toLowerCase() < text(b).toLowerCase()
        ? -1
        : Number(text(a).toLowerCase() > text(b).toLowerCase()),
    ),
  ),
  SUBSTRING: scalar([2, 3], longtext, ([a, from, n]) =>
    substring(text(a), number(from), n === undefined ? Infinity : number(n)),
  ),
  SUBSTRING_INDEX: scalar(3, longtext, ([a, delimiter, n]) =>
    substringIndex(text(a), text(delimiter), number(n)),
  ),
  TRIM: scalar(3, longtext, ([a, what, side]) => trim(text(a), text(what), text(side))),
  UNHEX: scalar(1, varchar, ([a]) =>
    /^(?:[\da-f]{2})*$/i.test(text(a)) ? Buffer.from(text(a), 'hex').toString('utf8') : null,
  ),
  UPPER: scalar(1, longtext, ([a]) => upper(text(a))),
  UUID: scalar(0, varchar, () => randomUUID()),
  // The names that the translator gives to operators and casts.
  '#CHAR': scalar(1, longtext, ([a]) => (typeof a === 'number' ? numberText(a) : text(a))),
  '#NUMBER': scalar(1, double, ([a]) => number(a)),
  '#LIKE': scalar([2, 3], truth, ([a, pattern, escape]) =>
    matchesLike(text(a), text(pattern), escape === undefined ? '\\' : text(escape)),
  ),
  '#REGEXP': scalar(2, truth, ([a, pattern]) => expression(text(pattern), 'iu').test(text(a))),
};

export const textAliases: Readonly<Record<string, string>> = {
  CHARACTER_LENGTH: 'CHAR_LENGTH',
  LCASE: 'LOWER',
  MID: 'SUBSTRING',
  OCTET_LENGTH: 'LENGTH',
  SHA: 'SHA1',
  SUBSTR: 'SUBSTRING',
  UCASE: 'UPPER',
};

function bytes(value: Parameters<typeof text>[0]): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(text(value), 'utf8');
}
