// The queue: first come first served, one place a session, and nobody passed over.
import { beforeEach, describe, expect, it } from 'vitest';
import { Turns, type Contender, type Waiting } from '../../../src/proxy/queue/turns.js';

let turns: Turns<string>;
beforeEach(() => {
  turns = new Turns();
});

const [a, b, c]: readonly [Contender, Contender, Contender] = [{ id: 1 }, { id: 2 }, { id: 3 }];
const entry = (owner: Contender, work: string, since = 0): Waiting<string> => ({
  owner,
  since,
  isShort: false,
  work,
});
const anyone = (): boolean => true;

/** Takes all that may go, in order. */
function takeAll(may: (owner: Contender) => boolean = anyone): string[] {
  const taken: string[] = [];
  for (let next = turns.take(may, 0); next !== undefined; next = turns.take(may, 0)) taken.push(next.work);
  return taken;
}

describe('turns', () => {
  it('come in the order of arrival', () => {
    for (const [owner, work] of [
      [b, 'b'],
      [a, 'a'],
      [c, 'c'],
    ] as const)
      turns.add(entry(owner, work));
    expect(takeAll()).toEqual(['b', 'a', 'c']);
    expect(turns.size).toBe(0);
  });

  it('go round between sessions that always have more to do', () => {
    const seen: string[] = [];
    const left = new Map([
      [a, ['a1', 'a2', 'a3', 'a4']],
      [b, ['b1', 'b2']],
      [c, ['c1', 'c2', 'c3']],
    ]);
    const next = (owner: Contender): void => {
      const work = left.get(owner)?.shift();
      if (work !== undefined) turns.add(entry(owner, work));
    };
    for (const owner of left.keys()) next(owner);
    for (let turn = turns.take(anyone, 0); turn !== undefined; turn = turns.take(anyone, 0)) {
      seen.push(turn.work);
      next(turn.owner);
    }
    expect(seen).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'c3', 'a4']);
  });

  it('pass over who may not go, and keep its place', () => {
    for (const owner of [a, b, c]) turns.add(entry(owner, String(owner.id)));
    expect(takeAll((owner) => owner !== a)).toEqual(['2', '3']);
    expect([turns.placeOf(a), takeAll()]).toEqual([1, ['1']]);
  });

  it('go first to what is to be run again', () => {
    turns.add(entry(a, 'a'));
    turns.add(entry(b, 'b'));
    turns.addFirst(entry(c, 'c again'));
    expect(takeAll()).toEqual(['c again', 'a', 'b']);
  });
});

describe('who waits', () => {
  beforeEach(() => {
    turns.add(entry(a, 'a', 300));
    turns.add(entry(b, 'b', 100));
    turns.add(entry(c, 'c', 200));
  });

  it('has a place, from one; who does not has none', () => {
    expect([a, b, c, { id: 4 }].map((owner) => turns.placeOf(owner))).toEqual([1, 2, 3, 0]);
    turns.remove(a);
    expect([a, b, c].map((owner) => turns.placeOf(owner))).toEqual([0, 1, 2]);
  });

  it('can be taken out, once', () => {
    expect([turns.of(b)?.work, turns.remove(b)?.work, turns.remove(b), turns.of(b)]).toEqual([
      'b',
      'b',
      undefined,
      undefined,
    ]);
  });

  it('is known by how long, whatever the place', () => {
    expect(turns.oldest?.work).toBe('b');
    turns.remove(b);
    expect(turns.oldest?.work).toBe('c');
  });

  it('for too long is taken out, and the others stay in order', () => {
    expect(turns.takeOlderThan(200).map(({ work }) => work)).toEqual(['b', 'c']);
    expect(takeAll()).toEqual(['a']);
    expect([turns.oldest, turns.takeOlderThan(Infinity)]).toEqual([undefined, []]);
  });

  it('can be asked about', () => {
    expect([turns.some((owner) => owner === c), turns.some(() => false)]).toEqual([true, false]);
  });
});
