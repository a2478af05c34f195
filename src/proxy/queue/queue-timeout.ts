// Ends the wait of commands that have waited too long: one timer, for the one that has waited longest.

import { FleetError } from '../../errors.js';
import type { Refusable } from './slot.js';
import type { Contender, Turns } from './turns.js';

export class QueueTimeout {
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param limitMs how long a command may wait
   * @param describeBlocker says in words what the owner of a command waits for
   * @param refused called when some have been sent away
   */
  constructor(
    private readonly turns: Turns<Refusable>,
    private readonly limitMs: number,
    private readonly describeBlocker: (owner: Contender) => string,
    private readonly refused: () => void,
  ) {}

  /** Looks after those that wait now; to be called when the queue has changed. */
  watch(): void {
    this.stop();
    const { oldest } = this.turns;
    if (oldest === undefined) return;
    const dueMs = oldest.since + this.limitMs - Date.now();
    this.timer = setTimeout(
      () => {
        this.refuseOverdue();
        this.refused();
      },
      Math.max(0, dueMs),
    );
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private refuseOverdue(): void {
    const since = Date.now() - this.limitMs;
    for (
      let entry = this.turns.oldest;
      entry !== undefined && entry.since <= since;
      entry = this.turns.oldest
    ) {
      const place = this.turns.placeOf(entry.owner);
      this.turns.remove(entry.owner);
      const waited = { seconds: this.limitMs / 1000, place, holder: this.describeBlocker(entry.owner) };
      entry.work.refuse(new FleetError('QUEUE_TIMEOUT', waited));
    }
  }
}
