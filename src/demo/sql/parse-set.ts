// Reading SET in its forms.

import type { Expr, SetItem, Statement } from './ast.js';
import { list, type Cursor } from './cursor.js';
import { parseExpression } from './parse-expression.js';

export function parseSet(cursor: Cursor): Statement {
  cursor.expect('SET');
  return parseSetTransaction(cursor) ?? { kind: 'set', items: list(cursor, () => parseSetItem(cursor)) };
}

function parseSetTransaction(cursor: Cursor): Statement | null {
  const word = cursor.peek().text.toUpperCase();
  const scoped =
    (word === 'SESSION' || word === 'GLOBAL' || word === 'LOCAL') && cursor.at(word, 'TRANSACTION');
  if (scoped) cursor.next();
  if (!cursor.accept('TRANSACTION')) return null;
  let isolation: string | null = null;
  let readOnly: boolean | null = null;
  do {
    if (cursor.accept('READ', 'ONLY')) readOnly = true;
    else if (cursor.accept('READ', 'WRITE')) readOnly = false;
    else isolation = parseIsolation(cursor);
  } while (cursor.acceptOperator(','));
  const scope = !scoped ? 'next' : word === 'GLOBAL' ? 'global' : 'session';
  return { kind: 'set-transaction', scope, isolation, readOnly };
}

function parseIsolation(cursor: Cursor): string {
  cursor.expect('ISOLATION', 'LEVEL');
  if (cursor.accept('READ', 'COMMITTED')) return 'READ-COMMITTED';
  if (cursor.accept('READ', 'UNCOMMITTED')) return 'READ-UNCOMMITTED';
  if (cursor.accept('REPEATABLE', 'READ')) return 'REPEATABLE-READ';
  cursor.expect('SERIALIZABLE');
  return 'SERIALIZABLE';
}

function parseSetItem(cursor: Cursor): SetItem {
  if (cursor.accept('NAMES')) return parseNamesItem(cursor);
  if (cursor.accept('CHARACTER', 'SET') || cursor.accept('CHARSET')) {
    return { kind: 'charset', charset: parseCharset(cursor) };
  }
  const token = cursor.peek();
  if (token.kind === 'user-variable') {
    cursor.next();
    expectAssign(cursor);
    return { kind: 'user', name: token.text, value: parseExpression(cursor) };
  }
  const { scope, name } = parseTarget(cursor);
  expectAssign(cursor);
  return { kind: 'system', scope, name, value: parseSetValue(cursor) };
}

function parseNamesItem(cursor: Cursor): SetItem {
  const charset = parseCharset(cursor);
  const collation = cursor.accept('COLLATE') ? cursor.next().text : null;
  return { kind: 'names', charset, collation };
}

function parseCharset(cursor: Cursor): string | null {
  const { kind, text } = cursor.next();
  if (kind !== 'word' && kind !== 'string' && kind !== 'quoted') throw cursor.syntaxError();
  return kind === 'word' && text.toUpperCase() === 'DEFAULT' ? null : text.toLowerCase();
}

function parseTarget(cursor: Cursor): { scope: 'session' | 'global'; name: string } {
  const token = cursor.peek();
  if (token.kind === 'system-variable') {
    cursor.next();
    const [first = '', second] = token.text.toLowerCase().split('.');
    if (second === undefined) return { scope: 'session', name: first };
    return { scope: first === 'global' ? 'global' : 'session', name: second };
  }
  const global = cursor.accept('GLOBAL') || cursor.accept('PERSIST');
  if (!global && !cursor.accept('SESSION')) cursor.accept('LOCAL');
  return { scope: global ? 'global' : 'session', name: cursor.anyWord().toLowerCase() };
}

function expectAssign(cursor: Cursor): void {
  if (!cursor.acceptOperator('=')) cursor.expectOperator(':=');
}

/** Words such as ON, utf8mb4 or BINARY stand for themselves. */
function parseSetValue(cursor: Cursor): Expr {
  const token = cursor.peek();
  const after = cursor.peek(1);
  const alone = after.kind === 'end' || (after.kind === 'operator' && after.text === ',');
  const literal = ['DEFAULT', 'NULL', 'TRUE', 'FALSE'].includes(token.text.toUpperCase());
  if (token.kind === 'word' && alone && !literal) {
    cursor.next();
    return { kind: 'string', value: token.text };
  }
  return parseExpression(cursor);
}
