// Keeping an idle backend connection usable: ping before use, ping while idle, renewal when it is old.

import type { InstanceSettings } from '../../config/types.js';
import { Command } from '../../wire/constants.js';
import { BackendGone } from './backend-connection.js';
import type { Live } from './backend-link.js';
import type { Slot } from '../queue/slot.js';

/** A connection that was used so recently (ms) needs no ping. */
const FRESH_MS = 1_000;

/**
 * Looks at a connection before a turn.
 * @returns whether it can be used; otherwise a new one is on its way
 */
export async function freshen(slot: Slot, live: Live, settings: InstanceSettings): Promise<boolean> {
  const { poolRecycleMs, poolPrePing } = settings.backend;
  if (slot.holder !== null) return true;
  const isOld = poolRecycleMs > 0 && Date.now() - live.since > poolRecycleMs;
  const reason = isOld ? `it was older than ${poolRecycleMs / 1000} s (pool_recycle)` : live.outdated;
  if (reason !== null && isRenewable(live)) {
    await slot.resident?.saveAll(live);
    await slot.link.renew(reason);
    return false;
  }
  const idleMs = Date.now() - live.connection.lastHeard;
  if (!poolPrePing || idleMs < FRESH_MS) return true;
  return ping(live);
}

/** Whether no session would lose anything by its end: locks and temporary tables cannot be had on another connection. */
export function isRenewable({ state }: Live): boolean {
  return !state.namedLocks.any && !state.temporaryTables.any;
}

/**
 * Pings idle connections from now on, so that neither the server nor anything between ends them, and a silent loss is
 * noticed. Ends with its timer; there is none where `keepalive` is off.
 */
export function keepAlive(slots: readonly Slot[], settings: InstanceSettings): NodeJS.Timeout | undefined {
  const { keepaliveMs } = settings;
  if (keepaliveMs === 0) return undefined;
  const look = (): void => {
    for (const { running, link } of slots) {
      const { live } = link;
      const isDue = live !== null && Date.now() - live.connection.lastHeard >= keepaliveMs / 2;
      if (running === null && isDue) void ping(live);
    }
  };
  return setInterval(look, keepaliveMs).unref();
}

/** Whether it was answered: within read_timeout, or the connection is given up. */
async function ping(live: Live): Promise<boolean> {
  try {
    await live.connection.run(Buffer.from([Command.PING]), 'ok').ended;
    return true;
  } catch (error) {
    if (error instanceof BackendGone) return false;
    throw error;
  }
}
