// What routines, triggers and texts that cannot be judged did to their session: asked of the server after the fact.

import type { StatementCounts } from '../../session/connection-state.js';
import type { Session } from '../../session/session.js';
import { BODY } from '../../sql/read.js';
import type { Statement } from '../../sql/types.js';
import { ServerStatus } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import { leaveDiagnostics } from './save-diagnostics.js';
import { findTables, noteTextStatements } from './hidden-objects.js';
import { giveWhatIsListed } from './hidden-variables.js';
import type { Outcome } from '../backend/reply-progress.js';
import { movesTables } from './located.js';
import { readRoutines, type HiddenStatements } from './routine-bodies.js';
import { askCounts } from '../backend/session-questions.js';

/** What a routine, a trigger or an unknown text does to the session is not in the statement. */
export function mayDoAnything(effect: Statement): boolean {
  return effect.opaque !== null || effect.mayRunTriggers || (effect.execute !== null && effect.runs === null);
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

/** What EXECUTE runs comes behind it, where that is known. */
function isCounted({ verb, runs }: Statement): boolean {
  return counted.has(verb) && runs === null;
}

/** What was found out. */
export interface Uncovered {
  /** The statements may have done more than could be found out. */
  readonly isUnjudged: boolean;
  /** What they did to temporary tables, as statements that say so. */
  readonly objects: readonly Statement[];
}

/**
 * Finds out what the statements that `ran` did and do not say, and gives it to the session (but for `objects`).
 * @throws BackendGone
 */
export async function uncover(
  session: Session,
  ran: readonly Statement[],
  live: Live,
  outcome: Outcome,
): Promise<Uncovered> {
  const found = await findUnfinished(session, ran, live, outcome);
  const uncovered = await uncoverHidden(session, ran, live, outcome);
  return {
    isUnjudged: uncovered.isUnjudged || found === null,
    objects: [...(found ?? []), ...uncovered.objects],
  };
}

/** Where one of several statements failed, which of those before it ran is seen by the tables that are there. */
async function findUnfinished(
  session: Session,
  ran: readonly Statement[],
  live: Live,
  outcome: Outcome,
): Promise<readonly Statement[] | null> {
  if (outcome.err === null || ran.length === 1 || !ran.some(movesTables)) return [];
  leaveDiagnostics(session, live);
  const unfinished = ran.map((statement) => ({ statement, isCertain: false, schema: session.schema ?? '' }));
  return await findTables(unfinished, session, live);
}

async function uncoverHidden(
  session: Session,
  ran: readonly Statement[],
  live: Live,
  outcome: Outcome,
): Promise<Uncovered> {
  const { state } = live;
  const suspects = ran.filter((effect) => mayHide(effect, outcome));
  const hasChanged = mayHaveChanged(ran, suspects, live.tracked, outcome);
  // Of triggers the counts from before say enough, whatever else the statements themselves add to.
  const before = state.statementCounts;
  if (ran.some((effect) => isCounted(effect) || (effect.opaque !== null && !hasChanged)))
    state.countsAreStale();
  if (hasChanged && (await ranNoTrigger(session, suspects, before, live)))
    return { isUnjudged: false, objects: [] };
  const calls = mayHaveRun(ran, outcome) ? suspects.flatMap((effect) => effect.calls) : [];
  if (!hasChanged && calls.length === 0) return { isUnjudged: false, objects: [] };
  leaveDiagnostics(session, live);
  const mode = session.sqlMode(live.facts);
  const hidden = await readRoutines(calls, session.schema, live.connection, mode);
  const keepsLocks = hidden.statements.some(({ statement }) => statement.locks.length > 0);
  if (!hasChanged) return { isUnjudged: keepsLocks, objects: [] };
  const known = state.statementCounts;
  const isKnown = await giveWhatIsListed(session, ran, live);
  const isExplained = suspects.every(({ opaque, callsOnly }) => opaque === null || callsOnly);
  const objects = await findObjects(
    changedCounts(known, state.statementCounts),
    hidden,
    session,
    live,
    outcome,
  );
  return {
    isUnjudged: keepsLocks || !isKnown || !isExplained || objects === null,
    objects: objects ?? [],
  };
}

/** Whether triggers are all that is suspected, and the server counts none: the other questions can be saved. */
async function ranNoTrigger(
  session: Session,
  suspects: readonly Statement[],
  before: StatementCounts,
  live: Live,
): Promise<boolean> {
  const { state } = live;
  if (before === null || before === 'none' || suspects.some(({ opaque }) => opaque !== null)) return false;
  leaveDiagnostics(session, live);
  const after = await askCounts(live.connection, live.facts);
  if (changedCounts(before, after)?.has(RAN_TRIGGERS) !== false) return false;
  state.statementCounts = after;
  return true;
}

/** To define a stored program does nothing; statements behind its body, had there been any, would have answered, too. */
function mayHide({ opaque, mayRunTriggers }: Statement, { results }: Outcome): boolean {
  if (opaque === BODY && results <= 1) return false;
  return opaque !== null || mayRunTriggers;
}

/** Whether the statements may have changed the session in ways that are not in their text. */
function mayHaveChanged(
  ran: readonly Statement[],
  suspects: readonly Statement[],
  tracked: boolean,
  outcome: Outcome,
): boolean {
  if (suspects.length === 0 || !mayHaveRun(ran, outcome)) return false;
  if (outcome.err !== null || !tracked || ran.length > 1) return true;
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
function mayHaveRun(ran: readonly Statement[], { err }: Outcome): boolean {
  if (err === null) return true;
  if (err.errno === SYNTAX_ERROR) return false;
  return err.errno !== NO_SUCH_ROUTINE || ran.some(({ verb }) => verb === 'CALL');
}

const SYNTAX_ERROR = 1064;
const NO_SUCH_ROUTINE = 1305;

/** By how much each counter went on that did; null where that is not known. */
function changedCounts(before: StatementCounts, after: StatementCounts): ReadonlyMap<string, number> | null {
  if (before === null || after === null || before === 'none' || after === 'none') return null;
  if (before.size !== after.size) return null;
  const changes = [...after].map(
    ([name, count]) => [name.toLowerCase(), Number(count) - Number(before.get(name))] as const,
  );
  return new Map(changes.filter(([, by]) => by !== 0));
}

/** MariaDB counts temporary tables apart from others. */
const makesTables = /^com_create_(temporary_table|table|sequence)$/;
const changesTables =
  /^com_(drop_temporary_table|drop_table|drop_sequence|alter_table|alter_sequence|rename_table)$/;
const movesTexts = /^com_(prepare|dealloc)_sql$/;
const RAN_TRIGGERS = 'executed_triggers';
const FLUSHED = 'com_flush';

/** Whether no FLUSH did more to its session than lock; those that lock are found by the bodies. FLUSH STATUS resets the counters. */
function flushesOnly({ isComplete, statements }: HiddenStatements): boolean {
  return (
    isComplete &&
    !statements.some(({ statement }) => statement.verb === 'FLUSH' && statement.mentions('status'))
  );
}

/** The tables that are there now; null where more may have been done. */
async function findObjects(
  changed: ReadonlyMap<string, number> | null,
  hidden: HiddenStatements,
  session: Session,
  live: Live,
  outcome: Outcome,
): Promise<readonly Statement[] | null> {
  const names = [...(changed?.keys() ?? [])];
  if (changed === null || !names.every((name) => isKnown(name) || (name === FLUSHED && flushesOnly(hidden))))
    return null;
  const moves = (changed.get('com_prepare_sql') ?? 0) + (changed.get('com_dealloc_sql') ?? 0);
  const knowsTexts = moves === 0 || outcome.err === null;
  if (!knowsTexts || !noteTextStatements(moves === 0 ? [] : hidden.statements, moves, session, live))
    return null;
  const makes = names.some(
    (name) => makesTables.test(name) && !(live.facts.mariadb && name === 'com_create_table'),
  );
  const owns = live.state.temporaryTables.namesOf(session).length > 0;
  if (!makes && !(owns && names.some((name) => changesTables.test(name)))) return [];
  // The bodies of triggers are not read.
  if (!hidden.isComplete || (makes && changed.has(RAN_TRIGGERS))) return null;
  return await findTables(hidden.statements, session, live);
}

function isKnown(name: string): boolean {
  return makesTables.test(name) || changesTables.test(name) || movesTexts.test(name) || name === RAN_TRIGGERS;
}
