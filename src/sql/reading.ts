// A statement being read: its tokens, the place in them, and what is known of it so far.
import { mentionTest } from './identifiers.js';
import { textOf } from './literals.js';
import { Kind } from './token.js';
import type { Token } from './token.js';
import type { QualifiedName, RoutineCall, SqlMode, Statement } from './types.js';

type Mutable<T> = T extends (name: string) => boolean
  ? T
  : T extends readonly (infer E)[]
    ? E[]
    : T extends object
      ? { -readonly [K in keyof T]: Mutable<T[K]> }
      : T;

/** The statement as it grows. */
export type Draft = Mutable<Statement>;

/** One statement's tokens (without the delimiter) and the place in them, from which the readers of verbs go on. */
export interface Reading {
  readonly text: Buffer;
  readonly mode: SqlMode;
  readonly tokens: readonly Token[];
  /** Index of the next token to read. */
  at: number;
  /** Index of the token from which on functions may be called. */
  callsFrom: number;
  /** It runs a query: INTO, FOR UPDATE and the like make it more than a read. */
  isQuery: boolean;
  /** It may assign whatever user variable it mentions. */
  assignsMentioned: boolean;
  /** It may hold statements of its own, so that a delimiter need not end it: the rest of the text belongs to it. */
  takesRest: boolean;
  readonly draft: Draft;
}

/** A statement of which nothing is known but its verb and its place in the text: no effects. */
export function emptyDraft(text: Buffer, mode: SqlMode, verb: string, start: number, end: number): Draft {
  const draft: Draft = {
    start,
    end,
    verb,
    isRead: false,
    writes: false,
    mayRunTriggers: false,
    updatesDuplicates: false,
    beginsTransaction: false,
    endsTransaction: false,
    endsConnection: false,
    assigns: [],
    globals: [],
    userVariables: { mentioned: [], assigned: [] },
    temporaryTables: { created: [], dropped: [], renamed: [] },
    createdTables: [],
    droppedTables: [],
    use: null,
    mayDropSchema: false,
    usesSchema: true,
    needsSchema: false,
    asksOfSchema: [],
    diagnostics: [],
    sequence: null,
    locks: [],
    handler: null,
    lockCalls: [],
    usesConnectionId: false,
    processes: null,
    kill: null,
    prepare: null,
    execute: null,
    runs: null,
    deallocate: null,
    role: null,
    ownPassword: null,
    loadsLocalFile: false,
    oneShot: false,
    setsForItself: false,
    opaque: null,
    callsOnly: true,
    calls: [],
    mentions: () => false,
  };
  draft.mentions = mentionTest(text, mode, draft);
  return draft;
}

/** The statement cannot be judged. The first reason stays; it may do anything, so it writes. */
export function obscure(draft: Draft, reason: string): void {
  draft.callsOnly = false;
  hideEffects(draft, reason);
}

/** Routines of one statement that are told apart. */
const MOST_CALLS = 50;

/** It takes a sequence's next value, which nobody gets again, or reads the last one taken, which the connection alone has. */
export function usesSequence(draft: Draft, how: 'takes' | 'reads'): void {
  if (draft.sequence !== 'takes') draft.sequence = how;
  if (how === 'takes') draft.writes = true;
  draft.isRead = false;
  draft.usesSchema = true;
}

/** It may call the stored routine: what it does is not in the statement. */
export function obscureByCall(draft: Draft, reason: string, call: RoutineCall): void {
  if (draft.calls.length >= MOST_CALLS) draft.callsOnly = false;
  else draft.calls.push(call);
  // A routine has its own schema as the current one.
  const { usesSchema } = draft;
  hideEffects(draft, reason);
  draft.usesSchema = usesSchema || call.qualifier === null;
}

function hideEffects(draft: Draft, reason: string): void {
  draft.opaque ??= reason;
  draft.isRead = false;
  draft.writes = true;
  draft.usesSchema = true;
}

/** It names this table or procedure, where none but those of a schema can be meant. */
export function needsSchemaFor(draft: Draft, { qualifier }: QualifiedName): void {
  if (qualifier === null) draft.needsSchema = true;
}

/** The word or symbol `offset` tokens ahead; '' for quoted things and beyond the end. */
export function peek(reading: Reading, offset = 0): string {
  return reading.tokens[reading.at + offset]?.word ?? '';
}

/** Whether all tokens are read. */
export function atEnd(reading: Reading): boolean {
  return reading.at >= reading.tokens.length;
}

/** Moves past `words` if they come next, in this order; else stays. */
export function accept(reading: Reading, ...words: readonly string[]): boolean {
  if (!words.every((word, offset) => peek(reading, offset) === word)) return false;
  reading.at += words.length;
  return true;
}

/** Moves past one of `words` if it comes next, and returns it; else ''. */
export function acceptOneOf(reading: Reading, ...words: readonly string[]): string {
  const word = peek(reading);
  if (!words.includes(word)) return '';
  reading.at += 1;
  return word;
}

/** Moves past all words that are among `words`. */
export function skipWords(reading: Reading, ...words: readonly string[]): void {
  while (words.includes(peek(reading)) && !atEnd(reading)) reading.at += 1;
}

/** Moves past an identifier, quoted or not, and returns its text; null where none comes. */
export function name(reading: Reading): string | null {
  const token = reading.tokens[reading.at];
  if (token?.kind !== Kind.Word && token?.kind !== Kind.Name) return null;
  reading.at += 1;
  return textOf(reading.text, token, reading.mode);
}

/** Moves past `name` or `qualifier.name`; null (and no move beyond the dot) where none comes. */
export function qualifiedName(reading: Reading): QualifiedName | null {
  const first = name(reading);
  if (first === null) return null;
  if (!accept(reading, '.')) return { qualifier: null, name: first };
  const second = name(reading);
  return second === null ? null : { qualifier: first, name: second };
}
