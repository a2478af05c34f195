// From a text to its statements: which kind each is, and the small kinds themselves.

import { mysqlError } from '../mysql-error.js';
import type { Statement } from './ast.js';
import { createCursor, list, type Cursor } from './cursor.js';
import { parseAlter, parseCreate, parseDrop, parseRename, parseTruncate } from './parse-ddl.js';
import { parseDelete, parseInsert, parseUpdate } from './parse-dml.js';
import { parseExpression } from './parse-expression.js';
import { atQuery, parseQuery, parseTableName } from './parse-query.js';
import { parseSet } from './parse-set.js';
import { parseShow } from './parse-show.js';
import { tokenize, type Token, type TokenMode } from './tokens.js';

export interface StatementSource {
  readonly text: Buffer;
  readonly tokens: readonly Token[];
  /** How many `?` it has. */
  readonly parameters: number;
}

/** The statements of a text, split at `;`; each can be parsed on its own, so that the first run before the last is read. */
export function splitStatements(text: Buffer, mode: TokenMode): StatementSource[] {
  const sources: StatementSource[] = [];
  let current: Token[] = [];
  const flush = () => {
    if (current.length === 0) return;
    const parameters = current.filter((token) => token.kind === 'parameter').length;
    sources.push({ text, tokens: current, parameters });
    current = [];
  };
  for (const token of tokenize(text, mode)) {
    if (token.kind === 'delimiter') flush();
    else current.push(token);
  }
  flush();
  return sources;
}

/** @throws MySqlError 1064, 1065 */
export function parseStatement(source: StatementSource): Statement {
  const cursor = createCursor(source.text, source.tokens);
  if (cursor.atEnd()) throw mysqlError('EMPTY_QUERY', {});
  const statement = parseAny(cursor);
  if (!cursor.atEnd()) throw cursor.syntaxError();
  return statement;
}

const parsers: Readonly<Record<string, (cursor: Cursor) => Statement>> = {
  INSERT: parseInsert,
  REPLACE: parseInsert,
  UPDATE: parseUpdate,
  DELETE: parseDelete,
  CREATE: parseCreate,
  DROP: parseDrop,
  ALTER: parseAlter,
  RENAME: parseRename,
  TRUNCATE: parseTruncate,
  SET: parseSet,
  SHOW: parseShow,
  DESC: parseDescribe,
  DESCRIBE: parseDescribe,
  EXPLAIN: parseDescribe,
  USE: (cursor) => ({ kind: 'use', schema: afterWord(cursor).identifier() }),
  BEGIN: parseBegin,
  START: parseBegin,
  COMMIT: parseEnd,
  ROLLBACK: parseEnd,
  SAVEPOINT: (cursor) => ({ kind: 'savepoint', name: afterWord(cursor).identifier() }),
  RELEASE: parseRelease,
  PREPARE: parsePrepare,
  EXECUTE: parseExecute,
  DEALLOCATE: parseDeallocate,
  DO: (cursor) => {
    const after = afterWord(cursor);
    return { kind: 'do', exprs: list(after, () => parseExpression(after)) };
  },
  KILL: parseKill,
  CALL: parseCallStatement,
  ANALYZE: parseMaintain,
  CHECK: parseMaintain,
  OPTIMIZE: parseMaintain,
  REPAIR: parseMaintain,
  LOCK: (cursor) => ignore(cursor, true),
  UNLOCK: (cursor) => ignore(cursor, false),
  FLUSH: (cursor) => ignore(cursor, true),
};

function parseAny(cursor: Cursor): Statement {
  if (atQuery(cursor)) return { kind: 'query', query: parseQuery(cursor) };
  const word = cursor.peek().kind === 'word' ? cursor.peek().text.toUpperCase() : '';
  const parser = Object.hasOwn(parsers, word) ? parsers[word] : undefined;
  if (parser === undefined) throw cursor.syntaxError();
  return parser(cursor);
}

function afterWord(cursor: Cursor): Cursor {
  cursor.next();
  return cursor;
}

function ignore(cursor: Cursor, commits: boolean): Statement {
  while (!cursor.atEnd()) cursor.next();
  return { kind: 'nothing', commits };
}

