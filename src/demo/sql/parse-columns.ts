// Reading the columns and keys of a table definition.

import type { Expr } from './ast.js';
import type { ColumnSpec, KeySpec } from './ast-definitions.js';
import { list, type Cursor } from './cursor.js';
import { parseExpression, parseNames } from './parse-expression.js';
import { parseTableName } from './parse-query.js';
import { parseType } from './parse-type.js';

export function parseTableElements(cursor: Cursor): { columns: ColumnSpec[]; keys: KeySpec[] } {
  const columns: ColumnSpec[] = [];
  const keys: KeySpec[] = [];
  cursor.expectOperator('(');
  do {
    if (cursor.at('CHECK') || cursor.at('CONSTRAINT')) parseConstraint(cursor, keys);
    else if (atKey(cursor)) keys.push(parseKey(cursor));
    else {
      const { column, foreign } = parseColumnSpec(cursor);
      columns.push(column);
      if (foreign !== null) keys.push(foreign);
    }
  } while (cursor.acceptOperator(','));
  cursor.expectOperator(')');
  return { columns, keys };
}

function parseConstraint(cursor: Cursor, keys: KeySpec[]): void {
  const name = cursor.accept('CONSTRAINT') && cursor.atIdentifier() ? cursor.identifier() : null;
  if (cursor.accept('CHECK')) {
    cursor.expectOperator('(');
    parseExpression(cursor);
    cursor.expectOperator(')');
  } else {
    const key = parseKey(cursor);
    keys.push({ ...key, name: key.name ?? name });
  }
}

export function atKey(cursor: Cursor): boolean {
  const words = ['PRIMARY', 'UNIQUE', 'INDEX', 'KEY', 'FULLTEXT', 'SPATIAL', 'FOREIGN', 'CONSTRAINT'];
  return words.some((word) => cursor.at(word));
}

export function parseKey(cursor: Cursor): KeySpec {
  let name = cursor.accept('CONSTRAINT') && cursor.atIdentifier() ? cursor.identifier() : null;
  const kind = parseKeyKind(cursor);
  if (cursor.atIdentifier()) name = cursor.identifier();
  skipUsing(cursor);
  const columns = parseKeyColumns(cursor);
  skipUsing(cursor);
  const references = cursor.at('REFERENCES') ? parseReferences(cursor) : null;
  return { kind, name, columns, references };
}

function parseKeyKind(cursor: Cursor): KeySpec['kind'] {
  if (cursor.accept('PRIMARY', 'KEY')) return 'primary';
  if (cursor.accept('FOREIGN', 'KEY')) return 'foreign';
  const unique = cursor.accept('UNIQUE');
  if (!unique && !cursor.accept('FULLTEXT')) cursor.accept('SPATIAL');
  if (!cursor.accept('INDEX')) cursor.accept('KEY');
  return unique ? 'unique' : 'index';
}

function skipUsing(cursor: Cursor): void {
  if (cursor.accept('USING')) cursor.anyWord();
}

function parseKeyColumns(cursor: Cursor): string[] {
  cursor.expectOperator('(');
  const columns = list(cursor, () => {
    const name = cursor.anyWord();
    if (cursor.acceptOperator('(')) {
      cursor.next();
      cursor.expectOperator(')');
    }
    if (!cursor.accept('ASC')) cursor.accept('DESC');
    return name;
  });
  cursor.expectOperator(')');
  return columns;
}

function parseReferences(cursor: Cursor): KeySpec['references'] {
  cursor.expect('REFERENCES');
  const table = parseTableName(cursor);
  const columns = cursor.atOperator('(') ? parseNames(cursor) : [];
  while (cursor.accept('ON')) {
    if (!cursor.accept('DELETE')) cursor.expect('UPDATE');
    if (cursor.accept('SET')) cursor.anyWord();
    else if (cursor.anyWord().toUpperCase() === 'NO') cursor.expect('ACTION');
  }
  return { table, columns };
}

/** A column and, where it has a REFERENCES of its own, the foreign key. */
export function parseColumnSpec(cursor: Cursor): { column: ColumnSpec; foreign: KeySpec | null } {
  const name = cursor.anyWord();
  const type = parseType(cursor, 'column');
  const spec = { nullable: true, default: null as Expr | null, autoIncrement: false, onUpdateNow: false };
  const more = { comment: '', primary: false, unique: false, position: 'last' as ColumnSpec['position'] };
  let foreign: KeySpec | null = null;
  for (;;) {
    if (cursor.accept('NOT', 'NULL')) spec.nullable = false;
    else if (cursor.accept('NULL')) spec.nullable = true;
    else if (cursor.accept('DEFAULT')) spec.default = parseDefault(cursor);
    else if (cursor.accept('AUTO_INCREMENT')) spec.autoIncrement = true;
    else if (cursor.accept('ON', 'UPDATE')) {
      parseExpression(cursor);
      spec.onUpdateNow = true;
    } else if (cursor.accept('COMMENT')) more.comment = cursor.next().text;
    else if (cursor.accept('PRIMARY')) {
      cursor.accept('KEY');
      more.primary = true;
    } else if (cursor.accept('UNIQUE')) {
      cursor.accept('KEY');
      more.unique = true;
    } else if (cursor.at('REFERENCES')) {
      foreign = { kind: 'foreign', name: null, columns: [name], references: parseReferences(cursor) };
    } else if (cursor.accept('COLLATE')) cursor.anyWord();
    else if (cursor.accept('FIRST')) more.position = 'first';
    else if (cursor.accept('AFTER')) more.position = { after: cursor.anyWord() };
    else break;
  }
  const nullable = spec.nullable && !more.primary && !spec.autoIncrement;
  return { column: { name, type, ...spec, ...more, nullable }, foreign };
}

function parseDefault(cursor: Cursor): Expr {
  if (!cursor.acceptOperator('(')) return parseExpression(cursor);
  const value = parseExpression(cursor);
  cursor.expectOperator(')');
  return value;
}
