// Reading expressions, with MySQL's precedence of operators.
// https://dev.mysql.com/doc/refman/8.0/en/operator-precedence.html

import type { Expr, OrderItem } from './ast.js';
import { list, parenthesised, type Cursor } from './cursor.js';
import { parsePrimary } from './parse-primary.js';
import { atQuery, parseQuery } from './parse-query.js';

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
