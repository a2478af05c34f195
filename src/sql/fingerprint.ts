// The shape of a statement for logs and metrics: its words without any value that a user gave.
import { createLexer, nextToken } from './lexer.js';
import type { Lexer } from './lexer.js';
import { isUtf8 } from './bytes.js';
import { add, dropUnfinishedTuple, emptyShape, isInValues, textOf, VALUE } from './shape.js';
import type { Shape } from './shape.js';
import { Kind } from './token.js';
import type { Token } from './token.js';
import type { SqlMode } from './types.js';

/** Characters of a fingerprint. */
const LONGEST = 1_000;
/** Bytes of the text that are looked at: behind so many, lists are folded and the rest is no news. */
const LOOKED_AT = 16_384;

/** The settings of a session of which nothing is known. Double quotes hold values then, as they do by default. */
const usual: SqlMode = {
  ansiQuotes: false,
  noBackslashEscapes: false,
  ignoreSpace: false,
  charset: 'utf8mb4',
  mariadb: true,
  version: 101_100,
};

/** Words that stand for a value where they are an item of a list. */
const valueWords = new Set(['NULL', 'DEFAULT', 'TRUE', 'FALSE']);

/** Words of statements behind which the text may have to be read under other settings. */
const changesMode = new Set(
  'SQL_MODE NAMES CHARACTER CHARSET CHARACTER_SET_CLIENT EXECUTE CALL BEGIN'.split(' '),
);

/**
 * The text with `?` for every literal, lists of them folded into one, comments dropped and white space folded; at most
 * 1,000 characters. What is in double quotes counts as a literal in every mode. Identifiers are kept as written.
 */
export function fingerprint(text: Buffer, mode: SqlMode = usual): string {
  const lexer = createLexer(text.subarray(0, LOOKED_AT), mode);
  const isGuess = mode === usual;
  const shape = emptyShape();
  let length = 0;
  let last: Token | null = null;
  let isModeKnown = true;
  for (let token = nextToken(lexer); token !== null && length < LONGEST; token = nextToken(lexer)) {
    if (last?.kind === Kind.Delimiter && !isModeKnown) break;
    if (changesMode.has(token.word)) isModeKnown = false;
    const part = isPassword(shape, token) ? VALUE : partOf(lexer, token, shape);
    length += add(shape, part, isApart(last, token));
    last = token;
    if (isGuess && mayEndElsewhere(lexer.text, token)) break;
  }
  // What follows is no news, but where the bytes looked at end must not show.
  if (text.length > LOOKED_AT) dropUnfinishedTuple(shape);
  return textOf(shape)
    .slice(0, LONGEST)
    .replace(/[; ]+$/, '');
}

/** What is shown for a token. Whatever begins like a value or is not closed is one. */
function partOf(lexer: Lexer, token: Token, shape: Shape): string {
  const { kind } = token;
  const isValue =
    kind === Kind.String ||
    kind === Kind.Number ||
    (kind === Kind.Word && isValueWord(lexer.text, token, shape)) ||
    ((kind === Kind.Name || kind === Kind.UserVariable) && !isSafelyQuoted(lexer.text, token));
  return isValue ? VALUE : written(lexer, token);
}

/** `IDENTIFIED BY secret` and `PASSWORD = secret`: no statement to a server, but a password to whoever reads it. */
function isPassword({ parts }: Shape, { kind, word }: Token): boolean {
  if ((kind !== Kind.Word && kind !== Kind.Name) || word === 'PASSWORD' || word === 'RANDOM') return false;
  return /^(IDENTIFIED BY|PASSWORD =)$/i.test(parts.slice(-2).join(' '));
}

/** Whether the string would end elsewhere under NO_BACKSLASH_ESCAPES. */
function mayEndElsewhere(text: Buffer, token: Token): boolean {
  if (token.kind !== Kind.String && token.kind !== Kind.UserVariable) return false;
  return /\\['"\\]/.test(text.toString('latin1', token.start, token.end));
}

function isValueWord(text: Buffer, token: Token, shape: Shape): boolean {
  const first = text[token.start] ?? 0;
  if (first >= 0x30 && first <= 0x39) return true;
  return valueWords.has(token.word) && isInValues(shape);
}

/** A closed name in backticks, or an unquoted variable. */
function isSafelyQuoted(text: Buffer, token: Token): boolean {
  const start = text[token.start] === 0x40 ? token.start + 1 : token.start;
  const first = text[start];
  if (first === 0x22 || first === 0x27) return false;
  return first !== 0x60 || (token.end - start > 1 && text[token.end - 1] === 0x60 && token.end < LOOKED_AT);
}

/** The token as it is in the text, in one line. */
function written(lexer: Lexer, token: Token): string {
  const { kind, start, end, word } = token;
  if (kind === Kind.Symbol) return word;
  if (kind === Kind.Word && word !== '' && lexer.source !== null) return lexer.source.slice(start, end);
  const text = lexer.text.toString(isUtf8(lexer.mode) ? 'utf8' : 'latin1', start, end);
  return /\p{Cc}/u.test(text) ? text.replace(/\p{Cc}/gu, ' ') : text;
}

function isApart(last: Token | null, token: Token): boolean {
  if (last === null || token.word === ')' || token.word === ',' || last.word === '(') return false;
  return last.word === ',' || last.end < token.start;
}
