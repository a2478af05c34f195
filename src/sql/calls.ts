// Tells whether a word before a parenthesis calls a function.
import { Kind } from './token.js';
import type { Token } from './token.js';

/** Keywords that a parenthesis may follow, all reserved: none can be the name of a function. */
const keywords = new Set(
  `ALL AND AS ASC BETWEEN BY CASE CROSS DECIMAL DESC DISTINCT DISTINCTROW DIV DOUBLE ELSE EXISTS FLOAT FROM GROUP
  HAVING IN INDEX INNER INTO IS JOIN KEY KEYS LIKE LIMIT MATCH NATURAL NOT NULL NUMERIC ON OR ORDER OUTER PARTITION
  REAL REGEXP RLIKE SELECT SEPARATOR SET STRAIGHT_JOIN THEN UNION USING VALUES VARBINARY VARCHAR WHEN WHERE WITH XOR
  ROW SQL_CALC_FOUND_ROWS SQL_SMALL_RESULT SQL_BIG_RESULT`.split(/\s+/),
);

/** Words behind which the name of a table stands, so that a parenthesis behind it opens a list of columns. */
const beforeTarget = new Set(['INTO', 'INSERT', 'REPLACE', 'IGNORE', 'DELAYED', 'LOW_PRIORITY', 'TABLE']);

function isSymbol(token: Token | undefined, character: string): boolean {
  return token?.kind === Kind.Symbol && token.word === character;
}

/** What may stand directly before an alias or an operator, but never before a call. */
function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return (
    token.kind === Kind.String ||
    token.kind === Kind.Number ||
    token.kind === Kind.Name ||
    token.kind === Kind.UserVariable ||
    isSymbol(token, ')')
  );
}

/** Whether the name that ends at `at` is where an INSERT puts its rows: `INSERT INTO d.t`. */
function isTarget(tokens: readonly Token[], at: number): boolean {
  let first = at;
  while (isSymbol(tokens[first - 1], '.')) first -= 2;
  return beforeTarget.has(tokens[first - 1]?.word ?? '');
}

/** Whether the parentheses at `open` hold a plain list of names that AS and a parenthesis follow: `cte (a, b) AS (`. */
function isColumnList(tokens: readonly Token[], open: number): boolean {
  let at = open + 1;
  for (; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== Kind.Word && token?.kind !== Kind.Name && !isSymbol(token, ',')) break;
  }
  return isSymbol(tokens[at], ')') && tokens[at + 1]?.word === 'AS' && isSymbol(tokens[at + 2], '(');
}

/** How far behind JSON_TABLE its COLUMNS are looked for: its calls may be nested, and no text may take long. */
const NEAR = 100;

/** Whether the parentheses at `open` hold what only JSON_TABLE has: COLUMNS behind a string. */
function hasColumns(tokens: readonly Token[], open: number): boolean {
  let depth = 0;
  const last = Math.min(tokens.length, open + NEAR);
  for (let at = open; at < last; at += 1) {
    if (isSymbol(tokens[at], '(')) depth += 1;
    else if (isSymbol(tokens[at], ')')) depth -= 1;
    if (depth === 0) return false;
    if (depth === 1 && tokens[at]?.kind === Kind.String && tokens[at + 1]?.word === 'COLUMNS') return true;
  }
  return false;
}

/**
 * Whether the word or name at `at`, which a parenthesis follows, is called. False only where the grammar allows no call,
 * or where the word is a reserved one.
 */
export function isCall(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token?.kind === Kind.Word && keywords.has(token.word)) return false;
  const before = tokens[at - 1];
  if (before?.word === 'AS' || endsOperand(before)) return false;
  // Of a partition, VALUES LESS THAN (...); an alias is called no more than a keyword.
  if (token?.word === 'THAN' && before?.word === 'LESS') return false;
  if (tokens[at + 2]?.word === 'SELECT') return false;
  if (token?.word === 'JSON_TABLE' && hasColumns(tokens, at + 1)) return false;
  return !isTarget(tokens, at) && !isTarget(tokens, at - 1) && !isColumnList(tokens, at + 1);
}
