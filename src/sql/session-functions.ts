// The built-in functions and system variables that are the session's matter, and what they do to it.
import { obscure, usesSequence } from './reading.js';
import type { Draft, Reading } from './reading.js';
import type { DiagnosticsRead, LockEffect } from './types.js';

/** Judges the call of the function whose name is the token at `at`. */
type Judge = (reading: Reading, at: number) => void;

/** Notes that the statement reads what the last one left, which a second run or a new connection would not find. */
export function readsDiagnostics(draft: Draft, what: DiagnosticsRead): void {
  if (!draft.diagnostics.includes(what)) draft.diagnostics.push(what);
  draft.isRead = false;
}

function diagnostics(what: DiagnosticsRead): Judge {
  return (reading) => readsDiagnostics(reading.draft, what);
}

function lock(effect: LockEffect): Judge {
  return ({ draft }) => {
    draft.locks.push(effect);
    draft.lockCalls = null;
    draft.isRead = false;
  };
}

const connectionId: Judge = ({ draft }) => {
  draft.usesConnectionId = true;
};

/** Who holds a lock is told by the id of a connection. */
const lockQuestion: Judge = ({ draft }) => {
  draft.usesConnectionId = true;
  draft.lockCalls = null;
};

const schema: Judge = ({ draft }) => {
  asksOfSchema(draft, 'name');
};

/** Notes that the statement asks for the name or the collation of the current schema. */
export function asksOfSchema(draft: Draft, what: 'name' | 'collation'): void {
  if (!draft.asksOfSchema.includes(what)) draft.asksOfSchema.push(what);
}

const sequence =
  (how: 'takes' | 'reads'): Judge =>
  ({ draft }) =>
    usesSequence(draft, how);

/** With an argument it sets what it else returns. */
const lastInsertId: Judge = (reading, at) => {
  const { draft, tokens } = reading;
  if (tokens[at + 2]?.word === ')') {
    readsDiagnostics(draft, 'last-insert-id');
    return;
  }
  draft.assigns.push({ name: 'last_insert_id', value: { kind: 'expression' } });
  draft.isRead = false;
};

const judges: Readonly<Record<string, Judge>> = {
  CONNECTION_ID: connectionId,
  PS_CURRENT_THREAD_ID: connectionId,
  IS_FREE_LOCK: lockQuestion,
  IS_USED_LOCK: lockQuestion,
  DATABASE: schema,
  SCHEMA: schema,
  LAST_INSERT_ID: lastInsertId,
  ROW_COUNT: diagnostics('row-count'),
  FOUND_ROWS: diagnostics('found-rows'),
  GET_LOCK: lock('get-lock'),
  RELEASE_LOCK: lock('release-lock'),
  RELEASE_ALL_LOCKS: lock('release-all-locks'),
  NEXTVAL: sequence('takes'),
  LASTVAL: sequence('reads'),
  SETVAL: ({ draft }) => obscure(draft, 'a sequence'),
};

const judgeOf = new Map(Object.entries(judges));

/** Judges a call of a session function; false where `word` names none. */
export function judgeSessionFunction(reading: Reading, at: number, word: string): boolean {
  const judge = judgeOf.get(word);
  judge?.(reading, at);
  return judge !== undefined;
}

const variableJudges = new Map<string, (draft: Draft) => void>([
  ['LAST_INSERT_ID', (draft) => readsDiagnostics(draft, 'last-insert-id')],
  ['IDENTITY', (draft) => readsDiagnostics(draft, 'last-insert-id')],
  ['WARNING_COUNT', (draft) => readsDiagnostics(draft, 'warnings')],
  ['ERROR_COUNT', (draft) => readsDiagnostics(draft, 'warnings')],
  ['PSEUDO_THREAD_ID', (draft) => (draft.usesConnectionId = true)],
  [
    'CHARACTER_SET_DATABASE',
    (draft) => {
      asksOfSchema(draft, 'collation');
    },
  ],
  [
    'COLLATION_DATABASE',
    (draft) => {
      asksOfSchema(draft, 'collation');
    },
  ],
]);

/** Judges the reading of a system variable, its name in upper case without GLOBAL or SESSION. */
export function judgeSystemVariable(draft: Draft, name: string): void {
  variableJudges.get(name)?.(draft);
}

/** The system variables that `judgeSystemVariable` knows, in upper case. */
export const tellingVariables: readonly string[] = [...variableJudges.keys()];

/** Tables of information_schema that tell of connections. */
const connectionTables = new Set(['PROCESSLIST', 'INNODB_TRX', 'METADATA_LOCK_INFO']);

/** Whether the word (upper case) is the name of a list of connections. */
export function tellsOfConnections(word: string): boolean {
  return connectionTables.has(word);
}
