// Reading INSERT, REPLACE, UPDATE and DELETE.

import type { Assignment, Expr, Insert, OrderItem, Statement, TableName } from './ast.js';
import { list, type Cursor } from './cursor.js';
import { parseExpression, parseNames, parseOrderBy } from './parse-expression.js';
import { atQuery, parseRowCount, parseQuery, parseTableName } from './parse-query.js';

const modifiers = ['LOW_PRIORITY', 'DELAYED', 'HIGH_PRIORITY', 'QUICK'];

function acceptModifiers(cursor: Cursor): { ignore: boolean } {
  while (modifiers.some((word) => cursor.accept(word)));
  return { ignore: cursor.accept('IGNORE') };
}

export function parseInsert(cursor: Cursor): Statement {
  const replaces = cursor.accept('REPLACE');
  if (!replaces) cursor.expect('INSERT');
  const { ignore } = acceptModifiers(cursor);
  cursor.accept('INTO');
  const table = parseTableName(cursor);
  const mode = replaces ? 'replace' : ignore ? 'ignore' : 'insert';
  if (cursor.accept('SET')) return insertFromSet(cursor, table, mode);
  const columns = cursor.atOperator('(') && !atQuery(cursor) ? parseColumnNames(cursor) : null;
  const source = parseSource(cursor);
  return { kind: 'insert', mode, table, columns, source, onDuplicate: parseOnDuplicate(cursor) };
}

function insertFromSet(cursor: Cursor, table: TableName, mode: Insert['mode']): Statement {
  const set = parseAssignments(cursor);
  const columns = set.map((assignment) => assignment.column);
  const source = [set.map((assignment) => assignment.value)];
  return { kind: 'insert', mode, table, columns, source, onDuplicate: parseOnDuplicate(cursor) };
}

function parseColumnNames(cursor: Cursor): string[] {
  if (cursor.peek(1).text === ')') {
    cursor.next();
    cursor.next();
    return [];
  }
  return parseNames(cursor);
}

function parseSource(cursor: Cursor): Insert['source'] {
  if (!cursor.accept('VALUES') && !cursor.accept('VALUE')) return parseQuery(cursor);
  return list(cursor, () => {
    cursor.expectOperator('(');
    const row: Expr[] = cursor.atOperator(')') ? [] : list(cursor, () => parseExpression(cursor));
    cursor.expectOperator(')');
    return row;
  });
}

function parseOnDuplicate(cursor: Cursor): Assignment[] {
  return cursor.accept('ON', 'DUPLICATE', 'KEY', 'UPDATE') ? parseAssignments(cursor) : [];
}

function parseAssignments(cursor: Cursor): Assignment[] {
  return list(cursor, () => {
    let column = cursor.anyWord();
    while (cursor.acceptOperator('.')) column = cursor.anyWord();
    if (!cursor.acceptOperator('=')) cursor.expectOperator(':=');
    return { column, value: parseExpression(cursor) };
  });
}

export function parseUpdate(cursor: Cursor): Statement {
  cursor.expect('UPDATE');
  acceptModifiers(cursor);
  const table = parseTableName(cursor);
  const alias = parseAlias(cursor);
  cursor.expect('SET');
  const set = parseAssignments(cursor);
  return { kind: 'update', table, alias, set, ...parseRestriction(cursor) };
}

export function parseDelete(cursor: Cursor): Statement {
  cursor.expect('DELETE');
  acceptModifiers(cursor);
  cursor.expect('FROM');
  const table = parseTableName(cursor);
  const alias = parseAlias(cursor);
  return { kind: 'delete', table, alias, ...parseRestriction(cursor) };
}

function parseAlias(cursor: Cursor): string | null {
  if (cursor.accept('AS')) return cursor.anyWord();
  return cursor.atIdentifier() ? cursor.identifier() : null;
}

function parseRestriction(cursor: Cursor): { where: Expr | null; orderBy: OrderItem[]; limit: Expr | null } {
  const where = cursor.accept('WHERE') ? parseExpression(cursor) : null;
  const orderBy = cursor.accept('ORDER', 'BY') ? parseOrderBy(cursor) : [];
  const limit = cursor.accept('LIMIT') ? parseRowCount(cursor) : null;
  return { where, orderBy, limit };
}
