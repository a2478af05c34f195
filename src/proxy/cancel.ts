// What becomes of a cancelled statement on the backend, by the setting `cancel`.

import type { InstanceSettings } from '../config/types.js';
import type { Events } from '../observe/events.js';
import { BackendConnection } from './backend-connection.js';
import { logIn } from './backend-login.js';
import type { Slot } from './slot.js';

/** The client has its answer already; this only frees the backend sooner. */
export function cancelOnBackend(slot: Slot, settings: InstanceSettings, events: Events): void {
  switch (settings.cancel) {
    case 'drain':
      return;
    case 'reconnect':
      void slot.link.abandon('a statement was cancelled (cancel: reconnect)');
      return;
    case 'side_connection':
      void killFromTheSide(slot, settings, events);
  }
}

/** Opens a second connection for KILL QUERY. Only for backends that take one: the setting says so. */
async function killFromTheSide(slot: Slot, settings: InstanceSettings, events: Events): Promise<void> {
  const victim = slot.link.live;
  const { running } = slot;
  if (victim === null || running === null) return;
  try {
    const login = await logIn(settings, AbortSignal.timeout(settings.connectTimeoutMs));
    const side = new BackendConnection(login, false, settings.readTimeoutMs, () => undefined);
    // The statement may have ended meanwhile, and another be running on the same thread.
    if (slot.link.live === victim && slot.running === running)
      await side.ask(`KILL QUERY ${victim.threadId}`);
    await side.quit(settings.connectTimeoutMs);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    events.publish({ type: 'internal-error', where: 'cancel: side_connection', message });
  }
}
