// What names and literals mean: their text without quotes and escapes, and literals that can be sent again.
import { BACKTICK, DOUBLE_QUOTE, isUtf8, QUOTE } from './bytes.js';
import { Kind } from './token.js';
import type { Token } from './token.js';
import type { SqlMode } from './types.js';

/** Bytes as text: UTF-8 where the character set is that, else byte by byte. */
function decode(text: Buffer, start: number, end: number, mode: SqlMode): string {
  return text.toString(isUtf8(mode) ? 'utf8' : 'latin1', start, end);
}

/** What a backslash and a character stand for where that is not the character itself. */
const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\x1a',
  '%': '\\%',
  _: '\\_',
};

/** Whether a quoted token is closed; one that is not ends with the text, and the server refuses it. */
function innerEnd(text: Buffer, start: number, end: number, quote: number): number {
  return end - start >= 2 && text[end - 1] === quote ? end - 1 : end;
}

function unquote(text: Buffer, start: number, end: number, mode: SqlMode): string {
  const quote = text[start] ?? 0;
  const mark = String.fromCharCode(quote);
  const inner = decode(text, start + 1, innerEnd(text, start, end, quote), mode);
  const escaped =
    quote !== BACKTICK && !(quote === DOUBLE_QUOTE && mode.ansiQuotes) && !mode.noBackslashEscapes;
  if (!escaped || !inner.includes('\\')) return inner.replaceAll(mark + mark, mark);
  return inner.replace(
    /\\([^])|(['"])\2/g,
    (whole, character: string | undefined, doubled: string | undefined) => {
      if (character !== undefined) return escapes[character] ?? character;
      return doubled === mark ? mark : whole;
    },
  );
}

/** The text of a word, a quoted name or a plain string, without quotes. */
export function textOf(text: Buffer, token: Token, mode: SqlMode): string {
  if (token.kind === Kind.Name || token.kind === Kind.String)
    return unquote(text, token.start, token.end, mode);
  return decode(text, token.start, token.end, mode);
}

/** The name of a user variable, in lower case: `@x`, @`x`, @'x' and @"x" are one. */
export function variableName(text: Buffer, token: Token, mode: SqlMode): string {
  const start = token.start + 1;
  const first = text[start];
  const isQuoted = first === QUOTE || first === DOUBLE_QUOTE || first === BACKTICK;
  const name = isQuoted ? unquote(text, start, token.end, mode) : decode(text, start, token.end, mode);
  return name.toLowerCase();
}

/** Whether the token is a plain string: no introducer letter before its quote. */
export function isPlainString(text: Buffer, token: Token): boolean {
  const first = text[token.start];
  return token.kind === Kind.String && (first === QUOTE || first === DOUBLE_QUOTE);
}

/** Printable ASCII without a backslash: means the same in every sql_mode and character set. */
const plain = /^[\x20-\x5b\x5d-\x7e]*$/;

/** A string literal for `value` that can be sent in any sql_mode and character set, or null where there is none. */
export function plainLiteral(value: string): string | null {
  return plain.test(value) ? `'${value.replaceAll("'", "''")}'` : null;
}
