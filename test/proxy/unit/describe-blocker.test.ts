// What waiters are told that they wait for.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LinkState } from '../../../src/proxy/backend/backend-link.js';
import { describeBlocker } from '../../../src/proxy/queue/describe-blocker.js';
import type { Holder, Slot } from '../../../src/proxy/queue/slot.js';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const live = { name: 'live' } as LinkState;
const owner = { id: 7, holdReasons: ['transaction', 'cursor'] } as unknown as Holder;

function slot(more: Partial<Slot>, state: LinkState = live): Slot {
  const link: unknown = { state };
  return { link, running: null, holder: null, resident: null, idleSince: 0, ...more } as Slot;
}

const running = (fingerprint: string, since = 997_500): Partial<Slot> => ({
  running: { owner, fingerprint, since },
});

it.each<[what: string, slots: readonly Slot[], words: string]>([
  ['a running statement', [slot(running('SELECT ?'))], 'session 7 has been running SELECT ? for 2.5 s'],
  [
    'a pin',
    [slot({ holder: { owner, since: 940_000, idleSince: 999_000 } })],
    'session 7 has held the backend for 60.0 s (transaction, cursor)',
  ],
  [
    'what a pinned session runs',
    [slot({ ...running('COMMIT'), holder: { owner, since: 0, idleSince: 0 } })],
    'session 7 has been running COMMIT for 2.5 s',
  ],
  [
    'a backend that is down',
    [slot({}, { name: 'down', lastError: 'connect ECONNREFUSED', retryAt: 0 })],
    'the backend is not there: connect ECONNREFUSED',
  ],
  [
    'another attempt',
    [slot({}, { name: 'connecting', lastError: '1040 (08004): Too many connections' })],
    'the backend is not there: 1040 (08004): Too many connections',
  ],
  [
    'the first attempt',
    [slot({}, { name: 'connecting', lastError: null })],
    'the backend is being connected to',
  ],
  ['a renewal', [slot({}, { name: 'closing' })], 'the backend is being connected to'],
  [
    'the one of several that is taken',
    [slot({}), slot(running('SELECT ?'))],
    'session 7 has been running SELECT ? for 2.5 s',
  ],
  ['nothing', [slot({}), slot({})], 'the backend is free'],
])('%s is said in words', (_, slots, words) => expect(describeBlocker(slots)).toBe(words));

it('a long statement is shortened', () => {
  const text = describeBlocker([slot(running('x'.repeat(500)))]);
  expect(text).toContain(`${'x'.repeat(77)}... for`);
  expect(text.length).toBeLessThan(130);
});
