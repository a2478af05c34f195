// The lexer: tokens of a statement's text as the server would read them, over its bytes, in linear time.
import {
  BACKTICK,
  classAt,
  classesOf,
  Class,
  DOUBLE_QUOTE,
  isDigit,
  NO_BREAK_SPACE,
  isNoBreakSpaceUnknown,
  pairTestOf,
  QUOTE,
  SLASH,
  STAR,
} from './bytes.js';
import {
  endOfIdentifier,
  endOfLine,
  endOfNumber,
  endOfQuoted,
  endOfVariable,
  findBackslashes,
} from './scan.js';
import type { Lettering, Quoting } from './scan.js';
import { skipComment } from './comments.js';
import { Kind } from './token.js';
import type { Token } from './token.js';
import type { SqlMode } from './types.js';

/** Texts up to this many bytes are made one string, of which words are slices; of longer ones only words are decoded. */
const SHORT_TEXT = 65_536;
/** No keyword or built-in function has a longer name. */
const LONGEST_KEYWORD = 64;

/** A lexer's place in a text. Made by `createLexer`, moved by `nextToken`. */
export interface Lexer {
  readonly text: Buffer;
  readonly mode: SqlMode;
  /** Offset of the next byte to read. */
  at: number;
  /** Inside a version comment that the server reads: its end is no operator. */
  inVersionComment: boolean;
  /** Why the server may read the text otherwise; null while it is certain. */
  doubt: string | null;
  /** The last token, while a dot after it would belong to it. */
  last: Token | null;
  readonly source: string | null;
  readonly lettering: Lettering;
  readonly string: Quoting;
  readonly doubleQuoted: Quoting;
  readonly name: Quoting;
  readonly isNoBreakSpaceUnknown: boolean;
}

/**
 * A lexer at the start of `text`.
 * @param text the statement's bytes; they must not change while the lexer is used
 */
export function createLexer(text: Buffer, mode: SqlMode): Lexer {
  const pairs = pairTestOf(mode);
  const backslashes = mode.noBackslashEscapes ? null : findBackslashes(text);
  return {
    text,
    mode,
    at: 0,
    inVersionComment: false,
    doubt: null,
    last: null,
    source: text.length <= SHORT_TEXT ? text.toString('latin1', 0, text.length) : null,
    lettering: { classes: classesOf(mode), pairs },
    string: { quote: QUOTE, backslashes, pairs },
    doubleQuoted: { quote: DOUBLE_QUOTE, backslashes: mode.ansiQuotes ? null : backslashes, pairs },
    name: { quote: BACKTICK, backslashes: null, pairs },
    isNoBreakSpaceUnknown: isNoBreakSpaceUnknown(mode),
  };
}

/** The next token, or null at the end of the text. Never throws; what is not closed ends with the text. */
export function nextToken(lexer: Lexer): Token | null {
  while (lexer.at < lexer.text.length) {
    const read = readAt(lexer, lexer.at);
    if (read !== null) {
      lexer.at = read.end;
      lexer.last = read;
      return read;
    }
  }
  return null;
}

/** The token at `at`, or null after moving past what is none. */
function readAt(lexer: Lexer, at: number): Token | null {
  const { text } = lexer;
  switch (classAt(lexer.lettering.classes, text, at)) {
    case Class.Space:
      return space(lexer, at);
    case Class.Letter:
      return letter(lexer, at);
    case Class.Digit:
      return digit(lexer, at);
    case Class.Quote:
      return token(Kind.String, at, endOfQuoted(text, at + 1, lexer.string));
    case Class.DoubleQuote:
      return token(
        lexer.mode.ansiQuotes ? Kind.Name : Kind.String,
        at,
        endOfQuoted(text, at + 1, lexer.doubleQuoted),
      );
    case Class.Backtick:
      return token(Kind.Name, at, endOfQuoted(text, at + 1, lexer.name));
    case Class.At:
      return variable(lexer, at);
    case Class.Slash:
      return text[at + 1] === STAR ? comment(lexer, at) : symbol(lexer, at);
    case Class.Star:
      return star(lexer, at);
    case Class.Dash:
      return startsDashComment(lexer, at) ? lineComment(lexer, at) : symbol(lexer, at);
    case Class.Hash:
      return lineComment(lexer, at);
    case Class.Semicolon:
      return delimiter(lexer, at);
    case Class.Colon:
      return text[at + 1] === 0x3d ? token(Kind.Assign, at, at + 2, ':=') : symbol(lexer, at);
    case Class.Dot:
      return dot(lexer, at);
    default:
      return symbol(lexer, at);
  }
}

function token(kind: Kind, start: number, end: number, word = ''): Token {
  return { kind, start, end, word };
}

