// Freeing a backend connection of everything that a session holds on it.

import type { InstanceSettings } from '../config/types.js';
import { Command } from '../wire/constants.js';
import type { Hold, Holds } from '../session/holds.js';
import type { Live } from './backend-link.js';
import { stateAfterReset } from './server-facts.js';
import { saveVariables } from './turn-preparation.js';
import type { Slot } from './slot.js';

const transactional: ReadonlySet<Hold> = new Set<Hold>(['transaction', 'settings of the next transaction']);
const locks: ReadonlySet<Hold> = new Set<Hold>(['table locks', 'read lock']);

/**
 * Rolls back, unlocks, forgets: afterwards nothing of the session is on the connection. Where no statement does that, the
 * connection begins anew.
 * @throws BackendGone
 */
export async function giveUp(
  holds: Holds,
  slot: Slot,
  live: Live,
  settings: InstanceSettings,
): Promise<void> {
  const reasons = holds.list;
  holds.clear();
  const mild = reasons.every((reason) => transactional.has(reason) || locks.has(reason));
  const done = mild ? await endTransaction(reasons, live) : await resetConnection(live, settings);
  if (!done) await slot.link.renew('it could not be freed of what a session held');
}

async function endTransaction(reasons: readonly Hold[], { connection }: Live): Promise<boolean> {
  const rolledBack = (await connection.ask('ROLLBACK')) !== null;
  if (!reasons.some((reason) => locks.has(reason))) return rolledBack;
  return rolledBack && (await connection.ask('UNLOCK TABLES')) !== null;
}

/** COM_RESET_CONNECTION; MySQL before 5.7.3 and some compatible servers do not know it. */
async function resetConnection(live: Live, settings: InstanceSettings): Promise<boolean> {
  // What others have there, and only there, would be lost with it.
  await saveVariables(live.state.userVariables.worthSaving(live.state.userVariables.names), live);
  const { err } = await live.connection.run(Buffer.from([Command.RESET_CONNECTION]), 'ok').ended;
  if (err !== null) return false;
  live.state = await stateAfterReset(live.connection, live, settings);
  return true;
}
