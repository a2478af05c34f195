// What a session may believe of its own state: after a fault it is what it was, or the session was told that it is lost.
import type { Outcome } from './outcome.js';

/** A piece of state of which one value is in force. */
export class Belief<T> {
  private possible: Set<T>;

  constructor(value: T) {
    this.possible = new Set([value]);
  }

  /** The value where only one is possible. */
  get certain(): T | undefined {
    const [value] = this.possible;
    return this.possible.size === 1 ? value : undefined;
  }

  /** A statement that sets it to `value` ended so. */
  changed(outcome: Outcome, value: T): void {
    if (outcome.kind === 'done') this.possible = new Set([value]);
    else if (outcome.kind === 'in doubt') this.possible.add(value);
  }

  /** The session was told that it may be gone. */
  maybe(value: T): void {
    this.possible.add(value);
  }

  /** Takes what was seen as certain. Answers whether it was possible. */
  seen(value: T): boolean {
    const wasPossible = this.possible.has(value);
    this.possible = new Set([value]);
    return wasPossible;
  }

  copy(): Belief<T> {
    const copy = new Belief<T>(this.possible.values().next().value as T);
    for (const value of this.possible) copy.maybe(value);
    return copy;
  }

  toString(): string {
    return [...this.possible].map((value) => JSON.stringify(value)).join(' or ');
  }
}

/** The state of a session that the soak sets and looks at. */
export interface Beliefs {
  readonly timeZone: Belief<string>;
  readonly schema: Belief<string>;
  /** The schema in which its prepared statement was prepared; undefined while there is none. */
  preparedIn: Belief<string> | undefined;
  /** Value of @v. */
  readonly variable: Belief<string | null>;
  /** Rows of the temporary table; null where there is none. */
  readonly scratch: Belief<number | null>;
  /** The number that the text prepared statement gives back; null where there is none. */
  readonly statement: Belief<number | null>;
}

/** What a new session may believe. */
export function newBeliefs(schema: string): Beliefs {
  return {
    timeZone: new Belief('SYSTEM'),
    schema: new Belief(schema),
    preparedIn: undefined,
    variable: new Belief<string | null>(null),
    scratch: new Belief<number | null>(null),
    statement: new Belief<number | null>(null),
  };
}

/** The session was told that it lost what was only on its backend connection. */
export function toldLost({ variable, scratch }: Beliefs): void {
  variable.maybe(null);
  scratch.maybe(null);
}

/** Whether it has anything that a backend connection can take with it. */
export function hasSomethingToLose({ variable, scratch }: Beliefs): boolean {
  return variable.certain !== null || scratch.certain !== null;
}
