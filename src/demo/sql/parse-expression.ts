// Reading expressions, with MySQL's precedence of operators.
// https://dev.mysql.com/doc/refman/8.0/en/operator-precedence.html

import { columnType } from '../catalog/column-type.js';
import type { Expr, OrderItem } from './ast.js';
import { list, parenthesised, type Cursor } from './cursor.js';
import { parseCall } from './parse-call.js';
import { atQuery, parseQuery } from './parse-query.js';
import { parseType } from './parse-type.js';

/** Operators by precedence, the weakest first; NOT stands between AND and the comparisons. */
const binaryLevels: readonly (readonly string[])[] = [
  ['|'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%', 'DIV', 'MOD'],
  ['^'],
];
const comparisons = ['=', '<=>', '>=', '>', '<=', '<', '<>', '!='];

export function parseExpression(cursor: Cursor): Expr {
  let left = parseXor(cursor);
  while (cursor.accept('OR') || cursor.acceptOperator('||')) {
    left = { kind: 'binary', operator: 'OR', left, right: parseXor(cursor) };
  }
  return left;
}

function parseXor(cursor: Cursor): Expr {
  let left = parseAnd(cursor);
  while (cursor.accept('XOR')) left = { kind: 'binary', operator: 'XOR', left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Expr {
  let left = parseNot(cursor);
  while (cursor.accept('AND') || cursor.acceptOperator('&&')) {
    left = { kind: 'binary', operator: 'AND', left, right: parseNot(cursor) };
  }
  return left;
}

function parseNot(cursor: Cursor): Expr {
  if (cursor.at('NOT') && !cursor.at('NOT', 'EXISTS')) {
    cursor.next();
    return { kind: 'unary', operator: 'NOT', operand: parseNot(cursor) };
  }
  return parseComparison(cursor);
}

function parseComparison(cursor: Cursor): Expr {
  let left = parseBinary(cursor, 0);
  for (;;) {
    const operator = comparisons.find((symbol) => cursor.acceptOperator(symbol));
    if (operator !== undefined) {
      const quantified = ['ANY', 'ALL', 'SOME'].some((word) => cursor.at(word));
      if (quantified) throw cursor.syntaxError();
      left = { kind: 'binary', operator, left, right: parseBinary(cursor, 0) };
    } else {
      const test = parseTest(cursor, left);
      if (test === null) return left;
      left = test;
    }
  }
}

/** IS, IN, BETWEEN, LIKE and REGEXP behind an operand. */
function parseTest(cursor: Cursor, operand: Expr): Expr | null {
  if (cursor.accept('IS')) return parseIs(cursor, operand);
  const negated =
    cursor.at('NOT') && ['IN', 'BETWEEN', 'LIKE', 'REGEXP', 'RLIKE'].some((word) => cursor.at('NOT', word));
  if (negated) cursor.next();
  if (cursor.accept('IN')) return parseIn(cursor, operand, negated);
  if (cursor.accept('BETWEEN')) {
    const low = parseBinary(cursor, 0);
    cursor.expect('AND');
    return { kind: 'between', negated, operand, low, high: parseBinary(cursor, 0) };
  }
  if (cursor.accept('LIKE')) {
    const pattern = parseBinary(cursor, 0);
    const escape = cursor.accept('ESCAPE') ? parseBinary(cursor, 0) : null;
    return { kind: 'like', negated, operand, pattern, escape };
  }
  if (cursor.accept('REGEXP') || cursor.accept('RLIKE')) {
    const matches: Expr = {
      kind: 'binary',
      operator: 'REGEXP',
      left: operand,
      right: parseBinary(cursor, 0),
    };
    return negated ? { kind: 'unary', operator: 'NOT', operand: matches } : matches;
  }
  return null;
}

function parseIs(cursor: Cursor, operand: Expr): Expr {
  const negated = cursor.accept('NOT');
  const what = cursor.anyWord().toUpperCase();
  if (what === 'NULL' || what === 'UNKNOWN') return { kind: 'is', negated, operand, what: 'NULL' };
  if (what === 'TRUE' || what === 'FALSE') return { kind: 'is', negated, operand, what };
  throw cursor.syntaxError();
}

function parseIn(cursor: Cursor, operand: Expr, negated: boolean): Expr {
  cursor.expectOperator('(');
  const among = atQuery(cursor) ? parseQuery(cursor) : list(cursor, () => parseExpression(cursor));
  cursor.expectOperator(')');
  return { kind: 'in', negated, operand, among };
}

function parseBinary(cursor: Cursor, level: number): Expr {
  const operators = binaryLevels[level];
  if (operators === undefined) return parseUnary(cursor);
  let left = parseBinary(cursor, level + 1);
  for (;;) {
    const operator = operators.find((text) =>
      /^\w/.test(text) ? cursor.accept(text) : cursor.acceptOperator(text),
    );
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: parseBinary(cursor, level + 1) };
  }
}

function parseUnary(cursor: Cursor): Expr {
  if (cursor.acceptOperator('-')) return negate(parseUnary(cursor));
  if (cursor.acceptOperator('+')) return parseUnary(cursor);
  if (cursor.acceptOperator('~')) return { kind: 'unary', operator: '~', operand: parseUnary(cursor) };
  if (cursor.acceptOperator('!')) return { kind: 'unary', operator: 'NOT', operand: parseUnary(cursor) };
  if (cursor.accept('BINARY')) return { kind: 'unary', operator: 'BINARY', operand: parseUnary(cursor) };
  let operand = parsePrimary(cursor);
  while (cursor.accept('COLLATE')) operand = { kind: 'collate', operand, collation: cursor.anyWord() };
  return operand;
}

function negate(operand: Expr): Expr {
  if (operand.kind === 'integer' || operand.kind === 'decimal' || operand.kind === 'double') {
    const text = operand.text.startsWith('-') ? operand.text.slice(1) : `-${operand.text}`;
    return { kind: operand.kind, text };
  }
  return { kind: 'unary', operator: '-', operand };
}

function parsePrimary(cursor: Cursor): Expr {
  const token = cursor.peek();
  switch (token.kind) {
    case 'number':
      cursor.next();
      return { kind: numberKind(token.text), text: token.text };
    case 'string':
      return { kind: 'string', value: parseString(cursor) };
    case 'bytes':
      cursor.next();
      return { kind: 'bytes', value: Buffer.from(token.text, 'latin1') };
    case 'parameter':
      cursor.next();
      return { kind: 'parameter', index: Number(token.text) };
    case 'user-variable':
      return parseUserVariable(cursor);
    case 'system-variable':
      return parseSystemVariable(cursor);
    case 'operator':
      return parseParenthesis(cursor);
    case 'quoted':
      return parseName(cursor);
    case 'word':
      return parseKeyword(cursor) ?? parseName(cursor);
    case 'delimiter':
    case 'end':
      throw cursor.syntaxError();
  }
}

function numberKind(text: string): 'integer' | 'decimal' | 'double' {
  if (/e/i.test(text)) return 'double';
  return text.includes('.') ? 'decimal' : 'integer';
}

/** Strings that stand side by side are one. */
function parseString(cursor: Cursor): string {
  let value = '';
  while (cursor.peek().kind === 'string') value += cursor.next().text;
  return value;
}

function parseUserVariable(cursor: Cursor): Expr {
  const name = cursor.next().text;
  if (cursor.acceptOperator(':=')) return { kind: 'assignment', name, value: parseExpression(cursor) };
  return { kind: 'user-variable', name };
}

function parseSystemVariable(cursor: Cursor): Expr {
  const [first = '', second] = cursor.next().text.toLowerCase().split('.');
  if (second === undefined) return { kind: 'system-variable', scope: null, name: first };
  if (first !== 'session' && first !== 'local' && first !== 'global') throw cursor.syntaxError();
  return { kind: 'system-variable', scope: first === 'global' ? 'global' : 'session', name: second };
}

function parseParenthesis(cursor: Cursor): Expr {
  cursor.expectOperator('(');
  if (atQuery(cursor)) {
    const query = parseQuery(cursor);
    cursor.expectOperator(')');
    return { kind: 'subquery', query };
  }
  const items = list(cursor, () => parseExpression(cursor));
  cursor.expectOperator(')');
  const [only, ...rest] = items;
  return only !== undefined && rest.length === 0 ? only : { kind: 'row', items };
}

/** Literals and constructs that begin with a word of their own; null where the word is a name. */
function parseKeyword(cursor: Cursor): Expr | null {
  const next = cursor.peek(1);
  switch (cursor.peek().text.toUpperCase()) {
    case 'NULL':
      return take(cursor, { kind: 'null' });
    case 'TRUE':
      return take(cursor, { kind: 'boolean', value: true });
    case 'FALSE':
      return take(cursor, { kind: 'boolean', value: false });
    case 'DEFAULT':
      return next.text === '(' ? null : take(cursor, { kind: 'default' });
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return next.kind === 'string' ? parseTemporal(cursor) : null;
    case 'CASE':
      return parseCase(cursor);
    case 'INTERVAL':
      return next.text === '(' ? null : parseInterval(cursor);
    case 'EXISTS':
    case 'NOT':
      return parseExists(cursor);
    case 'CAST':
      return next.text === '(' ? parseCast(cursor) : null;
    case 'CONVERT':
      return next.text === '(' ? parseConvert(cursor) : null;
    default:
      return null;
  }
}

function take(cursor: Cursor, expr: Expr): Expr {
  cursor.next();
  return expr;
}

function parseTemporal(cursor: Cursor): Expr {
  const word = cursor.next().text.toUpperCase();
  const type = word === 'TIMESTAMP' ? 'datetime' : word === 'DATE' ? 'date' : 'time';
  return { kind: 'temporal', type, value: cursor.next().text };
}

function parseCase(cursor: Cursor): Expr {
  cursor.expect('CASE');
  const subject = cursor.at('WHEN') ? null : parseExpression(cursor);
  const branches: { when: Expr; then: Expr }[] = [];
  while (cursor.accept('WHEN')) {
    const when = parseExpression(cursor);
    cursor.expect('THEN');
    branches.push({ when, then: parseExpression(cursor) });
  }
  const otherwise = cursor.accept('ELSE') ? parseExpression(cursor) : null;
  cursor.expect('END');
  return { kind: 'case', subject, branches, otherwise };
}

export function parseInterval(cursor: Cursor): Expr {
  cursor.expect('INTERVAL');
  const amount = parseExpression(cursor);
  return { kind: 'interval', amount, unit: cursor.anyWord().toUpperCase() };
}

function parseExists(cursor: Cursor): Expr {
  const negated = cursor.accept('NOT');
  cursor.expect('EXISTS');
  cursor.expectOperator('(');
  const query = parseQuery(cursor);
  cursor.expectOperator(')');
  const exists: Expr = { kind: 'exists', query };
  return negated ? { kind: 'unary', operator: 'NOT', operand: exists } : exists;
}

function parseCast(cursor: Cursor): Expr {
  cursor.expect('CAST');
  cursor.expectOperator('(');
  const operand = parseExpression(cursor);
  cursor.expect('AS');
  const type = parseType(cursor, 'cast');
  cursor.expectOperator(')');
  return { kind: 'cast', operand, type };
}

function parseConvert(cursor: Cursor): Expr {
  cursor.expect('CONVERT');
  cursor.expectOperator('(');
  const operand = parseExpression(cursor);
  if (cursor.accept('USING')) {
    cursor.anyWord();
    cursor.expectOperator(')');
    return { kind: 'cast', operand, type: columnType('char', { length: 255 }) };
  }
  cursor.expectOperator(',');
  const type = parseType(cursor, 'cast');
  cursor.expectOperator(')');
  return { kind: 'cast', operand, type };
}

function parseName(cursor: Cursor): Expr {
  const called = cursor.peek(1).kind === 'operator' && cursor.peek(1).text === '(';
  if (called) return parseCall(cursor);
  const bare = [
    'CURRENT_TIMESTAMP',
    'CURRENT_DATE',
    'CURRENT_TIME',
    'LOCALTIME',
    'LOCALTIMESTAMP',
    'CURRENT_USER',
    'UTC_TIMESTAMP',
    'UTC_DATE',
    'UTC_TIME',
  ];
  const word = cursor.peek().text.toUpperCase();
  if (cursor.peek().kind === 'word' && bare.includes(word)) return parseCall(cursor);
  const path = [cursor.identifier()];
  while (path.length < 3 && cursor.acceptOperator('.')) path.push(cursor.anyWord());
  return { kind: 'column', path };
}

export function parseOrderBy(cursor: Cursor): OrderItem[] {
  return list(cursor, () => {
    const expr = parseExpression(cursor);
    const descending = cursor.accept('DESC');
    if (!descending) cursor.accept('ASC');
    return { expr, descending };
  });
}

/** A list of names in parentheses, e.g. the columns of an INSERT. */
export function parseNames(cursor: Cursor): string[] {
  return parenthesised(cursor, () => cursor.anyWord());
}
