// Who is next on the backend: bounded, in order within a session, round robin between sessions.

/** The part of a session that the queue sees. */
export interface Contender {
  readonly id: number;
}

/** A command that waits for its turn. `T` is whatever the turn is to carry. */
export interface Waiting<T> {
  readonly owner: Contender;
  /** Epoch ms. */
  readonly since: number;
  readonly work: T;
}

/**
 * The waiting commands. A session has at most one here: what it sends behind that waits with the session itself, so that
 * the order of arrival is round robin.
 *
 *   first -> [owner 3] [owner 1] [owner 7] <- last        running: not here
 */
export class Turns<T> {
  private readonly waiting = new Map<Contender, Waiting<T>>();

  get size(): number {
    return this.waiting.size;
  }

  get oldest(): Waiting<T> | undefined {
    let oldest: Waiting<T> | undefined;
    for (const entry of this.waiting.values())
      if (oldest === undefined || entry.since < oldest.since) oldest = entry;
    return oldest;
  }

  add(entry: Waiting<T>): void {
    this.waiting.set(entry.owner, entry);
  }

  /** For a command that was sent and is to be sent again: before all others. */
  addFirst(entry: Waiting<T>): void {
    const others = [...this.waiting.values()];
    this.waiting.clear();
    this.waiting.set(entry.owner, entry);
    for (const other of others) this.waiting.set(other.owner, other);
  }

  of(owner: Contender): Waiting<T> | undefined {
    return this.waiting.get(owner);
  }

  /** Place in the queue, from 1; 0 for one that is not there. */
  placeOf(owner: Contender): number {
    return [...this.waiting.keys()].indexOf(owner) + 1;
  }

  remove(owner: Contender): Waiting<T> | undefined {
    const entry = this.waiting.get(owner);
    this.waiting.delete(owner);
    return entry;
  }

  /** Takes the first that `may` go; undefined when none may. */
  take(may: (owner: Contender) => boolean): Waiting<T> | undefined {
    for (const owner of this.waiting.keys()) if (may(owner)) return this.remove(owner);
    return undefined;
  }

  some(test: (owner: Contender) => boolean): boolean {
    for (const owner of this.waiting.keys()) if (test(owner)) return true;
    return false;
  }

  /** Takes out all that have waited since `since` or longer. */
  takeOlderThan(since: number): Waiting<T>[] {
    const old = [...this.waiting.values()].filter((entry) => entry.since <= since);
    for (const { owner } of old) this.waiting.delete(owner);
    return old;
  }
}
