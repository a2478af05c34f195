// A session of a soak and what its operations share: a client, what it may believe, and the checks of what it sees.
import type { Random } from '../sql/random.js';
import { hasSomethingToLose, newBeliefs, toldLost, type Belief, type Beliefs } from './beliefs.js';
import { SoakClient } from './client.js';
import type { Journal } from './journal.js';
import { errno, type Outcome, type Row } from './outcome.js';
import type { Pace } from './pace.js';
import type { Site } from './site.js';

/** Errors that any statement may end with while faults are injected. */
const expected: ReadonlySet<number> = new Set([
  errno.BACKEND_LOST,
  errno.STATE_LOST,
  errno.QUEUE_TIMEOUT,
  errno.SHUTDOWN,
]);

export class Session {
  readonly beliefs: Beliefs;
  /** In a transaction that the client began and has not ended. */
  inTransaction = false;

  private constructor(
    readonly site: Site,
    readonly random: Random,
    readonly pace: Pace,
    readonly journal: Journal,
    readonly client: SoakClient,
  ) {
    this.beliefs = newBeliefs(site.account.schema);
  }

  static async open(site: Site, random: Random, pace: Pace, journal: Journal): Promise<Session> {
    return new Session(site, random, pace, journal, await SoakClient.open(site, journal));
  }

  /** Runs a statement and learns from how it ended; `also` are errors that it may end with beside the usual ones. */
  async run(
    sql: string,
    values: readonly (string | number)[] = [],
    also: readonly number[] = [],
  ): Promise<Outcome> {
    return this.learn(sql, await this.client.run(sql, values), also);
  }

  /** The same as a prepared statement. */
  async execute(sql: string, values: readonly (string | number)[] = []): Promise<Outcome> {
    return this.learn(sql, await this.client.execute(sql, values), []);
  }

  learn(sql: string, outcome: Outcome, also: readonly number[]): Outcome {
    const how = outcome.kind === 'done' ? 'done' : `${outcome.errno} ${outcome.message}`;
    this.journal.note(this.site.user, `session ${this.client.id}: ${sql.slice(0, 100)}: ${how}`);
    if (outcome.kind === 'done' || also.includes(outcome.errno)) return outcome;
    if (!expected.has(outcome.errno)) this.fail(`${outcome.errno} ${outcome.message}: ${sql}`);
    if (outcome.errno === errno.STATE_LOST && !this.inTransaction && !hasSomethingToLose(this.beliefs)) {
      // Safe, but needless: the instance takes a variable that it set to NULL for the session for the session's own.
      this.journal.count(this.site.user, 'told needlessly');
    }
    if (outcome.errno === errno.STATE_LOST || outcome.errno === errno.BACKEND_LOST) toldLost(this.beliefs);
    return outcome;
  }

  /** Fails the soak when what was seen could not be. */
  see<T>(what: string, belief: Belief<T>, value: T): void {
    const believed = belief.toString();
    if (!belief.seen(value)) this.fail(`${what} is ${JSON.stringify(value)}, and should be ${believed}`);
  }

  /** Fails the soak when the only row is not that one. */
  expectRow(sql: string, rows: readonly Row[], wanted: Row): void {
    const [got, want] = [JSON.stringify(rows), JSON.stringify([wanted])];
    if (got !== want) this.fail(`${sql}: got ${got}, should be ${want}`);
  }

  fail(what: string): void {
    this.journal.fail(this.site.user, `session ${this.client.id}: ${what}`);
  }
}
