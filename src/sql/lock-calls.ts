// Calls of the functions for named locks, as data, where it is certain that each is evaluated once and in order.
import { isPlainString, textOf } from './literals.js';
import type { Reading } from './reading.js';
import { Kind } from './token.js';
import type { Token } from './token.js';
import type { LockArgument, LockCall, LockFunction } from './types.js';

/** How many arguments each takes. */
const functions: ReadonlyMap<string, number> = new Map<LockFunction, number>([
  ['GET_LOCK', 2],
  ['RELEASE_LOCK', 1],
  ['RELEASE_ALL_LOCKS', 0],
  ['IS_FREE_LOCK', 1],
  ['IS_USED_LOCK', 1],
]);

/** A list of more tokens is not read: of a very long statement not all are kept. */
const MOST_TOKENS = 500;

/** Names beyond printable ASCII are other bytes in other character sets. */
const plainName = /^[\x20-\x7e]*$/;

/**
 * The calls in `SELECT item, ...` and `DO item, ...`, where nothing follows the list but FROM DUAL, and each item is a call
 * as a whole or calls nothing at all; and those of any statement that only asks for locks. Null for any other statement, and
 * where an argument is no literal and no parameter.
 */
export function readLockCalls(reading: Reading): LockCall[] | null {
  return onlyAsks(reading) ? readQuestions(reading) : readList(reading);
}

/** Whether it calls none of the functions that take or release a lock. */
function onlyAsks({ tokens }: Reading): boolean {
  return tokens.every(({ word }) => !functions.has(word) || questions.has(word));
}

const questions: ReadonlySet<string> = new Set<LockFunction>(['IS_FREE_LOCK', 'IS_USED_LOCK']);

/** It matters to no question how often it is asked, and whether. */
function readQuestions(reading: Reading): LockCall[] | null {
  const { tokens } = reading;
  if (tokens.length > MOST_TOKENS) return null;
  const calls: LockCall[] = [];
  for (const [at, { word }] of tokens.entries()) {
    if (!questions.has(word) || tokens[at + 1]?.word !== '(') continue;
    const close = tokens.findIndex((token, index) => index > at && token.word === ')');
    const call = readCall(reading, tokens.slice(at, close + 1), 0);
    if (call === null) return null;
    calls.push(call);
  }
  return calls;
}

function readList(reading: Reading): LockCall[] | null {
  const { tokens, draft } = reading;
  if (draft.verb !== 'SELECT' && draft.verb !== 'DO') return null;
  const first = tokens.findIndex(({ word }) => word === draft.verb) + 1;
  if (first !== 1 || tokens.length > MOST_TOKENS) return null;
  const items = listItems(tokens.slice(first, endOfList(tokens)));
  const calls: LockCall[] = [];
  for (const [item, list] of items.entries()) {
    const call = readCall(reading, list, item);
    if (call !== null) calls.push(call);
    else if (!isPlainItem(list)) return null;
  }
  return calls;
}

function endOfList(tokens: readonly Token[]): number {
  const isFromDual = tokens.at(-2)?.word === 'FROM' && tokens.at(-1)?.word === 'DUAL';
  return isFromDual ? tokens.length - 2 : tokens.length;
}

function listItems(tokens: readonly Token[]): Token[][] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.word === '(') depth += 1;
    else if (token.word === ')') depth -= 1;
    if (token.word === ',' && depth === 0) items.push([]);
    else items.at(-1)?.push(token);
  }
  return items;
}

/** An item without a call, an assignment and anything that could belong to what follows a list. */
function isPlainItem([first, ...alias]: readonly Token[]): boolean {
  if (first === undefined || !isAlias(alias)) return false;
  const { kind, word } = first;
  if (kind === Kind.String || kind === Kind.Number || kind === Kind.UserVariable) return true;
  return kind === Kind.Word && (word === 'NULL' || word === 'TRUE' || word === 'FALSE');
}

/** Nothing, `name` or `AS name`. */
function isAlias(tokens: readonly Token[]): boolean {
  const [first, second] = tokens;
  if (first === undefined) return true;
  const name = first.word === 'AS' ? second : first;
  if (tokens.length !== (first.word === 'AS' ? 2 : 1)) return false;
  return name?.kind === Kind.Name || name?.kind === Kind.String || isNameWord(name);
}

/** Behind a list without FROM, a lone word of these would not be an alias but begin a clause. */
const clauses = new Set(
  'FROM WHERE GROUP HAVING ORDER LIMIT INTO UNION EXCEPT INTERSECT FOR LOCK'.split(' '),
);

function isNameWord(token: Token | undefined): boolean {
  return token?.kind === Kind.Word && token.word !== '' && !clauses.has(token.word);
}

function readCall(reading: Reading, list: readonly Token[], item: number): LockCall | null {
  const [name, open] = list;
  const count = name?.kind === Kind.Word ? functions.get(name.word) : undefined;
  if (name === undefined || count === undefined || open?.word !== '(') return null;
  // NAME ( a , b ): an argument is one token, but for a sign before a number.
  const close = list.findIndex(({ word }) => word === ')');
  const inner = listItems(list.slice(2, close)).filter((tokens) => tokens.length > 0);
  const last = list[close];
  if (last === undefined || inner.length !== count || !isAlias(list.slice(close + 1))) return null;
  if (!isUnbroken(reading.text, list.slice(0, close + 1))) return null;
  const [nameArgument = null, timeout = null] = inner.map((tokens) => readArgument(reading, tokens));
  if (count > 0 && !isName(nameArgument)) return null;
  if (count > 1 && (timeout === null || timeout.kind === 'string')) return null;
  const { start } = name;
  return { function: name.word as LockFunction, item, start, end: last.end, name: nameArgument, timeout };
}

function isName(argument: LockArgument | null): boolean {
  if (argument === null || argument.kind === 'number') return false;
  return argument.kind !== 'string' || plainName.test(argument.value);
}

/** Nothing between the tokens but what no server reads: the bounds of a part that only some of them read may not be there. */
function isUnbroken(text: Buffer, tokens: readonly Token[]): boolean {
  return tokens.every(({ end }, at) => {
    const next = tokens[at + 1];
    return next === undefined || unread.test(text.toString('latin1', end, next.start));
  });
}

/** White space, and comments that are only that. */
const unread = /^(\s|\/\*(?!M?!)([^*]|\*(?!\/))*\*\/)*$/;

function readArgument({ text, mode, tokens: all }: Reading, tokens: readonly Token[]): LockArgument | null {
  const [first, second] = tokens;
  const last = tokens.at(-1);
  if (first === undefined || last === undefined || tokens.length > 2) return null;
  const { start } = first;
  const { end } = last;
  const isSigned = first.word === '-' || first.word === '+';
  if (isSigned !== (second !== undefined)) return null;
  if (last.kind === Kind.Number) {
    const value = text.toString('latin1', start, end).replace(/\s/g, '');
    return /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(value) ? { kind: 'number', value, start, end } : null;
  }
  if (isSigned) return null;
  if (first.word === 'NULL') return { kind: 'null', start, end };
  if (first.word === '?') return { kind: 'parameter', index: parametersBefore(all, start), start, end };
  if (!isPlainString(text, first)) return null;
  return { kind: 'string', value: textOf(text, first, mode), start, end };
}

function parametersBefore(tokens: readonly Token[], start: number): number {
  return tokens.filter((token) => token.word === '?' && token.start < start).length;
}
