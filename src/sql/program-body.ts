// The body of a stored program, read as the statements that it may run: what any of them does, the program may do.
import { collectStatement } from './collect.js';
import { interpret } from './interpret.js';
import { createLexer } from './lexer.js';
import { emptyDraft, obscure } from './reading.js';
import type { Draft } from './reading.js';
import { Kind } from './token.js';
import type { Token } from './token.js';
import type { SqlMode, Statement } from './types.js';

/** Statements of one body that are told apart; a longer one is not judged. */
const MOST_STATEMENTS = 1_000;

/** A statement of a body. */
export interface BodyStatement {
  readonly statement: Statement;
  /** It runs once whenever the program ends without an error. */
  readonly isCertain: boolean;
}

/** Where the walk through a body is. */
interface Walk {
  readonly text: Buffer;
  readonly mode: SqlMode;
  readonly found: { draft: Draft; depth: number }[];
  /** Blocks, branches and loops around the current statement. */
  depth: number;
  /** It may end, or leave out statements, before its last one. */
  mayEndEarly: boolean;
  tokens: readonly Token[];
  at: number;
}

/**
 * The statements in `text`, in the order in which they are written; expressions of IF, RETURN and the like as DO of them.
 * What is not understood is a statement that cannot be judged. Never throws; takes time linear in the length.
 * @param text what stands behind the head of CREATE PROCEDURE, FUNCTION or TRIGGER, in `mode`
 */
export function readBody(text: Buffer, mode: SqlMode): BodyStatement[] {
  const lexer = createLexer(text, mode);
  const walk: Walk = { text, mode, found: [], depth: 0, mayEndEarly: false, tokens: [], at: 0 };
  while (lexer.at < text.length && walk.found.length < MOST_STATEMENTS) {
    walk.tokens = collectStatement(lexer);
    walk.at = 0;
    while (walk.at < walk.tokens.length) step(walk);
  }
  if (lexer.doubt !== null || lexer.at < text.length)
    unjudged(walk, lexer.doubt ?? 'a body that is too long');
  return walk.found.map(({ draft, depth }) => ({
    statement: draft,
    isCertain: depth <= 1 && !walk.mayEndEarly,
  }));
}

function unjudged(walk: Walk, reason: string): void {
  const draft = emptyDraft(walk.text, walk.mode, '', 0, walk.text.length);
  obscure(draft, reason);
  walk.found.push({ draft, depth: 2 });
}

/** Moves past a keyword of the grammar of bodies with its expression, or past a whole statement. */
function step(walk: Walk): void {
  if (skipLabel(walk)) return;
  const word = walk.tokens[walk.at]?.word ?? '';
  const reader = steps.get(word);
  if (reader === undefined) takeStatement(walk);
  else {
    walk.at += 1;
    reader(walk);
  }
}

function skipLabel(walk: Walk): boolean {
  const [label, colon] = [walk.tokens[walk.at], walk.tokens[walk.at + 1]];
  const isLabel = (label?.kind === Kind.Word || label?.kind === Kind.Name) && colon?.word === ':';
  if (isLabel) walk.at += 2;
  return isLabel;
}

const steps = new Map<string, (walk: Walk) => void>([
  ['BEGIN', begin],
  ['LOOP', open],
  ['REPEAT', open],
  ['ELSE', () => undefined],
  ['IF', (walk) => openWith(walk, 'THEN')],
  ['WHILE', (walk) => openWith(walk, 'DO')],
  ['FOR', (walk) => openWith(walk, 'DO')],
  ['CASE', (walk) => openWith(walk, 'WHEN')],
  ['ELSEIF', (walk) => takeExpression(walk, 'THEN')],
  ['WHEN', (walk) => takeExpression(walk, 'THEN')],
  ['UNTIL', until],
  ['END', end],
  ['RETURN', leaveWith],
  ['LEAVE', leaveWith],
  ['ITERATE', leaveWith],
  ['DECLARE', declare],
  ['OPEN', takeRest],
  ['CLOSE', takeRest],
  ['FETCH', takeRest],
]);

function begin(walk: Walk): void {
  if (walk.tokens[walk.at]?.word === 'NOT') walk.at += 2;
  walk.depth += 1;
}

