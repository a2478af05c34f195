// Who is next on the backend: in order within a session, round robin between sessions, what is short before what is long.

/** The part of a session that the queue sees. */
export interface Contender {
  readonly id: number;
}

/** A command that waits for its turn. `T` is whatever the turn is to carry. */
export interface Waiting<T> {
  readonly owner: Contender;
  /** Epoch ms. */
  readonly since: number;
  /** It is expected to take a few ms only, so that it may overtake. */
  readonly isShort: boolean;
  readonly work: T;
}

/** Overtaking may cost a waiting command so much (ms), all who overtake it together; then nobody overtakes it any more. */
export const PATIENCE_MS = 1_000;

interface Queued<T> extends Waiting<T> {
  /** On the clock of arrivals and services; 0 for one that nobody may overtake. */
  readonly arrival: number;
  /** What overtaking had cost when it arrived, ms. */
  readonly costBefore: number;
}

/**
 * The waiting commands. A session has at most one here: what it sends behind that waits with the session itself, so that
 * the order of arrival is round robin.
 *
 *   first -> [owner 3] [owner 1] [owner 7] <- last        running: not here
 *
 * A short command goes before longer ones, but only before those that came after its session was last served: so a session
 * with a thousand commands goes before another's single one at most once, be that by overtaking or by having come first.
 */
export class Turns<T> {
  private readonly waiting = new Map<Contender, Queued<T>>();
  /** Counts arrivals and services, so that one can be told to be before the other. */
  private clock = 0;
  /** When, on the clock, a session's last turn began or ended. */
  private readonly served = new WeakMap<Contender, number>();
  /** What the turns of those who overtook have cost, ms. Who waits was held up by no more than what it grew by meanwhile. */
  private cost = 0;
  /** Turns that overtook and have not ended: since when, ms. */
  private readonly overtaking = new Map<Contender, number>();
  private places: ReadonlyMap<Contender, number> | null = null;

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
    this.changed();
    this.waiting.set(entry.owner, { ...entry, arrival: ++this.clock, costBefore: this.cost });
  }

  /** For a command that was sent and is to be sent again: before all others. */
  addFirst(entry: Waiting<T>): void {
    this.changed();
    const others = [...this.waiting.values()];
    this.waiting.clear();
    this.waiting.set(entry.owner, { ...entry, arrival: 0, costBefore: this.cost });
    for (const other of others) this.waiting.set(other.owner, other);
  }

  of(owner: Contender): Waiting<T> | undefined {
    return this.waiting.get(owner);
  }

  /** Place in the order in which they would go if no other came, from 1; 0 for one that is not there. */
  placeOf(owner: Contender): number {
    this.places ??= this.plan();
    return this.places.get(owner) ?? 0;
  }

  remove(owner: Contender): Waiting<T> | undefined {
    const entry = this.waiting.get(owner);
    this.waiting.delete(owner);
    this.changed();
    return entry;
  }

  /**
   * Takes the next of those that `may` go, whose turn begins; undefined when none may.
   * @param now ms, on the same clock as `ended`
   */
  take(may: (owner: Contender) => boolean, now: number): Waiting<T> | undefined {
    const next = this.nextOf(this.waiting.values(), may);
    if (next === undefined) return undefined;
    const { owner } = next.entry;
    if (next.overtakes) this.overtaking.set(owner, now);
    this.served.set(owner, ++this.clock);
    return this.remove(owner);
  }

  /** A turn of the owner has ended. */
  ended(owner: Contender, now: number): void {
    this.changed();
    this.served.set(owner, ++this.clock);
    const since = this.overtaking.get(owner);
    if (since === undefined) return;
    this.overtaking.delete(owner);
    this.cost += now - since;
  }

  some(test: (owner: Contender) => boolean): boolean {
    for (const owner of this.waiting.keys()) if (test(owner)) return true;
    return false;
  }

  /** Takes out all that have waited since `since` or longer. */
  takeOlderThan(since: number): Waiting<T>[] {
    const old = [...this.waiting.values()].filter((entry) => entry.since <= since);
    for (const { owner } of old) this.remove(owner);
    return old;
  }

  /** The first that may go, or a short one that may overtake it: whom it may overtake, it may overtake those behind, too. */
  private nextOf(
    entries: Iterable<Queued<T>>,
    may: (owner: Contender) => boolean,
  ): { readonly entry: Queued<T>; readonly overtakes: boolean } | undefined {
    let first: Queued<T> | undefined;
    for (const entry of entries) {
      if (!may(entry.owner)) continue;
      if (first === undefined) {
        first = entry;
        if (entry.isShort || this.cost - entry.costBefore >= PATIENCE_MS) break;
      } else if (entry.isShort && (this.served.get(entry.owner) ?? 0) < first.arrival) {
        return { entry, overtakes: true };
      }
    }
    return first === undefined ? undefined : { entry: first, overtakes: false };
  }

  private plan(): ReadonlyMap<Contender, number> {
    const left = new Set(this.waiting.values());
    const places = new Map<Contender, number>();
    for (;;) {
      const next = this.nextOf(left, () => true);
      if (next === undefined) return places;
      left.delete(next.entry);
      places.set(next.entry.owner, places.size + 1);
    }
  }

  private changed(): void {
    this.places = null;
  }
}
