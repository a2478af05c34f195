// The text of a PREPARE that takes it from a user variable: asked for, so that the statement can be prepared again.

import type { Session } from '../../session/session.js';
import { readTextIn } from '../../session/user-variables.js';
import type { Statement } from '../../sql/types.js';
import type { Live } from '../backend/backend-link.js';
import { leaveDiagnostics } from './save-diagnostics.js';
import { learnTextStatement } from './state-application.js';

/**
 * The statements that ran, the PREPAREs among them with the texts that they have taken from variables.
 * @throws BackendGone
 */
export async function withPreparedTexts(
  ran: readonly Statement[],
  session: Session,
  live: Live,
): Promise<readonly Statement[]> {
  const [only] = ran;
  // Of several statements a later one may have changed the variable.
  if (only?.prepare?.from == null || ran.length > 1) return ran;
  leaveDiagnostics(session, live);
  const rows = await live.connection.ask(readTextIn(only.prepare.from));
  const statement = { ...only, prepare: { ...only.prepare, text: rows?.[0]?.[0] ?? null } };
  learnTextStatement(session, live.state, statement, false);
  return [statement];
}
