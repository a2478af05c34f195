// One pass over a statement's tokens for what may stand anywhere in it: variables, calls, INTO, locking reads.
import { isCall } from './calls.js';
import { isFreeFunction } from './functions.js';
import { textOf, variableName } from './literals.js';
import { obscure, obscureByCall, usesSequence } from './reading.js';
import type { Reading } from './reading.js';
import { judgeSessionFunction, judgeSystemVariable, tellsOfConnections } from './session-functions.js';
import { Kind } from './token.js';
import type { Token } from './token.js';

/** Verbs in whose statements `user@host` is an account. */
const accountVerbs = new Set(['CREATE', 'ALTER', 'DROP', 'RENAME', 'GRANT', 'REVOKE', 'SHOW', 'SET', 'KILL']);

/** What a survey gathers that is in the draft only at its end. */
interface Survey {
  readonly reading: Reading;
  readonly mentioned: Set<string>;
  readonly assigned: Set<string>;
}

/** Adds to the reading's draft what its tokens tell without grammar. Comes after the verb's own reader. */
export function survey(reading: Reading): void {
  const { tokens } = reading;
  const state: Survey = { reading, mentioned: new Set(), assigned: new Set() };
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind === Kind.Word) surveyWord(state, token, at);
    else if (token?.kind === Kind.UserVariable) surveyVariable(state, token, at);
    else if (token?.kind === Kind.Name) surveyName(state, token, at);
    else if (token?.kind === Kind.System) surveySystemVariable(state, at);
  }
  if (state.mentioned.size > 0) addVariables(state);
}

function addVariables({ reading, mentioned, assigned }: Survey): void {
  const { userVariables } = reading.draft;
  userVariables.mentioned = [...mentioned];
  const also = reading.assignsMentioned ? mentioned : assigned;
  userVariables.assigned = [...new Set([...userVariables.assigned, ...also])];
}

function surveyWord(state: Survey, token: Token, at: number): void {
  const { reading } = state;
  const next = reading.tokens[at + 1];
  if (next?.word === '(') surveyCall(state, token, at, next.start > token.end);
  switch (token.word) {
    case 'INTO': {
      surveyInto(state, at);
      return;
    }
    case 'FOR':
      if (next?.word === 'UPDATE' || next?.word === 'SHARE') queryDoesMore(reading);
      return;
    case 'LOCK':
      if (next?.word === 'IN') queryDoesMore(reading);
      return;
    case 'PROCEDURE': {
      queryDoesMore(reading);
      return;
    }
    case 'NEXTVAL':
    case 'CURRVAL':
      if (reading.tokens[at - 1]?.word === '.')
        usesSequence(reading.draft, token.word === 'NEXTVAL' ? 'takes' : 'reads');
      return;
    case 'VALUE':
      if (next?.word === 'FOR')
        usesSequence(reading.draft, reading.tokens[at - 1]?.word === 'NEXT' ? 'takes' : 'reads');
      return;
    default:
      if (tellsOfConnections(token.word)) reading.draft.usesConnectionId = true;
  }
}

/** A query that is more than a read: it locks rows, or puts its result somewhere. */
function queryDoesMore(reading: Reading): void {
  if (reading.isQuery) reading.draft.isRead = false;
}

function surveyInto(state: Survey, at: number): void {
  const { reading } = state;
  const { draft, tokens } = reading;
  if (!reading.isQuery) return;
  draft.isRead = false;
  const word = tokens[at + 1]?.word;
  // A file's name may be one in the folder of the schema.
  if (word === 'OUTFILE' || word === 'DUMPFILE') draft.writes = draft.usesSchema = true;
  for (let target = at + 1; ; target += 2) {
    const token = tokens[target];
    if (token?.kind !== Kind.UserVariable) return;
    state.assigned.add(variableName(reading.text, token, reading.mode));
    if (tokens[target + 1]?.word !== ',') return;
  }
}

function surveyCall(state: Survey, token: Token, at: number, spaced: boolean): void {
  const { reading } = state;
  if (at < reading.callsFrom) return;
  const qualified = reading.tokens[at - 1]?.word === '.';
  if (!qualified && judgeSessionFunction(reading, at, token.word)) return;
  if (!qualified && isFreeFunction(token.word, spaced, reading.mode)) return;
  if (isCall(reading.tokens, at)) noteCall(reading, token, at);
}

/** A quoted name before a parenthesis calls like a bare one; so few are that each is taken for a stored function. */
function surveyName(state: Survey, token: Token, at: number): void {
  const { reading } = state;
  const isListed = tellsOfConnections(textIfShort(reading, token).toUpperCase());
  if (isListed) reading.draft.usesConnectionId = true;
  if (at < reading.callsFrom || reading.tokens[at + 1]?.word !== '(') return;
  if (isCall(reading.tokens, at)) noteCall(reading, token, at);
}

function noteCall(reading: Reading, token: Token, at: number): void {
  const { tokens, draft } = reading;
  const called = textIfShort(reading, token);
  if (called === '') {
    obscure(draft, 'a stored function');
    return;
  }
  const before = tokens[at - 1]?.word === '.' ? tokens[at - 2] : undefined;
  const qualifier = before === undefined ? null : textIfShort(reading, before);
  obscureByCall(draft, `${called}() may be a stored function`, { kind: 'FUNCTION', qualifier, name: called });
}

/** The longest name of a table or function, with quotes. */
const LONGEST_NAME = 66;

function textIfShort(reading: Reading, token: Token): string {
  if (token.end - token.start > LONGEST_NAME) return '';
  return textOf(reading.text, token, reading.mode);
}

function surveyVariable(state: Survey, token: Token, at: number): void {
  const { reading } = state;
  if (isHost(reading, token, at)) return;
  const name = variableName(reading.text, token, reading.mode);
  state.mentioned.add(name);
  if (reading.tokens[at + 1]?.kind !== Kind.Assign) return;
  state.assigned.add(name);
  reading.draft.isRead = false;
}

/** Whether the token is the host of an account: `'u'@'h'`, and `u@h` where accounts are named. */
function isHost(reading: Reading, token: Token, at: number): boolean {
  const before = reading.tokens[at - 1];
  if (before?.end !== token.start) return false;
  if (before.kind === Kind.String || before.kind === Kind.Name) return true;
  const isAccount = before.kind === Kind.Word && before.word !== 'SET' && before.word !== 'SELECT';
  return isAccount && accountVerbs.has(reading.draft.verb);
}

function surveySystemVariable(state: Survey, at: number): void {
  const { reading } = state;
  const { tokens, draft } = reading;
  const isScoped =
    /^(SESSION|LOCAL|GLOBAL)$/.test(tokens[at + 1]?.word ?? '') && tokens[at + 2]?.word === '.';
  if (isScoped && tokens[at + 1]?.word === 'GLOBAL') return;
  const nameAt = isScoped ? at + 3 : at + 1;
  const token = tokens[nameAt];
  if (token === undefined || (draft.verb === 'SET' && isAssignment(tokens[nameAt + 1]))) return;
  judgeSystemVariable(draft, textIfShort(reading, token).toUpperCase());
}

function isAssignment(token: Token | undefined): boolean {
  return token?.word === '=' || token?.kind === Kind.Assign;
}
