// wait_timeout and its kin: a session may ask to be ended when it is idle for long. The instance does that; the shared connection is
// never left with a server that waits shorter than it did at its login.

import { setVariables } from '../../session/difference.js';
import type { Session } from '../../session/session.js';
import { patienceVariables, type Literal } from '../../session/variables.js';
import type { Live } from '../backend/backend-link.js';
import { leaveDiagnostics } from './save-diagnostics.js';

/** Gives the connection back the patience that it had, where the session's statement has left it with less. */
export function keepPatience(session: Session, live: Live): void {
  const { connection, state } = live;
  const shorter = patienceVariables.filter((name) => isShorter(state.valueOf(name), state.patience(name)));
  if (shorter.length === 0) return;
  leaveDiagnostics(session, live);
  const usual = shorter.map((name) => [name, state.patience(name)] as const);
  const { payload, form, done } = setVariables(state, session, null, usual);
  connection.run(payload, form);
  done();
}

/** 0 is for ever. */
function isShorter(now: Literal, usual: Literal): boolean {
  return Number(now) > 0 && (Number(usual) === 0 || Number(now) < Number(usual));
}

/** How long a session wants to be idle at most, and the name of the variable that says so. */
export interface IdleLimit {
  readonly ms: number;
  readonly name: string;
}

/** The shortest that the session has set for what it is doing; null where it has set none. */
export function idleLimit({ variables, holds }: Session): IdleLimit | null {
  const names = holds.has('transaction') ? ['wait_timeout', 'idle_transaction_timeout'] : ['wait_timeout'];
  const limits = names.map((name) => ({ name, ms: Number(variables.get(name) ?? NaN) * 1000 }));
  // Node's timers count to 2^31 - 1 ms; a session that is idle for 24 days was meant to stay.
  const [first] = limits.filter(({ ms }) => ms > 0 && ms < 2_000_000_000).sort((a, b) => a.ms - b.ms);
  return first ?? null;
}
