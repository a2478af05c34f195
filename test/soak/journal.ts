// What happened in a soak: the last events, counters, and what went wrong.

export interface Entry {
  /** Epoch ms. */
  readonly at: number;
  /** A user of the fleet, or `fleet`. */
  readonly user: string;
  readonly what: string;
}

export interface Failure extends Entry {
  /** What happened before it to that user and to the fleet, oldest first. */
  readonly before: readonly Entry[];
}

/** Events that are kept, and how many of them are shown with a failure. */
const kept = 2000;
const shown = 40;

/** Failures that are kept with what went before them; behind them all is lost in what follows from them. */
const most = 10;

export class Journal {
  private entries: Entry[] = [];
  private readonly counters = new Map<string, number>();
  readonly failures: Failure[] = [];

  /** @param onFailure told at the first failure */
  constructor(private readonly onFailure: () => void) {}

  note(user: string, what: string): void {
    this.entries.push({ at: Date.now(), user, what });
    if (this.entries.length > 2 * kept) this.entries = this.entries.slice(-kept);
  }

  /** Something that must not happen. */
  fail(user: string, what: string): void {
    if (this.failures.length >= most) return;
    const before = this.entries
      .filter((entry) => entry.user === user || entry.user === 'fleet')
      .slice(-shown);
    this.failures.push({ at: Date.now(), user, what, before });
    this.note(user, `FAILED: ${what}`);
    if (this.failures.length === 1) this.onFailure();
  }

  count(user: string, counter: string): void {
    const key = `${user} ${counter}`;
    this.counters.set(key, (this.counters.get(key) ?? 0) + 1);
  }

  /** How often the counter was counted for the user; for all users without one. */
  total(counter: string, user?: string): number {
    const suffix = ` ${counter}`;
    const matches = (key: string): boolean =>
      user === undefined ? key.endsWith(suffix) : key === user + suffix;
    return [...this.counters].reduce((sum, [key, n]) => (matches(key) ? sum + n : sum), 0);
  }

  /** The names of all counters that begin so, without the beginning. */
  names(prefix: string): readonly string[] {
    const names = [...this.counters.keys()].map((key) => key.slice(key.indexOf(' ') + 1));
    return [...new Set(names)]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }
}