function open(walk: Walk): void {
  // A branch or a loop is no place where a statement certainly runs.
  walk.depth += 2;
}

function openWith(walk: Walk, last: string): void {
  takeExpression(walk, last);
  open(walk);
}

/** `UNTIL condition END REPEAT`; END is read next. */
function until(walk: Walk): void {
  const to = find(walk, 'END');
  take(walk, walk.tokens.slice(walk.at, to), 'DO');
  walk.at = to;
}

/** `END [IF | CASE | LOOP | REPEAT | WHILE | FOR] [label]` */
function end(walk: Walk): void {
  const isBlock = !/^(IF|CASE|LOOP|REPEAT|WHILE|FOR)$/.test(walk.tokens[walk.at]?.word ?? '');
  walk.depth -= isBlock ? 1 : 2;
  walk.at = walk.tokens.length;
}

function leaveWith(walk: Walk): void {
  // The RETURN of a function that is all of it is no early end, and nothing comes behind it either.
  if (walk.depth > 0) walk.mayEndEarly = true;
  takeRest(walk);
}

/** A cursor's query, a handler's statement, a variable's default. */
function declare(walk: Walk): void {
  const words = walk.tokens.slice(walk.at, walk.at + 2).map(({ word }) => word);
  if (words[1] === 'HANDLER') {
    walk.mayEndEarly = true;
    walk.at += 2;
    skipConditions(walk);
  } else if (words[1] === 'CURSOR') {
    walk.at = find(walk, 'FOR') + 1;
  } else {
    walk.at = find(walk, 'DEFAULT') + 1;
    takeRest(walk);
  }
}

/** `FOR SQLSTATE VALUE '42000', NOT FOUND, 1050` */
function skipConditions(walk: Walk): void {
  const { tokens } = walk;
  if (tokens[walk.at]?.word === 'FOR') walk.at += 1;
  do {
    if (tokens[walk.at]?.word === ',') walk.at += 1;
    if (tokens[walk.at]?.word === 'SQLSTATE') walk.at += tokens[walk.at + 1]?.word === 'VALUE' ? 2 : 1;
    walk.at += tokens[walk.at]?.word === 'NOT' ? 2 : 1;
  } while (tokens[walk.at]?.word === ',');
}

/** Takes the expression up to `last`, and moves past that; for WHEN, to it. */
function takeExpression(walk: Walk, last: string): void {
  const to = find(walk, last);
  take(walk, walk.tokens.slice(walk.at, to), 'DO');
  walk.at = last === 'WHEN' ? to : to + 1;
}

function takeRest(walk: Walk): void {
  take(walk, walk.tokens.slice(walk.at), 'DO');
  walk.at = walk.tokens.length;
}

function takeStatement(walk: Walk): void {
  take(walk, walk.tokens.slice(walk.at), '');
  walk.at = walk.tokens.length;
}

/** Index of `word`, not inside of a CASE expression; the end where there is none. */
function find({ tokens, at }: Walk, word: string): number {
  let depth = 0;
  for (; at < tokens.length; at += 1) {
    const here = tokens[at]?.word;
    if (here === word && depth === 0) return at;
    if (here === 'CASE') depth += 1;
    else if (here === 'END') depth -= 1;
  }
  return at;
}

/** Judges a statement, or an expression as the DO of it. */
function take(walk: Walk, tokens: readonly Token[], verb: '' | 'DO'): void {
  const [first] = tokens;
  if (first === undefined) return;
  const { text, mode, found, depth } = walk;
  const head: readonly Token[] =
    verb === 'DO' ? [{ kind: Kind.Word, word: verb, start: first.start, end: first.start }] : [];
  const { draft, takesRest } = interpret(text, mode, [...head, ...withoutRows(tokens)]);
  if (takesRest) obscure(draft, 'a statement with a body of its own');
  found.push({ draft, depth });
}

/** Without the NEW and OLD of triggers: `SET NEW.a = 1` assigns nothing of the session. */
function withoutRows(tokens: readonly Token[]): readonly Token[] {
  const isRow = (at: number): boolean =>
    (tokens[at]?.word === 'NEW' || tokens[at]?.word === 'OLD') && tokens[at + 1]?.word === '.';
  return tokens.filter((_, at) => !isRow(at) && !isRow(at - 1));
}
