// A place in a statement's tokens, with the moves that a recursive descent parser makes.

import { mysqlError, type MySqlError } from '../mysql-error.js';
import type { Token } from './tokens.js';

/** Words that cannot stand as an alias or a column without quotes, because a clause begins or goes on with them. */
const reserved = new Set(
  (
    'ADD ALL ALTER AND AS ASC BETWEEN BINARY BY CALL CASE CHANGE CHECK COLLATE COLUMN CONSTRAINT CREATE CROSS DEFAULT DELETE ' +
    'DESC DESCRIBE DISTINCT DISTINCTROW DIV DROP DUAL ELSE EXCEPT EXISTS EXPLAIN FALSE FETCH FOR FORCE FOREIGN FROM FULLTEXT ' +
    'GRANT GROUP HAVING IF IGNORE IN INDEX INNER INSERT INTERSECT INTERVAL INTO IS JOIN KEY KEYS KILL LEFT LIKE LIMIT LOAD ' +
    'LOCK MATCH MOD NATURAL NOT NULL ON OR ORDER OUTER OVER PARTITION PRIMARY PROCEDURE REFERENCES REGEXP RENAME REPLACE ' +
    'REQUIRE RIGHT RLIKE SELECT SEPARATOR SET SHOW SQL_CALC_FOUND_ROWS STRAIGHT_JOIN TABLE THEN TO TRUE UNION UNIQUE UNLOCK ' +
    'UPDATE USE USING VALUES WHEN WHERE WINDOW WITH XOR'
  ).split(' '),
);

export interface Cursor {
  /** The token `ahead` places on (0: the next one); an `end` token past the last. */
  peek(ahead?: number): Token;
  next(): Token;
  /** Whether the next tokens are these keywords, in any case. */
  at(...keywords: readonly string[]): boolean;
  atOperator(text: string): boolean;
  /** Takes these keywords if they come next. */
  accept(...keywords: readonly string[]): boolean;
  acceptOperator(text: string): boolean;
  /** @throws MySqlError 1064 where something else comes */
  expect(...keywords: readonly string[]): void;
  expectOperator(text: string): void;
  /** The next identifier, quoted or not; a reserved word only in quotes. */
  identifier(): string;
  /** An identifier where any word may stand, reserved or not (behind a dot, names of variables). */
  anyWord(): string;
  /** The next token if it may be an alias or a name, without taking it. */
  atIdentifier(): boolean;
  atEnd(): boolean;
  /** The text from offset `start` up to the end of the last token that was taken. */
  textFrom(start: number): string;
  /** Error 1064 at the next token. */
  syntaxError(): MySqlError;
}

export function createCursor(text: Buffer, tokens: readonly Token[]): Cursor {
  let position = 0;
  const end: Token = { kind: 'end', text: '', start: text.length, end: text.length };
  const peek = (ahead = 0): Token => tokens[position + ahead] ?? end;
  const isWord = (token: Token, keyword: string) =>
    token.kind === 'word' && token.text.toUpperCase() === keyword;
  const at = (...keywords: readonly string[]) => keywords.every((keyword, i) => isWord(peek(i), keyword));
  const atOperator = (operator: string) => peek().kind === 'operator' && peek().text === operator;

  const syntaxError = () => {
    const from = peek().start;
    const line = text.toString('utf8', 0, from).split('\n').length;
    return mysqlError('PARSE', { near: text.toString('utf8', from, from + 80), line });
  };
  const next = () => {
    const token = peek();
    if (token.kind === 'end') throw syntaxError();
    position++;
    return token;
  };
  const accept = (...keywords: readonly string[]) => {
    if (!at(...keywords)) return false;
    position += keywords.length;
    return true;
  };
  const acceptOperator = (operator: string) => {
    if (!atOperator(operator)) return false;
    position++;
    return true;
  };
  const atIdentifier = () =>
    peek().kind === 'quoted' || (peek().kind === 'word' && !reserved.has(peek().text.toUpperCase()));

  return {
    peek,
    next,
    at,
    atOperator,
    accept,
    acceptOperator,
    expect(...keywords) {
      if (!accept(...keywords)) throw syntaxError();
    },
    expectOperator(operator) {
      if (!acceptOperator(operator)) throw syntaxError();
    },
    identifier() {
      if (!atIdentifier()) throw syntaxError();
      return next().text;
    },
    anyWord() {
      if (peek().kind !== 'quoted' && peek().kind !== 'word') throw syntaxError();
      return next().text;
    },
    atIdentifier,
    atEnd: () => peek().kind === 'end',
    textFrom: (start) => text.toString('utf8', start, tokens[position - 1]?.end ?? start),
    syntaxError,
  };
}

/** `read` once, and again for each comma that follows. */
export function list<T>(cursor: Cursor, read: () => T): T[] {
  const items = [read()];
  while (cursor.acceptOperator(',')) items.push(read());
  return items;
}

/** A list in parentheses. */
export function parenthesised<T>(cursor: Cursor, read: () => T): T[] {
  cursor.expectOperator('(');
  const items = list(cursor, read);
  cursor.expectOperator(')');
  return items;
}
