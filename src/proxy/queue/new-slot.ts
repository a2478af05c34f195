// A new place on the backend, and what happens to who is on it when its connection comes and goes.

import type { InstanceSettings } from '../../config/types.js';
import type { Events } from '../../observe/events.js';
import type { BackendGone } from '../backend/backend-connection.js';
import { BackendLink, type Live } from '../backend/backend-link.js';
import type { Holder, Slot } from './slot.js';

export interface SlotWatch {
  connected(live: Live): void;
  /** @param holder who held it */
  lost(live: Live, error: BackendGone, holder: Holder | null): void;
  /** An attempt to connect failed. */
  failed(): void;
  /** A session has come onto it, and who was there before may go on elsewhere. */
  movedIn(): void;
}

export function newSlot(settings: InstanceSettings, events: Events, watch: SlotWatch): Slot {
  const slot: Slot = {
    link: new BackendLink(settings, events, {
      connected: (live) => {
        slot.resident = null;
        slot.idleSince = Date.now();
        watch.connected(live);
      },
      lost: (live, error) => {
        const holder = slot.holder?.owner ?? null;
        slot.holder = null;
        slot.resident = null;
        watch.lost(live, error, holder);
      },
      failed: () => watch.failed(),
    }),
    running: null,
    holder: null,
    resident: null,
    moveIn: (owner) => {
      slot.resident = owner;
      watch.movedIn();
    },
    sideKill: null,
    idleSince: Date.now(),
  };
  return slot;
}
