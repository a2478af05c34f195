// Reading SHOW and what it lists.

import type { Show, Statement } from './ast.js';
import type { Cursor } from './cursor.js';
import { parseExpression } from './parse-expression.js';
import { parseRowCount, parseTableName } from './parse-query.js';

/** Each kind of SHOW by the keywords that introduce it; the longest first. */
const kinds: readonly (readonly [words: string, what: string])[] = [
  ['CREATE DATABASE', 'CREATE DATABASE'],
  ['CREATE SCHEMA', 'CREATE DATABASE'],
  ['CREATE TABLE', 'CREATE TABLE'],
  ['CREATE VIEW', 'CREATE VIEW'],
  ['CHARACTER SET', 'CHARSET'],
  ['CHARSET', 'CHARSET'],
  ['COLLATION', 'COLLATION'],
  ['COLUMNS', 'COLUMNS'],
  ['FIELDS', 'COLUMNS'],
  ['COUNT', 'COUNT'],
  ['DATABASES', 'DATABASES'],
  ['SCHEMAS', 'DATABASES'],
  ['ENGINES', 'ENGINES'],
  ['STORAGE ENGINES', 'ENGINES'],
  ['ERRORS', 'ERRORS'],
  ['EVENTS', 'EVENTS'],
  ['FUNCTION STATUS', 'ROUTINES'],
  ['PROCEDURE STATUS', 'ROUTINES'],
  ['GRANTS', 'GRANTS'],
  ['INDEX', 'KEYS'],
  ['INDEXES', 'KEYS'],
  ['KEYS', 'KEYS'],
  ['OPEN TABLES', 'OPEN TABLES'],
  ['PLUGINS', 'PLUGINS'],
  ['PRIVILEGES', 'PRIVILEGES'],
  ['PROCESSLIST', 'PROCESSLIST'],
  ['STATUS', 'STATUS'],
  ['TABLE STATUS', 'TABLE STATUS'],
  ['TABLES', 'TABLES'],
  ['TRIGGERS', 'TRIGGERS'],
  ['VARIABLES', 'VARIABLES'],
  ['WARNINGS', 'WARNINGS'],
];

export function parseShow(cursor: Cursor): Statement {
  cursor.expect('SHOW');
  cursor.accept('EXTENDED');
  const full = cursor.accept('FULL');
  const global = cursor.accept('GLOBAL');
  if (!global && !cursor.accept('SESSION')) cursor.accept('LOCAL');
  const kind = kinds.find(([words]) => cursor.accept(...words.split(' ')));
  if (kind === undefined) throw cursor.syntaxError();
  const [, what] = kind;
  if (what === 'COUNT') return parseCount(cursor);
  const plain: Show = {
    kind: 'show',
    what,
    full,
    global,
    table: null,
    schema: null,
    like: null,
    where: null,
  };
  return { ...plain, ...parseSubject(cursor, what), ...parseFilter(cursor) };
}

/** `SHOW COUNT(*) WARNINGS`. */
function parseCount(cursor: Cursor): Show {
  cursor.expectOperator('(');
  cursor.expectOperator('*');
  cursor.expectOperator(')');
  const what = cursor.accept('ERRORS') ? 'COUNT ERRORS' : 'COUNT WARNINGS';
  if (what === 'COUNT WARNINGS') cursor.expect('WARNINGS');
  return {
    kind: 'show',
    what,
    full: false,
    global: false,
    table: null,
    schema: null,
    like: null,
    where: null,
  };
}

function parseSubject(cursor: Cursor, what: string): Pick<Show, 'table' | 'schema'> {
  switch (what) {
    case 'CREATE DATABASE':
      cursor.accept('IF', 'NOT', 'EXISTS');
      return { table: null, schema: cursor.identifier() };
    case 'CREATE TABLE':
    case 'CREATE VIEW':
      return { table: parseTableName(cursor), schema: null };
    case 'COLUMNS':
    case 'KEYS':
      return parseTableAndSchema(cursor);
    case 'GRANTS':
      while (!cursor.atEnd()) cursor.next();
      return { table: null, schema: null };
    default:
      return { table: null, schema: acceptFrom(cursor) ? cursor.identifier() : null };
  }
}

function acceptFrom(cursor: Cursor): boolean {
  return cursor.accept('FROM') || cursor.accept('IN');
}

function parseTableAndSchema(cursor: Cursor): Pick<Show, 'table' | 'schema'> {
  if (!acceptFrom(cursor)) throw cursor.syntaxError();
  const table = parseTableName(cursor);
  const schema = acceptFrom(cursor) ? cursor.identifier() : null;
  return { table: { ...table, schema: schema ?? table.schema }, schema: null };
}

function parseFilter(cursor: Cursor): Partial<Show> {
  if (cursor.accept('LIKE')) {
    if (cursor.peek().kind !== 'string') throw cursor.syntaxError();
    return { like: cursor.next().text };
  }
  if (cursor.accept('WHERE')) return { where: parseExpression(cursor) };
  if (cursor.accept('LIMIT')) {
    parseRowCount(cursor);
    if (cursor.acceptOperator(',')) parseRowCount(cursor);
  }
  return {};
}
