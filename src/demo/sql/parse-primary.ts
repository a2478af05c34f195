// Reading what expressions are made of: literals, names, variables, and constructs with keywords of their own.

import { columnType } from '../catalog/column-type.js';
import type { Expr } from './ast.js';
import { list, type Cursor } from './cursor.js';
import { parseCall } from './parse-call.js';
import { parseExpression } from './parse-expression.js';
import { atQuery, parseQuery } from './parse-query.js';
import { parseType } from './parse-type.js';

export function parsePrimary(cursor: Cursor): Expr {
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

function parseInterval(cursor: Cursor): Expr {
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
