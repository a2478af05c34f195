// Between turns: what only the connection knows of sessions is asked for, once nobody has used it for a moment.

import type { Live } from '../backend/backend-link.js';
import type { Holder, Slot } from './slot.js';

/** The next statement of a script comes sooner than this (ms), and mostly changes what would be asked for. */
const IDLE_MS = 250;

export class SafeKeeping {
  private readonly timers = new Map<Slot, NodeJS.Timeout>();

  /** @param save runs as a turn of its own; called for a connection that nobody uses, holds or waits for */
  constructor(private readonly save: (slot: Slot, resident: Holder, live: Live) => void) {}

  /** A session's turn is over. */
  turnEnded(slot: Slot): void {
    if (slot.link.live !== null && !this.timers.has(slot)) this.look(slot, IDLE_MS);
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  private look(slot: Slot, inMs: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(slot);
      const { link, resident, running, holder, idleSince } = slot;
      if (link.live === null || running !== null || holder !== null || resident === null) return;
      const left = idleSince + IDLE_MS - Date.now();
      if (left > 0) this.look(slot, left);
      else if (link.live.state.isWorthAsking) this.save(slot, resident, link.live);
    }, inMs);
    this.timers.set(slot, timer.unref());
  }
}
