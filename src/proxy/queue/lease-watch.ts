// Ends the leases of sessions that keep a connection while they are idle and others wait.

import type { Slot } from './slot.js';
import type { Turns } from './turns.js';

export class LeaseWatch {
  private timer: NodeJS.Timeout | undefined;

  /** @param expire is called for a connection whose lease has run out */
  constructor(
    private readonly slots: () => readonly Slot[],
    private readonly turns: Turns<unknown>,
    private readonly pinTimeoutMs: number,
    private readonly expire: (slot: Slot) => void,
  ) {}

  /** Something has changed that leases depend on. */
  watch(): void {
    const leased = this.slots().find((slot) => this.isRunning(slot));
    if (leased === undefined) {
      this.stop();
    } else {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        if (this.isRunning(leased)) this.expire(leased);
        else this.watch();
      }, this.pinTimeoutMs);
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private isRunning({ holder, running, link }: Slot): boolean {
    if (holder === null || running !== null || link.live === null) return false;
    return this.turns.some(
      (owner) => owner !== holder.owner && !this.slots().some((slot) => slot.holder?.owner === owner),
    );
  }
}
