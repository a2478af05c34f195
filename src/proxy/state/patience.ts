// wait_timeout: a session may ask to be ended when it is idle for long. The instance does that; the shared connection is never
// left with a server that waits shorter than it did at its login.

import type { Session } from '../../session/session.js';
import type { Live } from '../backend/backend-link.js';
import { leaveDiagnostics } from './save-diagnostics.js';

const WAIT_TIMEOUT = 'wait_timeout';

/** Gives the connection back the patience that it had, where the session's statement has left it with less. */
export function keepPatience(session: Session, live: Live): void {
  const { connection, state } = live;
  const usual = state.patience;
  if (!(Number(state.valueOf(WAIT_TIMEOUT)) < Number(usual))) return;
  leaveDiagnostics(session, live);
  connection.clearAway(`SET @@session.${WAIT_TIMEOUT}=${usual}`);
  state.learn(WAIT_TIMEOUT, usual);
}

/** For how long the session wants to be idle at most, ms; null where it has not said so. */
export function idleLimitMs({ variables }: Session): number | null {
  const seconds = Number(variables.get(WAIT_TIMEOUT) ?? NaN);
  // Node's timers count to 2^31 - 1 ms; a session that is idle for 24 days was meant to stay.
  return seconds > 0 && seconds < 2_000_000 ? seconds * 1000 : null;
}
