// From the tokens of one statement to its effects.
import { readLockCalls } from './lock-calls.js';
import { atEnd, emptyDraft, obscure } from './reading.js';
import type { Draft, Reading } from './reading.js';
import { survey } from './survey.js';
import { Kind } from './token.js';
import type { Token } from './token.js';
import type { SqlMode } from './types.js';
import { readByVerb } from './verbs.js';

/** What one statement does, and whether the rest of the text belongs to it. */
export interface Interpreted {
  readonly draft: Draft;
  readonly takesRest: boolean;
}

/** Judges the statement that `tokens` are; there is at least one. */
export function interpret(text: Buffer, mode: SqlMode, tokens: readonly Token[]): Interpreted {
  const first = verbFrom(tokens, 0);
  const verbToken = tokens[first];
  const verb = verbToken?.kind === Kind.Word ? verbToken.word : '';
  const draft = emptyDraft(text, mode, verb, tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0);
  const reading: Reading = {
    text,
    mode,
    tokens,
    at: first + 1,
    callsFrom: 0,
    isQuery: false,
    assignsMentioned: false,
    takesRest: false,
    draft,
  };
  if (mode.mariadb && isSetStatement(tokens, first)) return setStatement(reading);
  readByVerb(reading);
  survey(reading);
  if (draft.opaque !== null && complainsOfFunctions.has(verb)) draft.needsSchema = false;
  if (draft.lockCalls === null && draft.opaque === null) draft.lockCalls = readLockCalls(reading);
  return { draft, takesRest: reading.takesRest };
}

/** Where a function that needs a schema, too, may stand in front of the table: the server complains of what comes first. */
const complainsOfFunctions = new Set(['SELECT', 'VALUES', 'WITH', 'SET', 'DO']);

/** Index of the verb of the statement that begins at `from`. */
function verbFrom(tokens: readonly Token[], from: number): number {
  let at = from;
  while (tokens[at]?.word === '(') at += 1;
  return at;
}

function isSetStatement(tokens: readonly Token[], verbAt: number): boolean {
  return tokens[verbAt]?.word === 'SET' && tokens[verbAt + 1]?.word === 'STATEMENT';
}

/** `SET STATEMENT a=1, b=2 FOR statement`: the statement's effects; what is assigned is the server's to restore. */
function setStatement(reading: Reading): Interpreted {
  const { text, mode, tokens, draft } = reading;
  let innerFrom = statementStart(reading);
  // One inside of the other, as deep as the text is long: in a loop, for each would be a call within a call.
  for (let at = verbFrom(tokens, innerFrom); isSetStatement(tokens, at); at = verbFrom(tokens, innerFrom)) {
    reading.at = at + 1;
    innerFrom = statementStart(reading);
  }
  const inner = tokens.slice(innerFrom);
  if (inner.length === 0) {
    obscure(draft, 'a SET that is not understood');
    return { draft, takesRest: false };
  }
  const { draft: effects, takesRest } = interpret(text, mode, inner);
  draft.usesSchema = false;
  survey({ ...reading, tokens: tokens.slice(0, tokens.length - inner.length) });
  if (hasEffects(draft)) obscure(effects, 'a SET STATEMENT whose values have effects');
  const { start, verb, mentions } = draft;
  return { draft: { ...effects, start, verb, mentions, setsForItself: true }, takesRest };
}

/** Whether the values that a SET STATEMENT assigns need or do anything. */
function hasEffects(draft: Draft): boolean {
  const { userVariables, diagnostics, assigns, asksOfSchema, locks } = draft;
  const lists = [userVariables.mentioned, diagnostics, assigns, asksOfSchema, locks];
  return (
    lists.some(({ length }) => length > 0) ||
    draft.usesSchema ||
    draft.usesConnectionId ||
    draft.opaque !== null
  );
}

/** Index of the token behind FOR, as far as the assignments before it are read; the end where there is none. */
function statementStart(reading: Reading): number {
  let depth = 0;
  for (; !atEnd(reading); reading.at += 1) {
    const word = reading.tokens[reading.at]?.word;
    if (word === '(') depth += 1;
    else if (word === ')') depth -= 1;
    else if (word === 'FOR' && depth === 0) return reading.at + 1;
  }
  return reading.at;
}
