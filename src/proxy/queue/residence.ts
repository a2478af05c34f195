// Where an instance has several connections: on which of them a session's next turn may be.

import { isInDoubt } from '../state/state-application.js';
import type { Holder, Slot } from './slot.js';

/** Whether the owner may have a turn there: nobody else holds it, and the owner has nothing elsewhere that it would miss. */
export function mayRun(owner: Holder, slot: Slot, slots: readonly Slot[]): boolean {
  if (slot.holder !== null) return slot.holder.owner === owner;
  return slots.every((other) => other === slot || !belongsTo(other, owner));
}

function belongsTo({ holder, running, resident, link: { live } }: Slot, owner: Holder): boolean {
  if (holder?.owner === owner || running?.owner === owner) return true;
  return live !== null && (owner.isBoundTo(live) || (resident === owner && isInDoubt(live.state)));
}

/** The owner has a turn on `slot`: what the other connections have of it is out of date from now on. */
export function leaveOthers(owner: Holder, slot: Slot, slots: readonly Slot[]): void {
  for (const other of slots) {
    if (other === slot) continue;
    if (other.link.live !== null) owner.leave(other.link.live);
    if (other.resident === owner) other.resident = null;
  }
}
