// Reading CREATE, DROP, ALTER, RENAME and TRUNCATE.

import type { Statement, TableName } from './ast.js';
import type { AlterAction, CreateTable } from './ast-definitions.js';
import { list, type Cursor } from './cursor.js';
import { atKey, parseColumnSpec, parseKey, parseTableElements } from './parse-columns.js';
import { parseNames } from './parse-expression.js';
import { atQuery, parseQuery, parseTableName } from './parse-query.js';

export function parseCreate(cursor: Cursor): Statement {
  cursor.expect('CREATE');
  const orReplace = cursor.accept('OR', 'REPLACE');
  if (cursor.accept('DATABASE') || cursor.accept('SCHEMA')) {
    const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS');
    const name = cursor.identifier();
    skipOptions(cursor);
    return { kind: 'create-schema', ifNotExists, name };
  }
  skipDefiner(cursor);
  if (cursor.accept('VIEW')) return parseCreateView(cursor, orReplace);
  const unique = cursor.accept('UNIQUE');
  if (cursor.accept('INDEX')) return parseCreateIndex(cursor, unique);
  const temporary = cursor.accept('TEMPORARY');
  cursor.expect('TABLE');
  return parseCreateTable(cursor, temporary);
}

function skipDefiner(cursor: Cursor): void {
  if (cursor.accept('ALGORITHM')) {
    cursor.expectOperator('=');
    cursor.anyWord();
  }
  if (cursor.accept('SQL', 'SECURITY')) cursor.anyWord();
}

function parseCreateView(cursor: Cursor, orReplace: boolean): Statement {
  const view = parseTableName(cursor);
  const columns = cursor.atOperator('(') ? parseNames(cursor) : [];
  cursor.expect('AS');
  const { start } = cursor.peek();
  const query = parseQuery(cursor);
  return { kind: 'create-view', orReplace, view, columns, query, text: cursor.textFrom(start) };
}

