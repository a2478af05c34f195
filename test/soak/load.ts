// The load of one user: sessions that come, do this and that in a random order, and go.
import { randomOf, type Random } from '../sql/random.js';
import type { Journal } from './journal.js';
import { Dropped } from './outcome.js';
import type { Pace } from './pace.js';
import { killed, leaveInTheMiddle, readSlowly } from './reads.js';
import { Session } from './session.js';
import type { Site } from './site.js';
import { look, scratch, setSchema, setTimeZone, setVariable, textStatement } from './state.js';
import { insertRow, insertRows, lookBack, transaction } from './writes.js';

type Operation = (session: Session) => Promise<void>;

const operations: readonly (readonly [name: string, weight: number, run: Operation])[] = [
  ['insert', 12, insertRow],
  ['insert several', 4, insertRows],
  ['transaction', 6, transaction],
  ['look back', 6, lookBack],
  ['look', 16, look],
  ['SET @v', 5, setVariable],
  ['SET time_zone', 4, setTimeZone],
  ['USE', 4, setSchema],
  ['temporary table', 8, scratch],
  ['text statement', 6, textStatement],
  ['slow reader', 1, readSlowly],
  ['KILL QUERY', 2, killed],
  ['leave in the middle', 1, leaveInTheMiddle],
  ['leave', 1, (session) => session.client.end().then(() => Promise.reject(new Dropped('left')))],
];

const bag = operations.flatMap((operation) => Array.from({ length: operation[1] }, () => operation));

/** Pauses of a session between two operations, in ms: so many at most. */
const thinkMs = 200;

/** Runs 2 to 6 sessions of the user until the pace is over, and ends them. */
export async function loadSite(site: Site, seed: number, pace: Pace, journal: Journal): Promise<void> {
  const random = randomOf(seed);
  const sessions = 2 + random.below(5);
  const seeds = Array.from({ length: sessions }, () => random.below(2 ** 31));
  await Promise.all(seeds.map((each) => keepSession(site, randomOf(each), pace, journal)));
}

async function keepSession(site: Site, random: Random, pace: Pace, journal: Journal): Promise<void> {
  while (!pace.over) {
    try {
      await useSession(await Session.open(site, random, pace, journal));
    } catch (error) {
      if (!(error instanceof Dropped)) throw error;
      await pace.pause(random.below(300));
    }
  }
}

/** Does one operation after the other. Throws Dropped when the connection is gone. */
async function useSession(session: Session): Promise<void> {
  const { pace, random, journal, site } = session;
  while (!pace.over) {
    const [name, , run] = random.pick(bag);
    await run(session);
    journal.count(site.user, `did ${name}`);
    journal.count(site.user, 'operations');
    pace.step();
    await pace.pause(random.below(thinkMs));
  }
  await session.client.end();
}
