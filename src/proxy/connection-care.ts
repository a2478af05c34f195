// Keeping an idle backend connection usable: ping before use, ping while idle, renewal when it is old.

import type { InstanceSettings } from '../config/types.js';
import { Command } from '../wire/constants.js';
import { BackendGone } from './backend-connection.js';
import type { Live } from './backend-link.js';
import type { Slot } from './slot.js';

/** A connection that was used so recently (ms) needs no ping. */
const FRESH_MS = 1_000;

/**
 * Looks at a connection before a turn.
 * @returns whether it can be used; otherwise a new one is on its way
 */
export async function freshen(slot: Slot, live: Live, settings: InstanceSettings): Promise<boolean> {
  const { poolRecycleMs, poolPrePing } = settings.backend;
  if (slot.holder !== null) return true;
  if (poolRecycleMs > 0 && Date.now() - live.since > poolRecycleMs) {
    await slot.link.renew(`it was older than ${poolRecycleMs / 1000} s (pool_recycle)`);
    return false;
  }
  const idleMs = Date.now() - live.connection.lastHeard;
  if (!poolPrePing || idleMs < FRESH_MS) return true;
  return ping(slot, live, settings);
}

/** Pings an idle connection, so that neither the server nor anything between ends it, and a silent loss is noticed. */
export function keepAlive(slot: Slot, settings: InstanceSettings): void {
  const { live } = slot.link;
  if (live === null || Date.now() - live.connection.lastHeard < settings.keepaliveMs / 2) return;
  void ping(slot, live, settings);
}

async function ping(slot: Slot, live: Live, settings: InstanceSettings): Promise<boolean> {
  const deadline = setTimeout(() => {
    void slot.link.abandon(`no answer to a ping within ${settings.connectTimeoutMs / 1000} s`);
  }, settings.connectTimeoutMs);
  try {
    await live.connection.run(Buffer.from([Command.PING]), 'ok').ended;
    return true;
  } catch (error) {
    if (error instanceof BackendGone) return false;
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}
