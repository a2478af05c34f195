// How long statements took, by fingerprint: what was short is expected to be short again.

import type { Pace } from './pace.js';

/** A command, as far as its time goes. */
interface Timed {
  readonly pace: Pace;
  readonly fingerprint: string;
}

/** Fingerprints that are remembered; the one not seen for longest is forgotten first. A thousand characters each at most. */
const MOST = 500;
/** A statement that holds the backend for less (ms) is short: nobody notices that one went before. */
export const SHORT_MS = 10;
/** What the last run counts for in the mean: after a long one it takes several short ones to be trusted again. */
const NEWEST = 0.25;

export class RunTimes {
  private readonly means = new Map<string, number>();

  /** A turn with such a command took `ms`. */
  note({ pace, fingerprint }: Timed, ms: number): void {
    if (pace === 'short') return;
    const mean = this.means.get(fingerprint) ?? ms;
    this.means.delete(fingerprint);
    this.means.set(fingerprint, mean + (ms - mean) * NEWEST);
    if (this.means.size <= MOST) return;
    for (const oldest of this.means.keys()) {
      this.means.delete(oldest);
      return;
    }
  }

  /** Whether it is expected to be short: what was seen counts for more than what the kind promises. */
  isShort({ pace, fingerprint }: Timed): boolean {
    const mean = this.means.get(fingerprint);
    if (pace === 'short' || mean === undefined) return pace !== 'unknown';
    return mean < SHORT_MS;
  }
}