function parseCreateIndex(cursor: Cursor, unique: boolean): Statement {
  const name = cursor.identifier();
  if (cursor.accept('USING')) cursor.anyWord();
  cursor.expect('ON');
  const table = parseTableName(cursor);
  const columns = parseKeyColumns(cursor);
  skipOptions(cursor);
  const key = { kind: unique ? 'unique' : 'index', name, columns, references: null } as const;
  return { kind: 'alter-table', table, actions: [{ kind: 'add-key', key }] };
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

function parseCreateTable(cursor: Cursor, temporary: boolean): CreateTable {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS');
  const table = parseTableName(cursor);
  const head = { kind: 'create-table', temporary, ifNotExists, table } as const;
  if (cursor.accept('LIKE')) {
    return { ...head, columns: [], keys: [], comment: '', like: parseTableName(cursor), query: null };
  }
  const plain = cursor.atOperator('(') && !atQuery(cursor);
  const { columns, keys } = plain ? parseTableElements(cursor) : { columns: [], keys: [] };
  const comment = skipOptions(cursor);
  cursor.accept('AS');
  const query = atQuery(cursor) ? parseQuery(cursor) : null;
  return { ...head, columns, keys, comment, like: null, query };
}

/** ENGINE, CHARSET and the like, which change nothing here. The COMMENT, or ''. */
function skipOptions(cursor: Cursor): string {
  let comment = '';
  while (!cursor.atEnd() && !cursor.at('AS') && !atQuery(cursor)) {
    if (cursor.accept('COMMENT')) {
      cursor.acceptOperator('=');
      comment = cursor.next().text;
    } else if (!cursor.acceptOperator('=') && !cursor.acceptOperator(',')) {
      const token = cursor.peek();
      if (!['word', 'string', 'number', 'quoted'].includes(token.kind)) throw cursor.syntaxError();
      cursor.next();
    }
  }
  return comment;
}

export function parseDrop(cursor: Cursor): Statement {
  cursor.expect('DROP');
  const temporary = cursor.accept('TEMPORARY');
  if (cursor.accept('TABLE') || cursor.accept('TABLES')) {
    const ifExists = cursor.accept('IF', 'EXISTS');
    return { kind: 'drop-table', temporary, ifExists, tables: parseTableNames(cursor) };
  }
  if (cursor.accept('VIEW')) {
    const ifExists = cursor.accept('IF', 'EXISTS');
    return { kind: 'drop-view', ifExists, views: parseTableNames(cursor) };
  }
  if (cursor.accept('INDEX')) {
    const name = cursor.identifier();
    cursor.expect('ON');
    return { kind: 'alter-table', table: parseTableName(cursor), actions: [{ kind: 'drop-key', name }] };
  }
  if (cursor.accept('PREPARE')) return { kind: 'deallocate', name: cursor.identifier() };
  if (!cursor.accept('DATABASE')) cursor.expect('SCHEMA');
  const ifExists = cursor.accept('IF', 'EXISTS');
  return { kind: 'drop-schema', ifExists, name: cursor.identifier() };
}

function parseTableNames(cursor: Cursor): TableName[] {
  const tables = list(cursor, () => parseTableName(cursor));
  if (!cursor.accept('RESTRICT')) cursor.accept('CASCADE');
  return tables;
}

export function parseTruncate(cursor: Cursor): Statement {
  cursor.expect('TRUNCATE');
  cursor.accept('TABLE');
  return { kind: 'truncate', table: parseTableName(cursor) };
}

export function parseRename(cursor: Cursor): Statement {
  cursor.expect('RENAME', 'TABLE');
  const renames = list(cursor, () => {
    const from = parseTableName(cursor);
    cursor.expect('TO');
    return { from, to: parseTableName(cursor) };
  });
  return { kind: 'rename-table', renames };
}

export function parseAlter(cursor: Cursor): Statement {
  cursor.expect('ALTER');
  cursor.accept('IGNORE');
  cursor.expect('TABLE');
  const table = parseTableName(cursor);
  const actions = list(cursor, () => parseAction(cursor)).flat();
  return { kind: 'alter-table', table, actions };
}

function parseAction(cursor: Cursor): AlterAction[] {
  if (cursor.accept('ADD')) return parseAdd(cursor);
  if (cursor.accept('DROP')) return [parseDropAction(cursor)];
  if (cursor.accept('CHANGE')) {
    cursor.accept('COLUMN');
    const name = cursor.anyWord();
    return [{ kind: 'change-column', name, column: parseColumnSpec(cursor).column }];
  }
  if (cursor.accept('MODIFY')) {
    cursor.accept('COLUMN');
    const { column } = parseColumnSpec(cursor);
    return [{ kind: 'change-column', name: column.name, column }];
  }
  if (cursor.accept('RENAME', 'COLUMN')) {
    const name = cursor.anyWord();
    cursor.expect('TO');
    return [{ kind: 'rename-column', name, to: cursor.anyWord() }];
  }
  if (cursor.accept('RENAME')) {
    if (!cursor.accept('TO')) cursor.accept('AS');
    return [{ kind: 'rename', to: parseTableName(cursor) }];
  }
  return [skipAction(cursor)];
}

function parseAdd(cursor: Cursor): AlterAction[] {
  if (atKey(cursor)) return [{ kind: 'add-key', key: parseKey(cursor) }];
  cursor.accept('COLUMN');
  if (cursor.acceptOperator('(')) {
    const columns = list(cursor, () => parseColumnSpec(cursor).column);
    cursor.expectOperator(')');
    return columns.map((column) => ({ kind: 'add-column', column }));
  }
  return [{ kind: 'add-column', column: parseColumnSpec(cursor).column }];
}

function parseDropAction(cursor: Cursor): AlterAction {
  if (cursor.accept('PRIMARY', 'KEY')) return { kind: 'drop-key', name: 'PRIMARY' };
  if (cursor.accept('INDEX') || cursor.accept('KEY') || cursor.accept('FOREIGN', 'KEY')) {
    return { kind: 'drop-key', name: cursor.identifier() };
  }
  cursor.accept('COLUMN');
  return { kind: 'drop-column', name: cursor.anyWord() };
}

/** ENGINE = ..., AUTO_INCREMENT = ..., ENABLE KEYS and other options without an effect here. */
function skipAction(cursor: Cursor): AlterAction {
  if (cursor.peek().kind !== 'word') throw cursor.syntaxError();
  while (!cursor.atEnd() && !cursor.atOperator(',')) cursor.next();
  return { kind: 'option' };
}
