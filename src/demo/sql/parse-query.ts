// Reading SELECT, with its unions, common tables, joins and derived tables.

import { mysqlError } from '../mysql-error.js';
import type {
  CommonTable,
  Expr,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperator,
  TableName,
  TableRef,
} from './ast.js';
import { list, parenthesised, type Cursor } from './cursor.js';
import { parseExpression, parseNames, parseOrderBy } from './parse-expression.js';

/** Whether a query comes next, perhaps behind parentheses. */
export function atQuery(cursor: Cursor): boolean {
  let ahead = 0;
  while (cursor.peek(ahead).kind === 'operator' && cursor.peek(ahead).text === '(') ahead++;
  const token = cursor.peek(ahead);
  if (token.kind !== 'word') return false;
  const word = token.text.toUpperCase();
  return (
    word === 'SELECT' ||
    word === 'WITH' ||
    (word === 'VALUES' && cursor.peek(ahead + 1).text.toUpperCase() === 'ROW')
  );
}

export function parseQuery(cursor: Cursor): Query {
  const common = cursor.accept('WITH') ? parseWith(cursor) : null;
  let body = parseOperand(cursor);
  let tail = parseTail(cursor);
  for (let operator = acceptSetOperator(cursor); operator !== null; operator = acceptSetOperator(cursor)) {
    if (tail.orderBy.length > 0 || tail.limit !== null) throw cursor.syntaxError();
    body = { kind: 'set', operator, left: body, right: parseOperand(cursor) };
    tail = parseTail(cursor);
  }
  const into = body.kind === 'select' && body.into.length > 0 ? body.into : tail.into;
  return { with: common, body, ...tail, into };
}

function acceptSetOperator(cursor: Cursor): SetOperator | null {
  if (cursor.accept('UNION', 'ALL')) return 'UNION ALL';
  if (cursor.accept('UNION')) {
    cursor.accept('DISTINCT');
    return 'UNION';
  }
  if (cursor.accept('EXCEPT')) return 'EXCEPT';
  return cursor.accept('INTERSECT') ? 'INTERSECT' : null;
}

function parseWith(cursor: Cursor): { recursive: boolean; tables: CommonTable[] } {
  const recursive = cursor.accept('RECURSIVE');
  const tables = list(cursor, () => {
    const name = cursor.identifier();
    const columns = cursor.atOperator('(') ? parseNames(cursor) : [];
    cursor.expect('AS');
    cursor.expectOperator('(');
    const query = parseQuery(cursor);
    cursor.expectOperator(')');
    return { name, columns, query };
  });
  return { recursive, tables };
}

function parseOperand(cursor: Cursor): QueryBody {
  if (cursor.acceptOperator('(')) {
    const query = parseQuery(cursor);
    cursor.expectOperator(')');
    return { kind: 'nested', query };
  }
  if (cursor.accept('VALUES')) {
    const rows = list(cursor, () => {
      cursor.expect('ROW');
      return parenthesised(cursor, () => parseExpression(cursor));
    });
    return { kind: 'values', rows };
  }
  cursor.expect('SELECT');
  return parseSelect(cursor);
}

type Tail = Pick<Query, 'orderBy' | 'limit' | 'into'>;

function parseTail(cursor: Cursor): Tail {
  const orderBy = cursor.accept('ORDER', 'BY') ? parseOrderBy(cursor) : [];
  const limit = cursor.accept('LIMIT') ? parseLimit(cursor) : null;
  const into = parseInto(cursor);
  parseLocking(cursor);
  return { orderBy, limit, into };
}

function parseInto(cursor: Cursor): string[] {
  return cursor.accept('INTO') ? list(cursor, () => variable(cursor)) : [];
}

function variable(cursor: Cursor): string {
  if (cursor.peek().kind !== 'user-variable') throw cursor.syntaxError();
  return cursor.next().text;
}

