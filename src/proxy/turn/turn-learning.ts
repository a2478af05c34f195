// After a command: what its reply says of the session's state, its holds and its diagnostics.

import { failedToShow, maySetInsertId } from '../../session/diagnostics.js';
import { usesUpForCertain } from '../../session/holds.js';
import type { PreparedStatement } from '../../session/prepared-statements.js';
import type { Session } from '../../session/session.js';
import { isPlain } from '../../session/variables.js';
import type { Statement } from '../../sql/types.js';
import { Capability, Command, ServerStatus } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import type { Outcome } from '../backend/reply-progress.js';
import { leaveDiagnostics } from '../state/save-diagnostics.js';
import { uncover } from '../state/hidden-effects.js';
import { located } from '../state/located.js';
import { askNewGlobals } from '../state/new-globals.js';
import { keepPatience } from '../state/patience.js';
import { withPreparedTexts } from '../state/prepared-texts.js';
import { askWhatIsInDoubt, learn, learnTables, isUrgent, SOMEWHERE } from '../state/state-application.js';
import { learnToRename } from '../state/table-renaming.js';

/** @throws BackendGone */
export async function learnFromReply(
  { session, host }: TurnOwner,
  command: ClientCommand,
  live: Live,
  outcome: Outcome,
): Promise<void> {
  const { code, payload, effects, statement } = command;
  // Preparing a statement does nothing of what its text says.
  const ran = code === Command.STMT_PREPARE ? [] : located(command, session);
  learnMoves(command, ran, session, live, outcome);
  if (code === Command.INIT_DB && outcome.err === null) {
    session.schema = live.state.schema = payload.toString('utf8', 1);
  }
  if (statement !== null) learnStatement(command, statement, outcome);
  if (code === Command.STMT_PREPARE) learnVariables(session, effects, live);
  if (code === Command.QUERY || code === Command.STMT_EXECUTE || outcome.err !== null)
    noteDiagnostics(session, command, live, outcome);
  else if (code === Command.STMT_PREPARE) {
    session.diagnostics.notePrepared(effects, textOf(command), outcome.warnings);
    if (outcome.warnings > 0) live.state.diagnosticsOf = session;
  }
  const judged = outcome.err === null ? await withPreparedTexts(ran, session, live) : ran;
  const seen = [...judged];
  let unjudged = false;
  try {
    const { isUnjudged, objects } = await uncover(session, judged, live, outcome);
    unjudged = isUnjudged;
    seen.push(...objects);
    for (const found of objects) learnTables(session, live.state, found);
    if (outcome.err === null && outcome.warnings === 0) await learnToRename(session, live, seen);
  } finally {
    // Also where the connection is lost meanwhile: what the session held there has to be told.
    updateHolds(session, command, seen, live, outcome, unjudged);
  }
  if (outcome.err !== null && ran.length > 0) await askForTransaction(session, ran, live);
  // Where a USE among several may have failed, or what is current is dropped, nothing tells in which schema the next table is made.
  const mayHaveLeft = ran.some(
    ({ use, mayDropSchema }) => mayDropSchema || (use !== null && outcome.err !== null),
  );
  const isLost = live.state.schema === undefined && mayHaveLeft;
  // Which of several were run before one failed, nothing tells: warnings are shown in the letters that may have been set.
  const maySet = outcome.err !== null && ran.length > 1 && live.state.unknownVariables.some(isPlain);
  if (isLost || maySet || (outcome.err === null && isUrgent(live.state))) {
    leaveDiagnostics(session, live);
    await askWhatIsInDoubt(session, live);
  }
  keepPatience(session, live);
  const password = outcome.err === null ? ran.findLast((each) => each.ownPassword !== null) : undefined;
  if (password?.ownPassword != null) host.passwordChanged(password.ownPassword, session.id);
  const globals = ran.flatMap((statement) => statement.globals);
  if (globals.length > 0) host.globalsChanged(await askNewGlobals(globals, session, live));
}

/** Notes what the statements have done to the session's state; a USE among them may have been prepared. */
function learnMoves(
  command: ClientCommand,
  ran: readonly Statement[],
  session: Session,
  { state }: Live,
  outcome: Outcome,
): void {
  const here = session.schema;
  const preparedIn = schemasPrepared(command, ran, session);
  const isPrepared = ran.some(({ use }, i) => use !== null && preparedIn[i] !== undefined);
  // Prepared in another schema it leads nowhere: servers go back behind it.
  const leadsBack = (i: number): boolean => preparedIn[i] !== undefined && preparedIn[i] !== here;
  const moved = ran.map((effect, i) => (leadsBack(i) ? { ...effect, use: null } : effect));
  learn(session, state, moved, outcome);
  const isBack = ran.some(({ use }, i) => use !== null && leadsBack(i));
  if (isBack) session.schema = here;
  // Without a schema it was prepared wherever the connection was, and there it may have stayed.
  if (isBack || (isPrepared && here === null)) state.schema &&= SOMEWHERE;
}

