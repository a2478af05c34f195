// With more than one connection: on which of them a session may run, because something of it is only there.

import type { Holder, Slot } from './slot.js';

/** The only connection on which the owner may run; undefined where any will do. */
export function seatOf(slots: readonly Slot[], owner: Holder): Slot | undefined {
  return slots.length === 1 ? slots[0] : slots.find((slot) => belongsTo(slot, owner));
}

/** A statement of its own that was cancelled may still run there, and what its last one left may only be known there. */
function belongsTo({ link: { live }, holder, running, resident }: Slot, owner: Holder): boolean {
  if (holder?.owner === owner || running?.owner === owner) return true;
  return live !== null && (resident === owner || owner.isBoundTo(live));
}

/** Whether the owner waits for this connection, and not for another, or to give it free. */
export function isWaitingFor(slots: readonly Slot[], slot: Slot, owner: Holder): boolean {
  return owner !== slot.holder?.owner && (seatOf(slots, owner) ?? slot) === slot;
}