function parseDescribe(cursor: Cursor): Statement {
  cursor.next();
  if (cursor.accept('FORMAT')) {
    cursor.expectOperator('=');
    cursor.anyWord();
  }
  if (!cursor.accept('EXTENDED')) cursor.accept('ANALYZE');
  const explains =
    atQuery(cursor) || ['INSERT', 'REPLACE', 'UPDATE', 'DELETE'].some((word) => cursor.at(word));
  if (explains) return { kind: 'explain', statement: parseAny(cursor) };
  const table = parseTableName(cursor);
  const column = cursor.atEnd() ? null : cursor.next().text;
  return { kind: 'describe', table, column };
}

function parseBegin(cursor: Cursor): Statement {
  if (cursor.accept('BEGIN')) {
    cursor.accept('WORK');
    return { kind: 'begin', readOnly: false };
  }
  cursor.expect('START', 'TRANSACTION');
  let readOnly = false;
  if (!cursor.atEnd()) {
    list(cursor, () => {
      if (cursor.accept('READ', 'ONLY')) readOnly = true;
      else if (!cursor.accept('READ', 'WRITE')) cursor.expect('WITH', 'CONSISTENT', 'SNAPSHOT');
    });
  }
  return { kind: 'begin', readOnly };
}

function parseEnd(cursor: Cursor): Statement {
  const kind = cursor.accept('COMMIT') ? 'commit' : 'rollback';
  if (kind === 'rollback') cursor.expect('ROLLBACK');
  cursor.accept('WORK');
  if (kind === 'rollback' && cursor.accept('TO')) {
    cursor.accept('SAVEPOINT');
    return { kind: 'rollback-to', name: cursor.identifier() };
  }
  const chain = cursor.accept('AND', 'CHAIN');
  if (!chain) cursor.accept('AND', 'NO', 'CHAIN');
  if (!cursor.accept('NO', 'RELEASE')) cursor.accept('RELEASE');
  return { kind, chain };
}

function parseRelease(cursor: Cursor): Statement {
  cursor.expect('RELEASE', 'SAVEPOINT');
  return { kind: 'release', name: cursor.identifier() };
}

function parsePrepare(cursor: Cursor): Statement {
  cursor.expect('PREPARE');
  const name = cursor.identifier();
  cursor.expect('FROM');
  return { kind: 'prepare', name, text: parseExpression(cursor) };
}

function parseExecute(cursor: Cursor): Statement {
  cursor.expect('EXECUTE');
  const name = cursor.identifier();
  const variable = () => {
    if (cursor.peek().kind !== 'user-variable') throw cursor.syntaxError();
    return cursor.next().text;
  };
  return { kind: 'execute', name, variables: cursor.accept('USING') ? list(cursor, variable) : [] };
}

function parseDeallocate(cursor: Cursor): Statement {
  cursor.expect('DEALLOCATE', 'PREPARE');
  return { kind: 'deallocate', name: cursor.identifier() };
}

function parseKill(cursor: Cursor): Statement {
  cursor.expect('KILL');
  if (!cursor.accept('HARD')) cursor.accept('SOFT');
  const what = cursor.accept('QUERY') ? 'query' : 'connection';
  if (what === 'connection') cursor.accept('CONNECTION');
  return { kind: 'kill', what, id: parseExpression(cursor) };
}

function parseCallStatement(cursor: Cursor): Statement {
  cursor.expect('CALL');
  const name = parseTableName(cursor);
  while (!cursor.atEnd()) cursor.next();
  return { kind: 'call', name: name.schema === null ? name.name : `${name.schema}.${name.name}` };
}

function parseMaintain(cursor: Cursor): Statement {
  const what = cursor.anyWord().toLowerCase();
  if (!cursor.accept('NO_WRITE_TO_BINLOG')) cursor.accept('LOCAL');
  cursor.expect('TABLE');
  const tables = list(cursor, () => parseTableName(cursor));
  while (!cursor.atEnd()) cursor.next();
  return { kind: 'maintain', what, tables };
}
