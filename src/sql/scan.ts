// Finds where strings, quoted identifiers, comments and numbers end. All in linear time; none throws.
import { BACKSLASH, DOT, isDigit, isIdentifierByte, SLASH, STAR } from './bytes.js';
import type { Classes, PairTest } from './bytes.js';

/** Bytes that are looked at one by one before a search takes over: short strings are the common ones. */
const NEAR = 64;

/** Where the next backslash is, kept from string to string so that no part of the text is searched twice. */
export interface BackslashFinder {
  /** Offset of the first backslash that is not before `at`; Infinity where there is none. */
  readonly from: (at: number) => number;
}

export function findBackslashes(text: Buffer): BackslashFinder {
  let found = -1;
  return {
    from(at) {
      if (found < at) {
        const next = text.indexOf(BACKSLASH, at);
        found = next < 0 ? Infinity : next;
      }
      return found;
    },
  };
}

/** How a quoted token is read: `backslashes` null where they escape nothing, `pairs` null where bytes stand alone. */
export interface Quoting {
  readonly quote: number;
  readonly backslashes: BackslashFinder | null;
  readonly pairs: PairTest | null;
}

/**
 * The offset after the closing quote of a string or quoted identifier, or the end of the text where it is not closed.
 * @param at the first byte inside
 */
export function endOfQuoted(text: Buffer, at: number, quoting: Quoting): number {
  if (quoting.pairs !== null) return endOfPaired(text, at, quoting.pairs, quoting);
  const { quote, backslashes } = quoting;
  let nextQuote = -1;
  while (at < text.length) {
    const near = Math.min(at + NEAR, text.length);
    while (at < near) {
      const byte = text[at];
      if (byte === quote) {
        if (text[at + 1] !== quote) return at + 1;
        at += 2;
      } else at += byte === BACKSLASH && backslashes !== null ? 2 : 1;
    }
    if (nextQuote < at) nextQuote = text.indexOf(quote, at);
    if (nextQuote < 0) return text.length;
    at = backslashes === null ? nextQuote : Math.min(nextQuote, backslashes.from(at));
  }
  return text.length;
}

function endOfPaired(text: Buffer, at: number, isPair: PairTest, quoting: Quoting): number {
  const { quote, backslashes } = quoting;
  while (at < text.length) {
    const byte = text[at] ?? 0;
    if (byte >= 0x80 && isPair(byte, text[at + 1] ?? 0)) at += 2;
    else if (byte === BACKSLASH && backslashes !== null) at += 2;
    else if (byte !== quote) at += 1;
    else if (text[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return text.length;
}

/** The offset after the comment's end; `at` is the first byte inside. Comments within are not counted. */
export function endOfComment(text: Buffer, at: number): number {
  const end = text.indexOf('*/', at, 'latin1');
  return end < 0 ? text.length : end + 2;
}

/** The same for a version comment that the server skips: one level of comments within belongs to it. */
export function endOfSkippedComment(text: Buffer, at: number): number {
  while (at < text.length) {
    const star = text.indexOf(STAR, at);
    if (star < 0) return text.length;
    if (star > at && text[star - 1] === SLASH) at = endOfComment(text, star + 1);
    else if (text[star + 1] === SLASH) return star + 2;
    else at = star + 1;
  }
  return text.length;
}

/** The offset of the end of the line, its newline not included. */
export function endOfLine(text: Buffer, at: number): number {
  const end = text.indexOf('\n', at, 'latin1');
  return end < 0 ? text.length : end;
}

/** What bytes an unquoted identifier has. */
export interface Lettering {
  readonly classes: Classes;
  readonly pairs: PairTest | null;
}

export function endOfIdentifier(text: Buffer, at: number, { classes, pairs }: Lettering): number {
  while (at < text.length && isIdentifierByte(classes, text, at)) {
    const byte = text[at] ?? 0;
    at += pairs !== null && byte >= 0x80 && pairs(byte, text[at + 1] ?? 0) ? 2 : 1;
  }
  return Math.min(at, text.length);
}

/** The end of an unquoted user variable's name, which may have dots in it. */
export function endOfVariable(text: Buffer, at: number, lettering: Lettering): number {
  let end = endOfIdentifier(text, at, lettering);
  while (text[end] === DOT) end = endOfIdentifier(text, end + 1, lettering);
  return end;
}

function endOfDigits(text: Buffer, at: number): number {
  while (at < text.length && isDigit(text, at)) at += 1;
  return at;
}

function isHexDigit(byte: number): boolean {
  return /[0-9a-fA-F]/.test(String.fromCharCode(byte));
}

function isBinaryDigit(byte: number): boolean {
  return byte === 0x30 || byte === 0x31;
}

/** The end of `e+10` at `at`, or `at` where there is no exponent. */
function endOfExponent(text: Buffer, at: number): number {
  const letter = text[at];
  if (letter !== 0x65 && letter !== 0x45) return at;
  const sign = text[at + 1];
  const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
  return isDigit(text, digits) ? endOfDigits(text, digits) : at;
}

/** The end of `0x1f` or `0b01`, or `at` where it is none (then it may be an identifier, as `0xyz` is). */
function endOfPrefixed(text: Buffer, at: number, classes: Classes): number {
  const letter = text[at + 1];
  if (text[at] !== 0x30 || (letter !== 0x78 && letter !== 0x62)) return at;
  const belongs = letter === 0x78 ? isHexDigit : isBinaryDigit;
  let end = at + 2;
  while (end < text.length && belongs(text[end] ?? 0)) end += 1;
  return end > at + 2 && !isIdentifierByte(classes, text, end) ? end : at;
}

/** The end of the number at `at` (a digit, or a dot before one); `at` itself where it is an identifier such as `1st`. */
export function endOfNumber(text: Buffer, at: number, classes: Classes): number {
  const prefixed = endOfPrefixed(text, at, classes);
  if (prefixed > at) return prefixed;
  const whole = endOfDigits(text, at);
  if (text[whole] === DOT) return endOfExponent(text, endOfDigits(text, whole + 1));
  if (!isIdentifierByte(classes, text, whole)) return whole;
  const end = endOfExponent(text, whole);
  return end > whole ? end : at;
}
