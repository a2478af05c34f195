// Whether what a query answers depends on the current schema: whether all of its tables are qualified.
import { Kind } from './token.js';
import type { Token } from './token.js';

/** Where in a query, per parenthesis. */
interface Place {
  /** A SELECT came in this parenthesis, so that FROM opens a list of tables (and is no argument of EXTRACT). */
  readonly hasSelect: boolean;
  /** In a list of tables: a comma or JOIN brings another. */
  readonly inTables: boolean;
  /** A table, or a parenthesis with tables in it, must come next. */
  readonly wantsTable: boolean;
}

const outside: Place = { hasSelect: false, inTables: false, wantsTable: false };

/** Keywords, all reserved, that end the list of tables. */
const endsTables = new Set(['WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'UNION', 'PROCEDURE', 'INTO']);

/** False only where every table is named with its schema. Functions such as DATABASE() are looked for elsewhere. */
export function namesUnqualifiedTable(tokens: readonly Token[]): boolean {
  const stack: Place[] = [];
  let place = outside;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.word === '(') {
      stack.push(place);
      place = inParenthesis(place, tokens[at + 1]);
    } else if (token.word === ')') {
      place = { ...(stack.pop() ?? outside), wantsTable: false };
    } else if (isNoKeyword(tokens, at)) {
      continue;
    } else if (place.wantsTable) {
      if (token.word === 'LATERAL' || isOuterJoin(tokens, at)) continue;
      if (token.word !== 'DUAL' && !isQualified(tokens, at)) return true;
      place = { ...place, wantsTable: false };
    } else place = after(place, token);
  }
  return false;
}

/** A part of a name, of a hint (`USE INDEX FOR ORDER BY (a)`), or of `FOR SYSTEM_TIME FROM a TO b`. */
function isNoKeyword(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.word;
  const { word = '' } = tokens[at] ?? {};
  if (before === '.') return true;
  return before === 'FOR' ? hinted.has(word) : before === 'SYSTEM_TIME' && word === 'FROM';
}

const hinted = new Set(['ORDER', 'GROUP', 'JOIN']);

/** ODBC's `{ OJ a LEFT OUTER JOIN b ON ... }`. */
function isOuterJoin(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.word === '{' || (tokens[at]?.word === 'OJ' && tokens[at - 1]?.word === '{');
}

/** They bring names that are no tables of a schema, or end a list of tables on servers that have them. */
const bringNames = new Set(['WITH', 'JSON_TABLE', 'WINDOW', 'EXCEPT', 'INTERSECT']);

/** Whether a query is certain to fail without a current schema. */
export function surelyNeedsSchema(tokens: readonly Token[]): boolean {
  return namesUnqualifiedTable(tokens) && !tokens.some(({ word }) => bringNames.has(word));
}

/** A parenthesis where a table is wanted holds a query or more tables; elsewhere it holds neither. */
function inParenthesis(place: Place, next: Token | undefined): Place {
  if (!place.wantsTable || next?.word === 'SELECT') return outside;
  if (next?.word === 'WITH' || next?.word === 'VALUES') return outside;
  return { hasSelect: false, inTables: true, wantsTable: true };
}

function isQualified(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  const isName = token?.kind === Kind.Word || token?.kind === Kind.Name;
  return isName && tokens[at + 1]?.word === '.';
}

function after(place: Place, token: Token): Place {
  if (token.kind === Kind.Symbol)
    return token.word === ',' && place.inTables ? { ...place, wantsTable: true } : place;
  if (token.kind !== Kind.Word) return place;
  switch (token.word) {
    case 'SELECT':
      return { hasSelect: true, inTables: false, wantsTable: false };
    case 'FROM':
      return place.hasSelect ? { ...place, inTables: true, wantsTable: true } : place;
    case 'JOIN':
    case 'STRAIGHT_JOIN':
      return place.inTables ? { ...place, wantsTable: true } : place;
    case 'TABLE':
      return { ...place, wantsTable: true };
    default:
      return endsTables.has(token.word) ? { ...place, inTables: false } : place;
  }
}