function parseLimit(cursor: Cursor): { offset: Expr | null; count: Expr } {
  const first = parseRowCount(cursor);
  if (cursor.acceptOperator(',')) return { offset: first, count: parseRowCount(cursor) };
  return { count: first, offset: cursor.accept('OFFSET') ? parseRowCount(cursor) : null };
}

/** A number or a `?`: LIMIT takes no expression. */
export function parseRowCount(cursor: Cursor): Expr {
  const { kind, text } = cursor.peek();
  if (kind !== 'parameter' && !(kind === 'number' && /^\d+$/.test(text))) throw cursor.syntaxError();
  cursor.next();
  return kind === 'parameter' ? { kind, index: Number(text) } : { kind: 'integer', text };
}

/** There is one writer at a time, so a locking read locks nothing more. */
function parseLocking(cursor: Cursor): void {
  if (cursor.accept('LOCK', 'IN', 'SHARE', 'MODE')) return;
  if (!cursor.accept('FOR', 'UPDATE') && !cursor.accept('FOR', 'SHARE')) return;
  if (!cursor.accept('NOWAIT')) cursor.accept('SKIP', 'LOCKED');
}

const selectModifiers = [
  'ALL',
  'HIGH_PRIORITY',
  'STRAIGHT_JOIN',
  'SQL_SMALL_RESULT',
  'SQL_BIG_RESULT',
  'SQL_BUFFER_RESULT',
  'SQL_NO_CACHE',
  'SQL_CACHE',
];

function parseSelect(cursor: Cursor): Select {
  let distinct = false;
  let countsFoundRows = false;
  for (;;) {
    if (cursor.accept('DISTINCT') || cursor.accept('DISTINCTROW')) distinct = true;
    else if (cursor.accept('SQL_CALC_FOUND_ROWS')) countsFoundRows = true;
    else if (!selectModifiers.some((word) => cursor.accept(word))) break;
  }
  const items = list(cursor, () => parseItem(cursor));
  const into = parseInto(cursor);
  const from = cursor.accept('FROM') ? parseFrom(cursor) : null;
  const where = cursor.accept('WHERE') ? parseExpression(cursor) : null;
  const groupBy = cursor.accept('GROUP', 'BY') ? list(cursor, () => parseGroupItem(cursor)) : [];
  if (cursor.at('WITH', 'ROLLUP')) throw cursor.syntaxError();
  const having = cursor.accept('HAVING') ? parseExpression(cursor) : null;
  return { kind: 'select', distinct, countsFoundRows, items, into, from, where, groupBy, having };
}

function parseGroupItem(cursor: Cursor): Expr {
  const expr = parseExpression(cursor);
  if (!cursor.accept('ASC')) cursor.accept('DESC');
  return expr;
}

function parseItem(cursor: Cursor): SelectItem {
  const qualifier = acceptStar(cursor);
  if (qualifier !== null) return { kind: 'star', qualifier };
  const { start } = cursor.peek();
  const expr = parseExpression(cursor);
  const text = cursor.textFrom(start);
  return { kind: 'expression', expr, alias: parseAlias(cursor, true), text };
}

/** `*`, `t.*` or `s.t.*`. */
function acceptStar(cursor: Cursor): string[] | null {
  for (const names of [0, 1, 2]) {
    const star = cursor.peek(names * 2);
    const dotted = Array.from({ length: names }, (_, i) => cursor.peek(i * 2 + 1));
    const isStar = star.kind === 'operator' && star.text === '*';
    if (!isStar || !dotted.every((token) => token.kind === 'operator' && token.text === '.')) continue;
    const qualifier: string[] = [];
    for (let i = 0; i < names; i++) {
      qualifier.push(cursor.anyWord());
      cursor.expectOperator('.');
    }
    cursor.expectOperator('*');
    return qualifier;
  }
  return null;
}

/** `[AS] name`; a column's alias may also be a string. */
function parseAlias(cursor: Cursor, mayBeString: boolean): string | null {
  const spelled = cursor.accept('AS');
  if (mayBeString && cursor.peek().kind === 'string') return cursor.next().text;
  if (spelled) return cursor.anyWord();
  return cursor.atIdentifier() ? cursor.identifier() : null;
}

