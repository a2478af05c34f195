// Statements as tokens with their values decoded: the project's lexer, with what a parser wants on top.

import { createLexer, nextToken } from '../../sql/lexer.js';
import { textOf, variableName } from '../../sql/literals.js';
import { Kind, type Token as Lexeme } from '../../sql/token.js';
import type { SqlMode } from '../../sql/types.js';
import { mysqlError } from '../mysql-error.js';
import { charsets } from '../session/charsets.js';

export interface Token {
  readonly kind:
    | 'word'
    | 'quoted'
    | 'string'
    | 'number'
    /** `text` has one character per byte. */
    | 'bytes'
    /** `text` is its number in its statement, from 0. */
    | 'parameter'
    | 'user-variable'
    /** `text` may have a scope and a point in front. */
    | 'system-variable'
    | 'operator'
    | 'delimiter'
    | 'end';
  /** The value: a string's content, an identifier without its quotes. */
  readonly text: string;
  /** Byte offsets in the statement's text; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface TokenMode {
  readonly ansiQuotes: boolean;
  readonly noBackslashEscapes: boolean;
}

const operators = ['<=>', '->>', '<<', '>>', '<=', '>=', '<>', '!=', '||', '&&', '->'];

/**
 * @param text one or several statements, in UTF-8
 * @throws MySqlError 1064 at what is no token, e.g. a string without its end
 */
export function tokenize(text: Buffer, mode: TokenMode): Token[] {
  const sqlMode: SqlMode = {
    ...mode,
    ignoreSpace: false,
    charset: 'utf8mb4',
    mariadb: false,
    version: 80_036,
  };
  const lexer = createLexer(text, sqlMode);
  const lexemes: Lexeme[] = [];
  for (let token = nextToken(lexer); token !== null; token = nextToken(lexer)) lexemes.push(token);

  const tokens: Token[] = [];
  let parameters = 0;
  for (let i = 0; i < lexemes.length;) {
    const { token, taken } = readToken(text, lexemes, i, sqlMode, parameters);
    if (token?.kind === 'parameter') parameters++;
    if (token?.kind === 'delimiter') parameters = 0;
    if (token !== null) tokens.push(token);
    i += taken;
  }
  return tokens;
}

/** The token at `i` (null for what stands for nothing by itself), and how many lexemes it takes. */
function readToken(
  text: Buffer,
  lexemes: readonly Lexeme[],
  i: number,
  mode: SqlMode,
  parameters: number,
): { token: Token | null; taken: number } {
  const lexeme = lexemes[i];
  if (lexeme === undefined) return { token: null, taken: 1 };
  const { start, end } = lexeme;
  const one = (kind: Token['kind'], value: string) => ({
    token: { kind, text: value, start, end },
    taken: 1,
  });
  switch (lexeme.kind) {
    case Kind.Word:
      return isIntroducer(lexeme, lexemes[i + 1])
        ? { token: null, taken: 1 }
        : one('word', textOf(text, lexeme, mode));
    case Kind.Name:
      return one('quoted', closed(text, lexeme, mode));
    case Kind.String:
      return one(...stringToken(text, lexeme, mode));
    case Kind.Number:
      return one(...numberToken(text.toString('latin1', start, end)));
    case Kind.UserVariable:
      return one('user-variable', variableName(text, lexeme, mode));
    case Kind.System:
      return systemVariable(text, lexemes, i, mode);
    case Kind.Assign:
      return one('operator', ':=');
    case Kind.Delimiter:
      return one('delimiter', ';');
    case Kind.Symbol:
      if (lexeme.word === '?') return one('parameter', String(parameters));
      return operator(text, lexemes, i);
  }
}

/** `_utf8mb4` before a string names its character set; all texts are UTF-8 here. */
function isIntroducer(lexeme: Lexeme, next: Lexeme | undefined): boolean {
  if (!lexeme.word.startsWith('_') || next?.kind !== Kind.String) return false;
  const name = lexeme.word.slice(1).toLowerCase();
  return name === 'utf8' || charsets.some((charset) => charset.name === name);
}

function closed(text: Buffer, lexeme: Lexeme, mode: SqlMode): string {
  const { start, end } = lexeme;
  if (end - start < 2 || text[end - 1] !== text[start]) throw unreadable(text, start);
  return textOf(text, lexeme, mode);
}

function stringToken(text: Buffer, lexeme: Lexeme, mode: SqlMode): [Token['kind'], string] {
  const prefix = text.toString('latin1', lexeme.start, lexeme.start + 1).toUpperCase();
  if (prefix === "'" || prefix === '"') return ['string', closed(text, lexeme, mode)];
  const value = closed(text, { ...lexeme, start: lexeme.start + 1 }, mode);
  if (prefix === 'N') return ['string', value];
  return ['bytes', prefix === 'X' ? hexBytes(value) : bitBytes(value)];
}

function numberToken(written: string): [Token['kind'], string] {
  if (/^0x/i.test(written)) return ['bytes', hexBytes(written.slice(2))];
  if (/^0b/i.test(written)) return ['bytes', bitBytes(written.slice(2))];
  return ['number', written];
}

function hexBytes(digits: string): string {
  return Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex').toString('latin1');
}

function bitBytes(bits: string): string {
  const padded = bits.padStart(Math.ceil(bits.length / 8) * 8, '0');
  return String.fromCharCode(...(padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function systemVariable(
  text: Buffer,
  lexemes: readonly Lexeme[],
  i: number,
  mode: SqlMode,
): { token: Token; taken: number } {
  const { start = 0 } = lexemes[i] ?? {};
  const [first, dot, second] = lexemes.slice(i + 1, i + 4);
  if (first?.kind !== Kind.Word && first?.kind !== Kind.Name) throw unreadable(text, start);
  const name = textOf(text, first, mode);
  const scoped = dot?.word === '.' && (second?.kind === Kind.Word || second?.kind === Kind.Name);
  if (!scoped) return { token: { kind: 'system-variable', text: name, start, end: first.end }, taken: 2 };
  const full = `${name}.${textOf(text, second, mode)}`;
  return { token: { kind: 'system-variable', text: full, start, end: second.end }, taken: 4 };
}

/** Symbols that stand side by side and make one operator. */
function operator(text: Buffer, lexemes: readonly Lexeme[], i: number): { token: Token; taken: number } {
  const { start = 0 } = lexemes[i] ?? {};
  let run = '';
  for (let j = i; j < i + 3; j++) {
    const next = lexemes[j];
    if (next?.kind !== Kind.Symbol || next.start !== start + run.length) break;
    run += next.word;
  }
  const found = operators.find((candidate) => run.startsWith(candidate)) ?? run.slice(0, 1);
  if (!/^[-+*/%=<>!~^&|(),.{}:]/.test(found)) throw unreadable(text, start);
  return { token: { kind: 'operator', text: found, start, end: start + found.length }, taken: found.length };
}

function unreadable(text: Buffer, at: number): Error {
  const line = text.toString('utf8', 0, at).split('\n').length;
  return mysqlError('PARSE', { near: text.toString('utf8', at, at + 80), line });
}
