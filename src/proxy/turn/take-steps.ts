// Steps towards a session's state: sent, waited for, and noted on the connection as taken or refused.

import type { StateCommand } from '../../session/difference.js';
import type { ErrPacket } from '../../wire/reply-packets.js';
import type { Live } from '../backend/backend-link.js';
import type { Outcome } from '../backend/reply-progress.js';

/** The server refused a step towards the session's state; the session gets that error for its command. */
export class DifferenceFailed extends Error {
  override readonly name = 'DifferenceFailed';

  constructor(readonly err: ErrPacket) {
    super(err.message);
  }
}

/** Sends the steps and waits for them. @throws DifferenceFailed, BackendGone */
export async function takeSteps(steps: readonly StateCommand[], { connection }: Live): Promise<void> {
  if (steps.length === 0) return;
  connection.cork();
  const outcomes = runSteps(steps, connection);
  connection.uncork();
  const failed = noteTaken(steps, await Promise.all(outcomes));
  if (failed !== null) throw new DifferenceFailed(failed);
}

/** Sends the steps; their outcomes come in the same order. */
export function runSteps(steps: readonly StateCommand[], connection: Live['connection']): Promise<Outcome>[] {
  return steps.map(({ payload, form, prompt }) => connection.run(payload, form, undefined, prompt).ended);
}

/** Notes which steps were taken; answers with the first error. */
export function noteTaken(steps: readonly StateCommand[], outcomes: readonly Outcome[]): ErrPacket | null {
  let failed: ErrPacket | null = null;
  for (const [i, { err }] of outcomes.entries()) {
    const step = steps[i];
    if (err === null) step?.done();
    else if (step?.refused === undefined) failed ??= err;
    else step.refused();
  }
  return failed;
}