function parseFrom(cursor: Cursor): TableRef | null {
  if (cursor.accept('DUAL')) return null;
  let left = parseJoins(cursor);
  while (cursor.acceptOperator(',')) left = join('CROSS', left, parseJoins(cursor));
  return left;
}

function join(
  type: 'INNER' | 'LEFT' | 'RIGHT' | 'CROSS',
  left: TableRef,
  right: TableRef,
  rest: { natural?: boolean; on?: Expr | null; using?: readonly string[] } = {},
): TableRef {
  return { kind: 'join', type, natural: false, on: null, using: [], ...rest, left, right };
}

function parseJoins(cursor: Cursor): TableRef {
  let left = parseFactor(cursor);
  for (let head = acceptJoin(cursor); head !== null; head = acceptJoin(cursor)) {
    const right = parseFactor(cursor);
    const on = cursor.accept('ON') ? parseExpression(cursor) : null;
    const using = on === null && cursor.accept('USING') ? parseNames(cursor) : [];
    left = join(head.type, left, right, { natural: head.natural, on, using });
  }
  return left;
}

function acceptJoin(cursor: Cursor): { type: 'INNER' | 'LEFT' | 'RIGHT'; natural: boolean } | null {
  const natural = cursor.accept('NATURAL');
  if (cursor.accept('STRAIGHT_JOIN')) return { type: 'INNER', natural };
  const side = (['LEFT', 'RIGHT'] as const).find((word) => cursor.accept(word));
  if (side !== undefined) cursor.accept('OUTER');
  else if (!cursor.accept('INNER')) cursor.accept('CROSS');
  if (cursor.accept('JOIN')) return { type: side ?? 'INNER', natural };
  if (natural || side !== undefined) throw cursor.syntaxError();
  return null;
}

function parseFactor(cursor: Cursor): TableRef {
  if (cursor.atOperator('(')) return parseParenthesised(cursor);
  if (cursor.at('LATERAL')) throw cursor.syntaxError();
  // ODBC's escape: { OJ t1 LEFT OUTER JOIN t2 ON ... }
  if (cursor.acceptOperator('{')) {
    cursor.anyWord();
    const inner = parseJoins(cursor);
    cursor.expectOperator('}');
    return inner;
  }
  const table = parseTableName(cursor);
  if (cursor.accept('PARTITION')) parseNames(cursor);
  const alias = parseAlias(cursor, false);
  skipIndexHints(cursor);
  return { kind: 'table', table, alias };
}

function parseParenthesised(cursor: Cursor): TableRef {
  if (atQuery(cursor)) {
    cursor.expectOperator('(');
    const query = parseQuery(cursor);
    cursor.expectOperator(')');
    const alias = parseAlias(cursor, false);
    if (alias === null) throw mysqlError('DERIVED_WITHOUT_ALIAS', {});
    const columns = cursor.atOperator('(') ? parseNames(cursor) : [];
    return { kind: 'derived', query, alias, columns };
  }
  cursor.expectOperator('(');
  const inner = parseFrom(cursor);
  cursor.expectOperator(')');
  if (inner === null) throw cursor.syntaxError();
  return inner;
}

function skipIndexHints(cursor: Cursor): void {
  while (cursor.accept('USE') || cursor.accept('FORCE') || cursor.accept('IGNORE')) {
    if (!cursor.accept('INDEX')) cursor.expect('KEY');
    if (cursor.accept('FOR') && !cursor.accept('JOIN')) {
      cursor.anyWord();
      cursor.expect('BY');
    }
    parseNames(cursor);
  }
}

export function parseTableName(cursor: Cursor): TableName {
  const first = cursor.identifier();
  return cursor.acceptOperator('.')
    ? { schema: first, name: cursor.anyWord() }
    : { schema: null, name: first };
}
