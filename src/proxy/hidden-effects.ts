// What routines, triggers and texts that cannot be judged did to their session: asked of the server after the fact.

import type { ConnectionState, StatementCounts } from '../session/connection-state.js';
import type { Session } from '../session/session.js';
import { isPlainName } from '../session/user-variables.js';
import { isCarried, literalOf } from '../session/variables.js';
import type { Statement } from '../sql/types.js';
import { ServerStatus } from '../wire/constants.js';
import type { Outcome } from './reply-progress.js';
import type { Live } from './backend-link.js';
import { leaveDiagnostics } from './diagnostics-turn.js';
import { askCounts, askSettings, askUserVariables } from './session-questions.js';
import { learnTold } from './state-application.js';

/** What a routine, a trigger or an unknown text does to the session is not in the statement. */
export function mayDoAnything(effect: Statement): boolean {
  return effect.opaque !== null || effect.mayRunTriggers || effect.execute !== null;
}

/** Has the counts from before a command that may hide effects, to compare with those from after it. @throws BackendGone */
export async function countBefore(
  effects: readonly Statement[],
  session: Session,
  live: Live,
): Promise<void> {
  const { state } = live;
  if (state.statementCounts !== null || !effects.some(mayDoAnything)) return;
  leaveDiagnostics(session, live);
  state.statementCounts = await askCounts(live.connection, live.facts);
}

/** Verbs of statements that are counted though they hide nothing. */
const counted: ReadonlySet<string> = new Set(
  'CREATE DROP ALTER RENAME PREPARE DEALLOCATE EXECUTE HANDLER FLUSH LOCK'.split(' '),
);

/**
 * Finds out what the statements that `ran` did and do not say, and gives it to the session.
 * @returns whether they may have done more than could be found out
 * @throws BackendGone
 */
export async function uncover(
  session: Session,
  ran: readonly Statement[],
  live: Live,
  outcome: Outcome,
): Promise<boolean> {
  const { state } = live;
  const hasChanged = mayHaveChanged(ran, live.tracked, outcome);
  if (ran.some(({ verb, opaque }) => counted.has(verb) || (opaque !== null && !hasChanged)))
    state.countsAreStale();
  if (!hasChanged) return false;
  const before = state.statementCounts;
  leaveDiagnostics(session, live);
  const isKnown = await giveWhatIsListed(session, live);
  const isExplained = ran.every(({ opaque, callsOnly }) => opaque === null || callsOnly);
  return !isKnown || !isExplained || !areEqual(before, state.statementCounts);
}

/** Whether the statements may have changed the session in ways that are not in their text. */
function mayHaveChanged(ran: readonly Statement[], tracked: boolean, outcome: Outcome): boolean {
  const suspects = ran.filter((effect) => effect.opaque !== null || effect.mayRunTriggers);
  if (suspects.length === 0) return false;
  if (outcome.err !== null) return mayHaveRun(ran, outcome.err.errno);
  if (!tracked || ran.length > 1) return true;
  // What else cannot be judged may keep what nobody tells of, such as a sequence's last value.
  if (outcome.rows !== null && !suspects.every(({ opaque, callsOnly }) => opaque === null || callsOnly))
    return true;
  // The end of a result set has a flag for it, and no place to say what.
  const isFlagged = ((outcome.status ?? 0) & ServerStatus.SESSION_STATE_CHANGED) !== 0;
  if (!isFlagged && outcome.changes.length === 0) return false;
  return suspects.some(({ opaque }) => opaque !== null) || isUnexplained(suspects, outcome);
}

/** Whether triggers are behind a change that has no name, for the statements do not say so of themselves. */
function isUnexplained(suspects: readonly Statement[], { rows, changes }: Outcome): boolean {
  if (suspects.every(({ userVariables }) => userVariables.assigned.length > 0)) return false;
  return rows !== null || changes.some(({ type }) => type === 'state-change');
}

/** An error tells nothing of what was done before it: a routine may have done much. */
function mayHaveRun(ran: readonly Statement[], errno: number): boolean {
  if (errno === SYNTAX_ERROR) return false;
  return errno !== NO_SUCH_ROUTINE || ran.some(({ verb }) => verb === 'CALL');
}

const SYNTAX_ERROR = 1064;
const NO_SUCH_ROUTINE = 1305;

/** Changes anything, so that the server tells of all that changed without an OK that could have told it. */
const TELL = Buffer.from('\x03SET SESSION session_track_schema=ON', 'latin1');

/** @returns whether the server tells of all variables */
async function giveWhatIsListed(session: Session, live: Live): Promise<boolean> {
  const { state, connection, facts, tracked } = live;
  connection.cork();
  const told = tracked ? connection.run(TELL, 'ok').ended : null;
  const settings = tracked ? null : askSettings(connection, facts);
  const variables = askUserVariables(connection, facts);
  const counts = askCounts(connection, facts);
  connection.uncork();
  if (told !== null) learnTold(session, state, [], await told);
  const knowsSettings = settings === null || giveSettings(session, state, await settings);
  const knowsVariables = giveVariables(session, state, await variables);
  state.statementCounts = await counts;
  // Nobody tells of a schema that is dropped.
  if (!tracked && session.schema !== null) state.schema = undefined;
  return knowsSettings && knowsVariables;
}

function giveSettings(
  session: Session,
  state: ConnectionState,
  settings: ReadonlyMap<string, string> | null,
): boolean {
  for (const [name, shown] of settings ?? []) {
    if (!isCarried(name) || state.isInDoubt(name) || state.valueOf(name) === literalOf(name, shown)) continue;
    session.told(name, shown);
    state.learn(name, literalOf(name, shown));
  }
  return settings !== null;
}

/**
 * Whatever nobody is known to have was assigned just now: all that was known has changed hands before.
 * @returns whether all of them are known by names that can be said again
 */
function giveVariables(session: Session, state: ConnectionState, names: readonly string[] | null): boolean {
  if (names === null) return false;
  const added = names.filter((name) => state.userVariables.ownerOf(name) === undefined);
  for (const name of added) state.userVariables.give(name, session.userVariables);
  return added.every(isPlainName);
}

function areEqual(before: StatementCounts, after: StatementCounts): boolean {
  if (before === null || after === null || before === 'none' || after === 'none') return false;
  return before.size === after.size && [...before].every(([name, count]) => after.get(name) === count);
}