/** For each effect the schema in which its text was prepared; undefined for what is run as it is. */
function schemasPrepared(
  { statement }: ClientCommand,
  ran: readonly Statement[],
  session: Session,
): readonly (string | null | undefined)[] {
  // What EXECUTE runs is the next effect.
  const prepared = (before: Statement | undefined) =>
    before?.execute == null ? undefined : session.textStatements.get(before.execute)?.under.schema;
  return ran.map((_, i) => (statement === null ? prepared(ran[i - 1]) : statement.under.schema));
}

function updateHolds(
  session: Session,
  command: ClientCommand,
  ran: readonly Statement[],
  live: Live,
  outcome: Outcome,
  isUnjudged: boolean,
): void {
  const { holds, statements } = session;
  const hadSettings = hasTransactionSettings(session);
  holds.update({
    statements: ran,
    status: outcome.status,
    failed: outcome.err !== null,
    hasInserted: Number(outcome.ok?.lastInsertId ?? 0) !== 0,
    text: textOf(command),
    schema: session.schema,
    canStepAside: (schema, name) => live.state.temporaryTables.canStepAside(session, schema, name),
    isUnjudged,
  });
  if (hadSettings && !hasTransactionSettings(session) && !ran.every(usesUpForCertain)) {
    // Else they would be those of another session's transaction.
    leaveDiagnostics(session, live);
    live.connection.clearAway('COMMIT');
  }
  if (statements.anyCursorOpen) holds.add('cursor');
  else holds.remove('cursor');
}

function hasTransactionSettings({ holds }: Session): boolean {
  return holds.has('settings of the next transaction') || holds.has('transaction');
}

function noteDiagnostics(session: Session, command: ClientCommand, { state }: Live, outcome: Outcome): void {
  const { effects } = command;
  const { err, ok, status, warnings, hasWarned } = outcome;
  const hasCursor = status !== null && (status & ServerStatus.CURSOR_EXISTS) !== 0;
  // They come later, or never.
  const rows = outcome.rows ?? (hasCursor ? 0 : null);
  const end = {
    error: err,
    affectedRows: err === null && rows === null ? (ok?.affectedRows ?? null) : null,
    insertId: ok?.lastInsertId ?? 0,
    rows,
    hasCursor,
    warnings,
    hasWarned,
  };
  const isGivenBack = state.diagnosticsOf !== session;
  const ownWarnings = session.diagnostics.note(effects, end, textOf(command), isGivenBack);
  // ROW_COUNT() of a connection that counts otherwise is not the session's.
  const countsAlike = session.has(Capability.FOUND_ROWS) || !effects.some(countsFoundRows);
  state.rowCountOf = countsAlike && !failedToShow(effects, end, textOf(command)) ? session : null;
  if (!ownWarnings && state.diagnosticsOf !== session) state.diagnosticsOf = null;
  else state.diagnosticsOf = session;
  if (rows !== null) state.foundRowsOf = session;
  if (maySetInsertId(effects, end)) state.insertId = { of: session };
}

/** It counts otherwise where CLIENT_FOUND_ROWS was asked for. */
function countsFoundRows({ verb, updatesDuplicates }: Statement): boolean {
  return verb === 'UPDATE' || updatesDuplicates;
}

function textOf({ text, statement }: ClientCommand): Buffer | null {
  return text ?? statement?.preparePayload.subarray(1) ?? null;
}

/** The server makes the variables that a statement is to assign, or changes their character set, when it prepares it. */
function learnVariables(session: Session, prepared: readonly Statement[], { state }: Live): void {
  for (const { userVariables } of prepared)
    for (const name of userVariables.assigned) state.userVariables.give(name, session.userVariables);
}

function learnStatement(
  { code }: ClientCommand,
  statement: PreparedStatement,
  { err, status }: Outcome,
): void {
  if (code !== Command.STMT_FETCH) statement.longData.clear();
  if (code === Command.STMT_RESET || err !== null) statement.cursorOpen = false;
  if (status === null) return;
  const open = (status & ServerStatus.CURSOR_EXISTS) !== 0 && (status & ServerStatus.LAST_ROW_SENT) === 0;
  // An execution closes the cursor of the one before.
  if (code === Command.STMT_EXECUTE || code === Command.STMT_FETCH) statement.cursorOpen = open;
}

/** An ERR has no status flags; whether a transaction is open after it, only another reply tells. */
async function askForTransaction(session: Session, ran: readonly Statement[], live: Live): Promise<void> {
  const mayBeOpen = session.holds.has('transaction') || (session.status & ServerStatus.AUTOCOMMIT) === 0;
  const mayHaveBegun = ran.length > 1 || ran.some(({ opaque }) => opaque !== null);
  if (!mayBeOpen && !mayHaveBegun) return;
  leaveDiagnostics(session, live);
  const { status } = await live.connection.run(Buffer.from([Command.PING]), 'ok').ended;
  if (status !== null) session.status = status;
  session.holds.updateTransaction(status);
}
