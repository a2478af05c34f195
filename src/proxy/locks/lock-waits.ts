// Sessions that wait for a named lock: in the instance, not on the backend, so that all others go on.

import type { LockOwner, NamedLocks } from '../../session/named-locks.js';

/** What a session waits for. */
export interface Wanted {
  /** Where the lock is. */
  readonly locks: NamedLocks;
  /** Its name; null for whoever waits until no other session has any lock. */
  readonly name: string | null;
  /** Who has it; null where that is nobody of this instance. */
  readonly owner: LockOwner | null;
}

/** Whose command waits, and what goes on with it. */
export interface LockWaiter {
  readonly session: LockOwner;
  /** Puts the command into the queue for the backend again. */
  resume(): void;
}

interface Wait {
  readonly wanted: Wanted;
  /** Its command is in the queue again, or has its turn; it keeps its place among those who want the lock. */
  resumed: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** Timers take no more. */
const LONGEST_MS = 2 ** 31 - 1;

export class LockWaits {
  /** In the order in which they came. */
  private readonly waits = new Map<LockWaiter, Wait>();

  /** The waiter's command is put into the queue again when the lock is free, and after `ms` in any case. */
  park(waiter: LockWaiter, wanted: Wanted, ms: number): void {
    const before = this.waits.get(waiter);
    clearTimeout(before?.timer);
    const wait: Wait = { wanted, resumed: false, timer: undefined };
    wait.timer = setTimeout(() => this.resume(waiter, wait), Math.min(ms, LONGEST_MS));
    this.waits.set(waiter, wait);
  }

  /** The waiter has what it wanted, or does not want it any more. */
  leave(waiter: LockWaiter): void {
    clearTimeout(this.waits.get(waiter)?.timer);
    this.waits.delete(waiter);
  }

  /** Whether its command is neither in the queue nor has its turn. */
  isWaiting(waiter: LockWaiter): boolean {
    return this.waits.get(waiter)?.resumed === false;
  }

  /** Who came before the waiter and wants the same lock; null for nobody. */
  before(waiter: LockWaiter, locks: NamedLocks, name: string): LockOwner | null {
    for (const [other, { wanted }] of this.waits) {
      if (other === waiter) return null;
      if (wanted.locks === locks && wanted.name === name) return other.session;
    }
    return null;
  }

  /** Whether `owner`, or whom it waits for, waits for `session`: neither would ever go on. */
  isCycle(session: LockOwner, owner: LockOwner): boolean {
    const seen = new Set<LockOwner>();
    for (
      let next: LockOwner | null = owner;
      next !== null && !seen.has(next);
      next = this.waitedForBy(next)
    ) {
      if (next === session) return true;
      seen.add(next);
    }
    return false;
  }

  private waitedForBy(session: LockOwner): LockOwner | null {
    for (const [waiter, { wanted, resumed }] of this.waits)
      if (waiter.session === session && !resumed) return ownerNow(wanted, session);
    return null;
  }

  /** A lock may have been released: whoever waits for one that is free now goes on. */
  look(): void {
    for (const [waiter, wait] of this.waits) {
      const { wanted } = wait;
      if (wanted.owner !== null && ownerNow(wanted, waiter.session) === null) this.resume(waiter, wait);
    }
  }

  /** The locks are gone, with the connection on which they were. */
  lost(locks: NamedLocks): void {
    for (const [waiter, wait] of this.waits) if (wait.wanted.locks === locks) this.resume(waiter, wait);
  }

  /** In words, what the session waits for; null where it waits for no lock. */
  describe(session: LockOwner): string | null {
    for (const [waiter, { wanted, resumed }] of this.waits)
      if (waiter.session === session && !resumed) return describeWait(wanted, session);
    return null;
  }

  private resume(waiter: LockWaiter, wait: Wait): void {
    if (wait.resumed) return;
    clearTimeout(wait.timer);
    wait.resumed = true;
    waiter.resume();
  }
}

function ownerNow({ locks, name }: Wanted, session: LockOwner): LockOwner | null {
  if (name === null) return locks.foreignTo(session)?.owner ?? null;
  const owner = locks.ownerOf(name);
  return owner === session ? null : owner;
}

/** In words, what is waited for. */
export function describeWait(wanted: Wanted, session: LockOwner): string {
  const name = wanted.name ?? wanted.locks.foreignTo(session)?.name ?? '';
  const owner = ownerNow(wanted, session);
  const whose = owner === null ? 'somebody outside of this instance' : `session ${owner.id}`;
  return `waiting for the lock '${name}' of ${whose}`;
}
