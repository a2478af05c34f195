// How servers class the bytes of a statement, and which bytes belong together in their multi-byte character sets.
import type { SqlMode } from './types.js';

/** Classes of bytes, by what a token that begins with one is. */
export const Class = {
  Symbol: 0,
  Space: 1,
  Letter: 2,
  Digit: 3,
  Quote: 4,
  DoubleQuote: 5,
  Backtick: 6,
  At: 7,
  Slash: 8,
  Dash: 9,
  Hash: 10,
  Semicolon: 11,
  Colon: 12,
  Star: 13,
  Dot: 14,
} as const;

type Class = (typeof Class)[keyof typeof Class];

export const BACKSLASH = 0x5c;
export const QUOTE = 0x27;
export const DOUBLE_QUOTE = 0x22;
export const BACKTICK = 0x60;
export const SLASH = 0x2f;
export const STAR = 0x2a;
export const DOT = 0x2e;
/** The no-break space: white space to servers in latin1 and some other single-byte sets. */
export const NO_BREAK_SPACE = 0xa0;

const single: Readonly<Record<string, Class>> = {
  "'": Class.Quote,
  '"': Class.DoubleQuote,
  '`': Class.Backtick,
  '@': Class.At,
  '/': Class.Slash,
  '-': Class.Dash,
  '#': Class.Hash,
  ';': Class.Semicolon,
  ':': Class.Colon,
  '*': Class.Star,
  '.': Class.Dot,
};

function classOf(byte: number): Class {
  const character = String.fromCharCode(byte);
  if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return Class.Space;
  if (/[A-Za-z_$]/.test(character) || byte >= 0x80) return Class.Letter;
  if (/[0-9]/.test(character)) return Class.Digit;
  return single[character] ?? Class.Symbol;
}

/** A class per byte. */
export type Classes = Uint8Array;

const usual: Classes = Uint8Array.from({ length: 256 }, (_, byte) => classOf(byte));
const withNoBreakSpace: Classes = usual.with(NO_BREAK_SPACE, Class.Space);

/** The class of a byte, `Class.Symbol` beyond the end of the text. */
export function classAt(classes: Classes, text: Buffer, at: number): number {
  return classes[text[at] ?? 0] ?? Class.Symbol;
}

/** Whether the byte at `at` may stand in an unquoted identifier. */
export function isIdentifierByte(classes: Classes, text: Buffer, at: number): boolean {
  const kind = classAt(classes, text, at);
  return kind === Class.Letter || kind === Class.Digit;
}

export function isDigit(text: Buffer, at: number): boolean {
  return classAt(usual, text, at) === Class.Digit;
}

/** Whether two bytes are one character of a set whose second bytes may look like ASCII. */
export type PairTest = (lead: number, trail: number) => boolean;

const gbk: PairTest = (lead, trail) =>
  lead >= 0x81 && lead <= 0xfe && trail >= 0x40 && trail <= 0xfe && trail !== 0x7f;
const sjis: PairTest = (lead, trail) =>
  ((lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xfc)) &&
  trail >= 0x40 &&
  trail <= 0xfc &&
  trail !== 0x7f;
const big5: PairTest = (lead, trail) =>
  lead >= 0xa1 && lead <= 0xf9 && ((trail >= 0x40 && trail <= 0x7e) || (trail >= 0xa1 && trail <= 0xfe));

const pairTests: Readonly<Record<string, PairTest>> = { gbk, gb18030: gbk, sjis, cp932: sjis, big5 };

/** The test for characters of two bytes, or null where no second byte can be taken for ASCII. */
export function pairTestOf(mode: SqlMode): PairTest | null {
  return pairTests[mode.charset] ?? null;
}

/** Whether text of the mode's character set is UTF-8. */
export function isUtf8(mode: SqlMode): boolean {
  return mode.charset.startsWith('utf8');
}

const multiByte = new Set(['gbk', 'gb18030', 'gb2312', 'sjis', 'cp932', 'big5', 'euckr', 'ujis', 'eucjpms']);

const noBreakSpaceIsLetter = (mode: SqlMode): boolean => isUtf8(mode) || multiByte.has(mode.charset);

/** The classes of bytes outside quotes. Where 0xa0 may be white space it is taken for it. */
export function classesOf(mode: SqlMode): Classes {
  return noBreakSpaceIsLetter(mode) ? usual : withNoBreakSpace;
}

/** Whether it is not known what 0xa0 is in the character set. */
export function isNoBreakSpaceUnknown(mode: SqlMode): boolean {
  return !noBreakSpaceIsLetter(mode) && mode.charset !== 'latin1';
}
