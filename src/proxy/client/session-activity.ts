// Whether a session is at work, since when, and what its last command was: for whoever asks.

import type { IdleLimit } from '../state/patience.js';

export class SessionActivity {
  isBusy = false;
  /** Epoch ms since when it has been busy, or idle. */
  since = Date.now();
  /** Fingerprint of the last command; undefined before the first. */
  fingerprint: string | undefined;
  private idleTimer: NodeJS.Timeout | undefined;

  began(): void {
    clearTimeout(this.idleTimer);
    this.isBusy = true;
    this.since = Date.now();
  }

  /**
   * The session is idle.
   * @param limit how long it may be; null for as long as it likes
   * @param then called when it has been idle for so long
   */
  ended(limit: IdleLimit | null, then: (limit: IdleLimit) => void): void {
    this.isBusy = false;
    this.since = Date.now();
    if (limit !== null) this.idleTimer = setTimeout(() => then(limit), limit.ms);
  }

  /** It will not be idle any more. */
  stop(): void {
    clearTimeout(this.idleTimer);
  }
}
