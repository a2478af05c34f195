// Reading function calls, among them those with a syntax of their own (EXTRACT, TRIM, GROUP_CONCAT, window functions).

import type { Call, Expr, OrderItem, Window } from './ast.js';
import { list, type Cursor } from './cursor.js';
import { parseExpression, parseOrderBy } from './parse-expression.js';

export function parseCall(cursor: Cursor): Expr {
  const name = cursor.anyWord().toUpperCase();
  if (!cursor.acceptOperator('(')) return call(name, []);
  const read = readArguments(cursor, name);
  cursor.expectOperator(')');
  return cursor.at('OVER') ? { ...read, over: parseWindow(cursor) } : read;
}

function readArguments(cursor: Cursor, name: string): Call {
  switch (name) {
    case 'EXTRACT':
      return readExtract(cursor);
    case 'TRIM':
      return readTrim(cursor);
    case 'POSITION':
      return readPosition(cursor);
    case 'SUBSTRING':
    case 'SUBSTR':
    case 'MID':
      return readSubstring(cursor);
    case 'CHAR':
      return readChar(cursor);
    case 'TIMESTAMPDIFF':
    case 'TIMESTAMPADD':
      return readTimestampUnit(cursor, name);
    default:
      return readPlain(cursor, name);
  }
}

function call(name: string, args: readonly Expr[], rest: Partial<Call> = {}): Call {
  const plain = { star: false, distinct: false, orderBy: [], separator: null, over: null };
  return { kind: 'call', name, args, ...plain, ...rest };
}

function text(value: string): Expr {
  return { kind: 'string', value };
}

function readPlain(cursor: Cursor, name: string): Call {
  if (cursor.atOperator(')')) return call(name, []);
  if (cursor.acceptOperator('*')) return call(name, [], { star: true });
  const distinct = cursor.accept('DISTINCT');
  if (!distinct) cursor.accept('ALL');
  const args = list(cursor, () => parseExpression(cursor));
  const orderBy: OrderItem[] = cursor.accept('ORDER', 'BY') ? parseOrderBy(cursor) : [];
  const separator = cursor.accept('SEPARATOR') ? cursor.next().text : null;
  return call(name, args, { distinct, orderBy, separator });
}

function readExtract(cursor: Cursor): Call {
  const unit = cursor.anyWord().toUpperCase();
  cursor.expect('FROM');
  return call('EXTRACT', [text(unit), parseExpression(cursor)]);
}

function readTrim(cursor: Cursor): Call {
  const side = ['LEADING', 'TRAILING', 'BOTH'].find((word) => cursor.accept(word)) ?? 'BOTH';
  if (cursor.accept('FROM')) return call('TRIM', [parseExpression(cursor), text(' '), text(side)]);
  const first = parseExpression(cursor);
  if (!cursor.accept('FROM')) return call('TRIM', [first, text(' '), text(side)]);
  return call('TRIM', [parseExpression(cursor), first, text(side)]);
}

function readPosition(cursor: Cursor): Call {
  // The needle ends at IN, which would otherwise be read as the operator.
  const needle = cursor.next();
  if (needle.kind !== 'string') throw cursor.syntaxError();
  cursor.expect('IN');
  return call('LOCATE', [text(needle.text), parseExpression(cursor)]);
}

function readSubstring(cursor: Cursor): Call {
  const args = [parseExpression(cursor)];
  const spelled = cursor.accept('FROM');
  if (!spelled) cursor.expectOperator(',');
  args.push(parseExpression(cursor));
  if (spelled ? cursor.accept('FOR') : cursor.acceptOperator(',')) args.push(parseExpression(cursor));
  return call('SUBSTRING', args);
}

function readChar(cursor: Cursor): Call {
  const args = list(cursor, () => parseExpression(cursor));
  if (cursor.accept('USING')) cursor.anyWord();
  return call('CHAR', args);
}

function readTimestampUnit(cursor: Cursor, name: string): Call {
  const unit = cursor
    .anyWord()
    .toUpperCase()
    .replace(/^SQL_TSI_/, '');
  cursor.expectOperator(',');
  return call(name, [text(unit), ...list(cursor, () => parseExpression(cursor))]);
}

function parseWindow(cursor: Cursor): Window {
  cursor.expect('OVER');
  cursor.expectOperator('(');
  const partitionBy = cursor.accept('PARTITION', 'BY') ? list(cursor, () => parseExpression(cursor)) : [];
  const orderBy = cursor.accept('ORDER', 'BY') ? parseOrderBy(cursor) : [];
  const words: string[] = [];
  while (!cursor.atOperator(')')) words.push(frameWord(cursor));
  cursor.expectOperator(')');
  return { partitionBy, orderBy, frame: words.join(' ') };
}

const frameWords = new Set([
  'ROWS',
  'RANGE',
  'BETWEEN',
  'AND',
  'UNBOUNDED',
  'CURRENT',
  'ROW',
  'PRECEDING',
  'FOLLOWING',
]);

function frameWord(cursor: Cursor): string {
  const token = cursor.peek();
  const known =
    token.kind === 'number' || (token.kind === 'word' && frameWords.has(token.text.toUpperCase()));
  if (!known) throw cursor.syntaxError();
  return cursor.next().text;
}
