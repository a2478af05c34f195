// Whoever is not let in can make an instance log as fast as he can knock: past some lines, refusals are counted and summed up.
import type { InstanceEvent } from './events.js';

/** Refusals are told one by one up to so many in so many ms. */
const MOST_LINES = 20;
const WINDOW_MS = 10_000;

/** Addresses that are told apart in a sum. */
const MOST_ADDRESSES = 1_000;

export interface Refusals {
  /** Whether the event is to be logged itself; else it is part of the next sum. */
  admits(event: InstanceEvent): boolean;
  /** Tells the sum of what has not been told yet. */
  flush(): void;
}

/** @param tell gets the sum in words, at the end of each window that had more than it tells */
export function createRefusals(tell: (sum: string) => void): Refusals {
  let lines = 0;
  let untold = 0;
  let timer: NodeJS.Timeout | undefined;
  const addresses = new Set<string>();

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (untold > 0) {
      const from = addresses.size === 1 ? 'one address' : `${addresses.size} addresses`;
      const what = untold === 1 ? 'connection or login was' : 'connections or logins were';
      tell(`${untold} more ${what} refused within ${WINDOW_MS / 1000} s, from ${from}`);
    }
    lines = untold = 0;
    addresses.clear();
  };

  return {
    admits(event) {
      if (event.type !== 'session-refused' && event.type !== 'login-failed') return true;
      timer ??= setTimeout(flush, WINDOW_MS).unref();
      lines++;
      if (lines <= MOST_LINES) return true;
      untold++;
      const host = event.address.replace(/:\d+$/, '');
      if (addresses.size < MOST_ADDRESSES) addresses.add(host);
      return false;
    },
    flush,
  };
}
