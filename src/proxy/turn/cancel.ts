// What becomes of a cancelled statement on the backend, by the setting `cancel`.

import type { InstanceSettings } from '../../config/types.js';
import type { Events } from '../../observe/events.js';
import { Command } from '../../wire/constants.js';
import { BackendConnection, BackendGone } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';
import { logIn } from '../backend/backend-login.js';
import type { Slot } from '../queue/slot.js';

/** The client has its answer already; this only frees the backend sooner. The statement must be in flight. */
export function cancelOnBackend(slot: Slot, settings: InstanceSettings, events: Events): void {
  const { live } = slot.link;
  if (live === null) return;
  switch (settings.cancel) {
    case 'drain':
      return;
    case 'reconnect':
      void slot.link.abandon('a statement was cancelled (cancel: reconnect)');
      return;
    case 'side_connection': {
      const ended = new AbortController();
      slot.sideKill ??= { ended, over: killFromTheSide(live, ended.signal, settings, events) };
    }
  }
}

/** The statement has ended. Resolves when whatever was to end it sooner cannot hit what comes after it any more. */
export async function cancelOver(slot: Slot): Promise<void> {
  const { sideKill } = slot;
  if (sideKill === null) return;
  slot.sideKill = null;
  sideKill.ended.abort();
  await sideKill.over;
}

/** Opens a second connection for KILL QUERY. Only for backends that take one: the setting says so. Never rejects. */
async function killFromTheSide(
  { connection, threadId }: Live,
  ended: AbortSignal,
  settings: InstanceSettings,
  events: Events,
): Promise<void> {
  try {
    const deadline = AbortSignal.timeout(settings.connectTimeoutMs);
    const login = await logIn(settings, AbortSignal.any([ended, deadline]));
    const side = new BackendConnection(login, false, settings.readTimeoutMs, () => undefined);
    if (!ended.aborted) {
      await side.ask(`KILL QUERY ${threadId}`);
      // If the statement ended just before, the server may have kept the KILL for what comes next.
      await connection.run(Buffer.from([Command.PING]), 'ok').ended;
    }
    await side.quit(settings.connectTimeoutMs);
  } catch (error) {
    if (ended.aborted || error instanceof BackendGone) return;
    const message = error instanceof Error ? error.message : String(error);
    events.publish({ type: 'internal-error', where: 'cancel: side_connection', message });
  }
}