function symbol(lexer: Lexer, at: number): Token {
  return token(Kind.Symbol, at, at + 1, String.fromCharCode(lexer.text[at] ?? 0));
}

function wordToken(lexer: Lexer, start: number): Token {
  const end = endOfIdentifier(lexer.text, start, lexer.lettering);
  return token(Kind.Word, start, end, keyword(lexer, start, end));
}

const aboveAscii = /[\x80-\xff]/;

function keyword(lexer: Lexer, start: number, end: number): string {
  if (end - start > LONGEST_KEYWORD) return '';
  const written = lexer.source?.slice(start, end) ?? lexer.text.toString('latin1', start, end);
  return aboveAscii.test(written) ? '' : written.toUpperCase();
}

/** Letters before a quote that make it a national, hexadecimal or binary string. */
const stringPrefixes = new Set([0x4e, 0x6e, 0x58, 0x78, 0x42, 0x62]);

function letter(lexer: Lexer, at: number): Token {
  const { text } = lexer;
  const byte = text[at] ?? 0;
  if (text[at + 1] === QUOTE && stringPrefixes.has(byte))
    return token(Kind.String, at, endOfQuoted(text, at + 2, lexer.string));
  return wordToken(lexer, at);
}

function space(lexer: Lexer, at: number): null {
  noteNoBreakSpace(lexer, at);
  lexer.at = at + 1;
  return null;
}

function noteNoBreakSpace(lexer: Lexer, at: number): void {
  if (lexer.isNoBreakSpaceUnknown && lexer.text[at] === NO_BREAK_SPACE)
    lexer.doubt = 'a byte that may be white space';
}

function digit(lexer: Lexer, at: number): Token {
  const { last } = lexer;
  if (last?.word === '.' && last.kind === Kind.Symbol && last.end === at) return wordToken(lexer, at);
  const end = endOfNumber(lexer.text, at, lexer.lettering.classes);
  return end > at ? token(Kind.Number, at, end) : wordToken(lexer, at);
}

/** A dot begins a number (`.5`) unless it stands directly behind a word (`t.5x`). */
function dot(lexer: Lexer, at: number): Token {
  const { last, text } = lexer;
  const separates = last !== null && last.kind === Kind.Word && last.end === at;
  if (separates || !isDigit(text, at + 1)) return symbol(lexer, at);
  return token(Kind.Number, at, endOfNumber(text, at, lexer.lettering.classes));
}

function variable(lexer: Lexer, at: number): Token {
  const { text } = lexer;
  switch (classAt(lexer.lettering.classes, text, at + 1)) {
    case Class.At:
      return token(Kind.System, at, at + 2);
    case Class.Quote:
      return token(Kind.UserVariable, at, endOfQuoted(text, at + 2, lexer.string));
    case Class.DoubleQuote:
      return token(Kind.UserVariable, at, endOfQuoted(text, at + 2, lexer.doubleQuoted));
    case Class.Backtick:
      return token(Kind.UserVariable, at, endOfQuoted(text, at + 2, lexer.name));
    default: {
      const end = endOfVariable(text, at + 1, lexer.lettering);
      return end > at + 1 ? token(Kind.UserVariable, at, end) : symbol(lexer, at);
    }
  }
}

function comment(lexer: Lexer, at: number): null {
  const after = skipComment(lexer.text, at, lexer.mode);
  lexer.at = after.at;
  if (after.entered) lexer.inVersionComment = true;
  if (after.doubt !== null) lexer.doubt = after.doubt;
  return null;
}

/** The end of a version comment that is read is nothing; whatever was nested in it, the first end counts. */
function star(lexer: Lexer, at: number): Token | null {
  if (!lexer.inVersionComment || lexer.text[at + 1] !== SLASH) return symbol(lexer, at);
  lexer.inVersionComment = false;
  lexer.at = at + 2;
  return null;
}

/** `--` begins a comment only before white space, a control character or the end. */
function startsDashComment(lexer: Lexer, at: number): boolean {
  const { text } = lexer;
  if (text[at + 1] !== 0x2d) return false;
  const next = text[at + 2];
  noteNoBreakSpace(lexer, at + 2);
  if (next === undefined || next < 0x20 || next === 0x7f) return true;
  return classAt(lexer.lettering.classes, text, at + 2) === Class.Space;
}

function lineComment(lexer: Lexer, at: number): null {
  lexer.at = endOfLine(lexer.text, at);
  return null;
}

/** Behind a delimiter the server begins anew, outside of any comment. */
function delimiter(lexer: Lexer, at: number): Token {
  if (lexer.inVersionComment) lexer.doubt = 'a delimiter inside a version comment';
  lexer.inVersionComment = false;
  return token(Kind.Delimiter, at, at + 1);
}
