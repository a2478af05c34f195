// Freeing a backend connection of everything that a session holds on it.

import type { InstanceSettings } from '../../config/types.js';
import { Command } from '../../wire/constants.js';
import { BackendGone } from '../backend/backend-connection.js';
import type { Hold } from '../../session/holds.js';
import type { Live } from '../backend/backend-link.js';
import { stateAfterReset } from '../backend/server-facts.js';
import { saveBeforeReset } from './turn-preparation.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import type { Slot } from '../queue/slot.js';

const transactional: ReadonlySet<Hold> = new Set<Hold>(['transaction', 'settings of the next transaction']);
const locks: ReadonlySet<Hold> = new Set<Hold>(['table locks', 'read lock']);

/**
 * Rolls back, unlocks, forgets: afterwards nothing that the session held is on the connection. Where no statement does that,
 * the connection begins anew, and what others had there and only there is lost.
 * @throws BackendGone
 */
async function giveUp(owner: TurnOwner, slot: Slot, live: Live, settings: InstanceSettings): Promise<void> {
  const { holds } = owner.session;
  const reasons = holds.list;
  holds.clear();
  const mild = reasons.every((reason) => transactional.has(reason) || locks.has(reason));
  if (mild && (await endTransaction(reasons, live))) return;
  const { state } = live;
  await saveBeforeReset(slot.resident === owner ? owner.session : null, live);
  if (!(await resetConnection(live, settings)))
    await slot.link.renew('it could not be freed of what a session held');
  owner.connectionReset(state, `the backend connection had to be freed of what session ${owner.id} held`);
}

async function endTransaction(reasons: readonly Hold[], { connection }: Live): Promise<boolean> {
  const rolledBack = (await connection.ask('ROLLBACK', false)) !== null;
  if (!reasons.some((reason) => locks.has(reason))) return rolledBack;
  return rolledBack && (await connection.ask('UNLOCK TABLES')) !== null;
}

/** COM_RESET_CONNECTION; MySQL before 5.7.3 and some compatible servers do not know it. */
async function resetConnection(live: Live, settings: InstanceSettings): Promise<boolean> {
  const { err } = await live.connection.run(Buffer.from([Command.RESET_CONNECTION]), 'ok').ended;
  if (err !== null) return false;
  live.state = await stateAfterReset(live.connection, live, settings);
  await useSchemaAgain(live);
  return true;
}

/** The schema stays, but not the character set and collation that came with it. */
async function useSchemaAgain({ connection, state }: Live): Promise<void> {
  if (state.schema == null) return;
  const payload = Buffer.concat([Buffer.from([Command.INIT_DB]), Buffer.from(state.schema, 'utf8')]);
  const { err } = await connection.run(payload, 'ok').ended;
  if (err !== null) state.schema = undefined;
}

/** The same, with the session's cursors, where there still is a connection: what was on a lost one is gone with it. */
export async function giveUpIfThere(owner: TurnOwner, slot: Slot, settings: InstanceSettings): Promise<void> {
  const { live } = slot.link;
  owner.session.statements.closeCursors();
  try {
    if (live !== null && owner.session.holds.any) await giveUp(owner, slot, live, settings);
  } catch (error) {
    if (!(error instanceof BackendGone)) throw error;
  }
}
