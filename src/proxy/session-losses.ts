// What a session is told when something of its state is gone: its next command is answered with it instead of being misled.

import { FleetError } from '../errors.js';
import type { ConnectionState } from '../session/connection-state.js';
import type { Session } from '../session/session.js';

/** The lease of what it held ran out. @param idleMs how long it had held it without a command */
export function leaseLoss(
  session: Session,
  idleMs: number,
  pinTimeoutMs: number,
): FleetError<'TRANSACTION_LOST'> {
  const detail =
    `it had held the backend (${session.holds.list.join(', ')}) without a command for ${(idleMs / 1000).toFixed(1)} s ` +
    `while others waited (pin_timeout ${pinTimeoutMs / 1000} s)`;
  return new FleetError('TRANSACTION_LOST', { detail });
}

/** What it had on a connection whose state is gone, and only there; null when that was nothing. */
export function stateLoss(
  session: Session,
  state: ConnectionState,
  why: string,
): FleetError<'SESSION_STATE_LOST'> | null {
  const variables = state.userVariables.ownedBy(session.userVariables).map((name) => `@${name}`);
  const gone = [...variables, ...state.temporaryTables.namesOf(session)].join(', ');
  return gone === '' ? null : new FleetError('SESSION_STATE_LOST', { detail: `${why}, and ${gone} with it` });
}
