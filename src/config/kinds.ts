// The kinds of values in a port map: from the text to the value, and what would be right where it is not.
import { isIP } from 'node:net';

export type Kind =
  | { readonly is: 'integer'; readonly min: number; readonly max: number }
  | { readonly is: 'seconds'; readonly min: number; readonly max: number }
  | { readonly is: 'size'; readonly min: number; readonly max: number }
  | { readonly is: 'depth'; readonly min: number; readonly max: number }
  | { readonly is: 'boolean' }
  | { readonly is: 'choice'; readonly of: readonly string[] }
  | { readonly is: 'text'; readonly maxLength: number; readonly empty: boolean }
  | { readonly is: 'address' }
  | { readonly is: 'host' }
  | { readonly is: 'file' };

/** The type that a text of kind `K` becomes: ms for seconds, bytes for sizes. */
export type ValueOf<K extends Kind> = K extends { is: 'integer' | 'seconds' | 'size' }
  ? number
  : K extends { is: 'depth' }
    ? number | 'auto'
    : K extends { is: 'boolean' }
      ? boolean
      : K extends { is: 'choice'; of: readonly (infer Choice)[] }
        ? Choice
        : string;

export type Value = number | boolean | string;

const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/** The value that `text` stands for, or undefined where it is none of this kind. */
export function convert(kind: Kind, text: string): Value | undefined {
  switch (kind.is) {
    case 'integer':
      return /^\d{1,15}$/.test(text) ? within(kind, Number(text), 1) : undefined;
    case 'seconds':
      return /^\d{1,15}(\.\d+)?$/.test(text) ? within(kind, Number(text), 1000) : undefined;
    case 'size':
      return within(kind, sizeInBytes(text), 1);
    case 'depth':
      return text === 'auto' ? text : convert({ ...kind, is: 'integer' }, text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'choice':
      return kind.of.includes(text) ? text : undefined;
    case 'text':
      return isText(text) && text.length <= kind.maxLength && (kind.empty || text !== '') ? text : undefined;
    case 'address':
      return isIP(text) > 0 ? text : undefined;
    case 'host':
      return isIP(text) > 0 || isHostName(text) ? text : undefined;
    case 'file':
      return isText(text) && text !== '' ? text : undefined;
  }
}

function within(range: { min: number; max: number }, value: number, factor: number): number | undefined {
  return value >= range.min && value <= range.max ? Math.round(value * factor) : undefined;
}

/** Bytes of a size such as `16MB`, `1.5 GB` or `0`; NaN where it is none. */
function sizeInBytes(text: string): number {
  if (text === '0') return 0;
  const match = /^(\d{1,15}(?:\.\d+)?) ?(b|kb|mb|gb|tb)$/i.exec(text);
  const unit = units[match?.[2]?.toLowerCase() ?? ''];
  return match === null || unit === undefined ? Number.NaN : Math.round(Number(match[1]) * unit);
}

/** Without control characters: such a value goes into packets, logs and file names. */
function isText(text: string): boolean {
  return !/\p{Cc}/u.test(text);
}

function isHostName(text: string): boolean {
  const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
  return (
    text.length <= 253 &&
    text
      .replace(/\.$/, '')
      .split('.')
      .every((part) => label.test(part))
  );
}

/** What would be right, in words that complete "give ...". */
export function expected(kind: Kind): string {
  switch (kind.is) {
    case 'integer':
      return `a whole number from ${kind.min} to ${kind.max}`;
    case 'seconds':
      return `a time in seconds from ${kind.min} to ${kind.max}, e.g. 10 or 0.5`;
    case 'size':
      return `a size with a unit from ${sizeText(kind.min)} to ${sizeText(kind.max)}, e.g. 512KB, 16MB or 1GB`;
    case 'depth':
      return `auto, or a whole number from ${kind.min} to ${kind.max}`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${kind.of.join(', ')}`;
    case 'text':
      return `${kind.empty ? 'a' : 'a non-empty'} text of at most ${kind.maxLength} characters without control characters`;
    case 'address':
      return 'an IP address, e.g. 127.0.0.1, 0.0.0.0 or ::1';
    case 'host':
      return 'a host name or an IP address, without a port';
    case 'file':
      return "a file, absolute or relative to the map's folder";
  }
}

function sizeText(bytes: number): string {
  const unit = ['tb', 'gb', 'mb', 'kb'].find((name) => bytes >= (units[name] ?? 1)) ?? 'b';
  return bytes === 0 ? '0' : `${bytes / (units[unit] ?? 1)}${unit.toUpperCase()}`;
}
