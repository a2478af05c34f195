// Freeing a backend connection of everything that a session holds on it.

import type { InstanceSettings } from '../../config/types.js';
import { Command } from '../../wire/constants.js';
import { int } from '../../wire/lenenc.js';
import { BackendGone } from '../backend/backend-connection.js';
import type { Hold } from '../../session/holds.js';
import type { Live } from '../backend/backend-link.js';
import { stateAfterReset } from '../backend/server-facts.js';
import { saveBeforeReset } from './turn-preparation.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import type { Slot } from '../queue/slot.js';

/** What the connection can be freed of without losing anything else. */
const mild: ReadonlySet<Hold> = new Set<Hold>([
  'transaction',
  'settings of the next transaction',
  'table locks',
  'read lock',
  'backup stage',
  'backup lock',
  'handler',
  'cursor',
  'id of the next row',
  'temporary tables',
]);

/**
 * Rolls back, unlocks, forgets: afterwards nothing that the session held is on the connection. Where no statement does that,
 * the connection begins anew, and what others had there and only there is lost.
 * @throws BackendGone
 */
async function giveUp(owner: TurnOwner, slot: Slot, live: Live, settings: InstanceSettings): Promise<void> {
  const { holds, statements } = owner.session;
  const { state } = live;
  const reasons = holds.list;
  const handlers = holds.openHandlers;
  const tables = holds.openTables;
  const cursors = statements.openCursors(state);
  holds.clear();
  statements.closeCursors();
  const isMild = handlers !== null && tables !== null && reasons.every((reason) => mild.has(reason));
  if (isMild && (await letGo(reasons, handlers, cursors, live))) {
    // Those that can step aside keep nobody waiting, and are dropped when their session ends.
    for (const { schema, name } of tables)
      if (!state.temporaryTables.canStepAside(owner.session, schema, name))
        state.temporaryTables.discard(owner.session, schema, name);
    return;
  }
  await saveBeforeReset(slot.resident === owner ? owner.session : null, live);
  if (!(await resetConnection(live, settings)))
    await slot.link.renew('it could not be freed of what a session held');
  const why = `the backend connection had to be freed of what session ${owner.id} held`;
  owner.host.stateLost(state, why, owner);
}

/** Closes, rolls back and unlocks. @returns false where the server refused something */
async function letGo(
  reasons: readonly Hold[],
  handlers: readonly string[],
  cursors: readonly number[],
  { connection }: Live,
): Promise<boolean> {
  const closed = cursors.map((id) => connection.run(resetPayload(id), 'ok').ended);
  for (const { err } of await Promise.all(closed)) if (err !== null) return false;
  // While a backup is going on, hardly anything else is allowed.
  if (reasons.includes('backup stage') && (await connection.ask('BACKUP STAGE END')) === null) return false;
  if (reasons.includes('backup lock') && (await connection.ask('BACKUP UNLOCK')) === null) return false;
  const isRolledBack = (await connection.ask('ROLLBACK', false)) !== null;
  const hasId = reasons.includes('id of the next row');
  if (hasId && (await connection.ask('SET @@session.insert_id=DEFAULT')) === null) return false;
  const hasLocks = reasons.includes('table locks') || reasons.includes('read lock');
  if (!isRolledBack || (hasLocks && (await connection.ask('UNLOCK TABLES')) === null)) return false;
  // Not under LOCK TABLES. A handler whose table is gone is closed; what is still open then, the server says nothing of.
  for (const alias of handlers) await connection.ask(`HANDLER \`${alias.replaceAll('`', '``')}\` CLOSE`);
  return true;
}

/** COM_STMT_RESET closes the statement's cursor: https://mariadb.com/kb/en/com_stmt_reset/ */
function resetPayload(id: number): Buffer {
  return Buffer.concat([Buffer.from([Command.STMT_RESET]), int(id, 4)]);
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

/** The same, where there still is a connection: what was on a lost one is gone with it. */
export async function giveUpIfThere(owner: TurnOwner, slot: Slot, settings: InstanceSettings): Promise<void> {
  const { live } = slot.link;
  try {
    if (live !== null && owner.session.holds.any) await giveUp(owner, slot, live, settings);
    else owner.session.statements.closeCursors();
  } catch (error) {
    if (!(error instanceof BackendGone)) throw error;
  }
}
