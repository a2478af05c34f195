// Overtaking in the queue: short commands go first, and nobody pays more for it than was promised.
import { beforeEach, describe, expect, it } from 'vitest';
import { PATIENCE_MS, Turns, type Contender } from '../../../src/proxy/queue/turns.js';
import { randomOf, type Random } from '../../sql/random.js';

let turns: Turns<string>;
let now: number;
beforeEach(() => {
  turns = new Turns();
  now = 0;
});

const [a, b, c, d] = [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }] as const;
const anyone = (): boolean => true;
const long = (owner: Contender, work: string): void => turns.add({ owner, since: now, isShort: false, work });
const short = (owner: Contender, work: string): void => turns.add({ owner, since: now, isShort: true, work });

/** Lets the next of them have its turn, for so long. */
function serve(ms = 1): string | undefined {
  const next = turns.take(anyone, now);
  now += ms;
  if (next !== undefined) turns.ended(next.owner, now);
  return next?.work;
}

function serveAll(): string[] {
  const order: string[] = [];
  for (let work = serve(); work !== undefined; work = serve()) order.push(work);
  return order;
}

describe('a short command', () => {
  it('goes before all long ones that wait, and behind short ones that came first', () => {
    long(a, 'report a');
    long(b, 'report b');
    short(c, 'probe c');
    short(d, 'probe d');
    expect(serveAll()).toEqual(['probe c', 'probe d', 'report a', 'report b']);
  });

  it('does not go before a command that has waited since before its session was last served', () => {
    long(a, 'report a');
    short(b, 'probe b 1');
    expect(serve()).toBe('probe b 1');
    short(b, 'probe b 2');
    expect(serveAll()).toEqual(['report a', 'probe b 2']);
  });

  it('does not go before a command that came while its session was being served', () => {
    short(b, 'probe b 1');
    expect(turns.take(anyone, now)?.work).toBe('probe b 1');
    long(a, 'report a');
    short(b, 'probe b 2');
    turns.ended(b, now);
    expect(serveAll()).toEqual(['report a', 'probe b 2']);
  });

  it('goes before a command that came after its session was last served', () => {
    short(b, 'probe b 1');
    expect(serve()).toBe('probe b 1');
    long(a, 'report a');
    short(b, 'probe b 2');
    expect(serveAll()).toEqual(['probe b 2', 'report a']);
  });

  it('does not go before what is to be run again', () => {
    turns.addFirst({ owner: a, since: now, isShort: false, work: 'report a again' });
    short(b, 'probe b');
    expect(serveAll()).toEqual(['report a again', 'probe b']);
  });

  it('goes before nobody whose patience is at an end, and before those who came later', () => {
    long(a, 'report a');
    short(b, 'probe b');
    expect(serve(PATIENCE_MS)).toBe('probe b');
    long(d, 'report d');
    short(c, 'probe c');
    expect(serveAll()).toEqual(['report a', 'probe c', 'report d']);
  });

  it('has the place at which it will go, and so have those whom it overtakes', () => {
    long(a, 'report a');
    long(b, 'report b');
    short(c, 'probe c');
    expect([a, b, c, d].map((owner) => turns.placeOf(owner))).toEqual([2, 3, 1, 0]);
    turns.remove(a);
    expect([a, b, c].map((owner) => turns.placeOf(owner))).toEqual([0, 2, 1]);
  });
});

interface Served {
  readonly owner: Contender;
  readonly isShort: boolean;
  readonly arrived: number;
  readonly started: number;
  readonly ended: number;
}

/** A session that sends so many commands, each so long after the last was served; so many in ten of them are short. */
interface Sender {
  readonly owner: Contender;
  readonly pauses: boolean;
  readonly shortInTen: number;
  left: number;
  sendsAt: number;
}

/** What all senders have sent until `time` and has not arrived yet arrives, in its order. */
function arrive(senders: readonly Sender[], random: Random, time: number): void {
  const due = senders.filter(({ left, sendsAt }) => left > 0 && sendsAt <= time);
  for (const sender of due.sort((x, y) => x.sendsAt - y.sendsAt)) {
    const { owner, sendsAt, shortInTen } = sender;
    turns.add({ owner, since: sendsAt, isShort: random.below(10) < shortInTen, work: '' });
    sender.left--;
    sender.sendsAt = Infinity;
  }
}

/** Senders at random, some without a pause; what is short takes at most `longestShort` ms. */
function simulate(random: Random, longestShort: number): { served: Served[]; sent: number } {
  const senders = random.list(2, 8, () => ({
    owner: { id: 0 },
    left: random.below(40),
    pauses: !random.oneIn(3),
    sendsAt: random.below(50),
    shortInTen: random.below(11),
  }));
  const sent = senders.reduce((sum, { left }) => sum + left, 0);
  const served: Served[] = [];
  for (;;) {
    arrive(senders, random, now);
    const next = turns.take(anyone, now);
    if (next === undefined) {
      now = Math.min(...senders.filter(({ left }) => left > 0).map(({ sendsAt }) => sendsAt));
      if (now === Infinity) return { served, sent };
      continue;
    }
    const { owner, isShort, since: arrived } = next;
    const ended = now + 1 + random.below(isShort ? longestShort : 3_000);
    served.push({ owner, isShort, arrived, started: now, ended });
    for (const sender of senders)
      if (sender.owner === owner) sender.sendsAt = ended + (sender.pauses ? random.below(500) : 0);
    // As in life: what comes during a turn is there before the turn is over.
    arrive(senders, random, ended);
    now = ended;
    turns.ended(owner, now);
  }
}

describe.each(Array.from({ length: 200 }, (_, seed) => seed))('arrivals at random, seed %i,', (seed) => {
  const longestShort = 200;
  let served: Served[];
  let sent: number;
  beforeEach(() => {
    ({ served, sent } = simulate(randomOf(seed), longestShort));
  });

  it('starve nobody, keep the order within a session, and hold each up by one command of another at most', () => {
    expect(served).toHaveLength(sent);
    for (const command of served) {
      const before = served.filter((other) => other.started < command.started);
      const own = before.filter(({ owner }) => owner === command.owner);
      expect(own.every(({ arrived }) => arrived <= command.arrived)).toBe(true);
      const meanwhile = before.filter(
        ({ owner, ended }) => owner !== command.owner && ended > command.arrived,
      );
      expect(new Set(meanwhile.map(({ owner }) => owner)).size).toBe(meanwhile.length);
      const overtakers = meanwhile.filter(({ arrived }) => arrived > command.arrived);
      expect(overtakers.every(({ isShort }) => isShort)).toBe(true);
      const cost = overtakers.reduce((sum, { started, ended }) => sum + ended - started, 0);
      expect(cost).toBeLessThan(PATIENCE_MS + longestShort);
    }
  });
});
