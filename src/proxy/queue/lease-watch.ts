// Ends the leases of sessions that keep a connection while they are idle and others wait.

import type { Slot } from './slot.js';

export class LeaseWatch {
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param isWaitedFor whether somebody else waits for the connection, and not for another
   * @param expire is called for a connection whose lease has run out
   */
  constructor(
    private readonly slots: () => readonly Slot[],
    private readonly isWaitedFor: (slot: Slot) => boolean,
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

  private isRunning(slot: Slot): boolean {
    if (slot.holder === null || slot.running !== null || slot.link.live === null) return false;
    return this.isWaitedFor(slot);
  }
}
