// After a command: what its reply says of the session's state, its holds and its diagnostics.

import { maySetInsertId } from '../session/diagnostics.js';
import type { PreparedStatement } from '../session/prepared-statements.js';
import type { Session } from '../session/session.js';
import type { Statement } from '../sql/types.js';
import { Capability, Command, ServerStatus } from '../wire/constants.js';
import type { Live } from './backend-link.js';
import type { ClientCommand } from './command.js';
import { saveDiagnostics } from './diagnostics-turn.js';
import type { Outcome } from './reply-progress.js';
import { askWhatIsInDoubt, learn, isUrgent } from './state-application.js';
import { learnToRename } from './table-renaming.js';

/** @throws BackendGone */
export async function learnFromReply(
  session: Session,
  command: ClientCommand,
  live: Live,
  outcome: Outcome,
): Promise<void> {
  const { code, payload, effects, statement } = command;
  // Preparing a statement does nothing of what its text says.
  const ran = code === Command.STMT_PREPARE ? [] : effects;
  learn(session, live.state, ran, outcome);
  if (code === Command.INIT_DB && outcome.err === null) {
    session.schema = live.state.schema = payload.toString('utf8', 1);
  }
  if (statement !== null) learnStatement(code, statement, outcome);
  if (code === Command.QUERY || code === Command.STMT_EXECUTE || outcome.err !== null)
    noteDiagnostics(session, command, live, outcome);
  else if (code === Command.STMT_PREPARE) session.diagnostics.notePrepared(effects, textOf(command));
  if (outcome.err === null && outcome.warnings === 0) await learnToRename(session, live, ran);
  updateHolds(session, command, ran, live, outcome);
  if (outcome.err !== null && ran.length > 0) await askForTransaction(session, ran, live);
  if (outcome.err === null && isUrgent(live.state)) {
    saveDiagnostics(session, live);
    await askWhatIsInDoubt(session, live);
  }
}

function updateHolds(
  session: Session,
  command: ClientCommand,
  ran: readonly Statement[],
  live: Live,
  outcome: Outcome,
): void {
  const { holds, statements } = session;
  holds.update({
    statements: ran,
    status: outcome.status,
    failed: outcome.err !== null,
    text: textOf(command),
    schema: session.schema,
    canStepAside: (schema, name) => live.state.temporaryTables.canStepAside(session, schema, name),
    // A result set has no place in which the server could tell.
    toldOfUnnamed: outcome.changes.some(({ type }) => type === 'state-change'),
    mayHaveChanged:
      !live.tracked || outcome.changes.length > 0 || outcome.rows !== null || mayHaveRun(ran, outcome),
  });
  if (statements.anyCursorOpen) holds.add('cursor');
  else holds.remove('cursor');
}

/** An error has no place either, and a routine may have done much before it failed. */
function mayHaveRun(ran: readonly Statement[], { err }: Outcome): boolean {
  if (err === null || err.errno === SYNTAX_ERROR) return false;
  return err.errno !== NO_SUCH_ROUTINE || ran.some(({ verb }) => verb === 'CALL');
}

const SYNTAX_ERROR = 1064;
const NO_SUCH_ROUTINE = 1305;

function noteDiagnostics(session: Session, command: ClientCommand, { state }: Live, outcome: Outcome): void {
  const { effects } = command;
  const { err, ok, rows, warnings } = outcome;
  const end = {
    failed: err !== null,
    affectedRows: err === null && rows === null ? (ok?.affectedRows ?? null) : null,
    insertId: ok?.lastInsertId ?? 0,
    rows,
    warnings,
  };
  const ownWarnings = session.diagnostics.note(effects, end, textOf(command));
  // ROW_COUNT() of a connection that counts otherwise is not the session's.
  const countsAlike = session.has(Capability.FOUND_ROWS) || !effects.some(({ verb }) => verb === 'UPDATE');
  state.rowCountOf = countsAlike ? session : null;
  if (!ownWarnings && state.diagnosticsOf !== session) state.diagnosticsOf = null;
  else state.diagnosticsOf = session;
  if (rows !== null) state.foundRowsOf = session;
  if (maySetInsertId(effects, end)) state.insertId = { of: session };
}

function textOf({ text, statement }: ClientCommand): Buffer | null {
  return text ?? statement?.preparePayload.subarray(1) ?? null;
}

function learnStatement(code: number, statement: PreparedStatement, { err, status }: Outcome): void {
  if (code !== Command.STMT_FETCH) statement.longData.clear();
  if (code === Command.STMT_RESET || err !== null) statement.cursorOpen = false;
  if (status === null) return;
  const open = (status & ServerStatus.CURSOR_EXISTS) !== 0 && (status & ServerStatus.LAST_ROW_SENT) === 0;
  if (code === Command.STMT_EXECUTE || code === Command.STMT_FETCH) statement.cursorOpen = open;
}

/** An ERR has no status flags; whether a transaction is open after it, only another reply tells. */
async function askForTransaction(session: Session, ran: readonly Statement[], live: Live): Promise<void> {
  const mayBeOpen = session.holds.has('transaction') || (session.status & ServerStatus.AUTOCOMMIT) === 0;
  if (!mayBeOpen && ran.length < 2) return;
  saveDiagnostics(session, live);
  const { status } = await live.connection.run(Buffer.from([Command.PING]), 'ok').ended;
  if (status !== null) session.status = status;
  session.holds.updateTransaction(status);
}
