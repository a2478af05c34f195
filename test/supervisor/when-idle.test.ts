import { describe, expect, it } from 'vitest';
import type { AdminAnswer } from '../../src/supervisor/observe.js';
import { restartWhenIdle, whyBusy } from '../../src/supervisor/when-idle.js';
import { statusOf } from './fixtures.js';

const answer = (overrides = {}): AdminAnswer => ({ kind: 'answer', status: statusOf('ann', overrides) });
const queue = (waiting: number) => ({ queue: { waiting, max: 50, oldestMs: 0 } });

describe('an instance is busy', () => {
  it.each([
    ['a command runs', { backend: [{ state: 'busy', running: { session: 1, fingerprint: 'x', since: 0 } }] }],
    ['1 command waits', queue(1)],
    ['2 commands wait', queue(2)],
    [
      'session 7 holds the backend (transaction)',
      { backend: [{ state: 'idle', pinnedBy: { session: 7, reasons: ['transaction'], since: 0 } }] },
    ],
  ])('while %s', (words, overrides) => {
    expect(whyBusy(answer(overrides))).toBe(words);
  });

  it('while it does not answer, and not where there is none', () => {
    expect(whyBusy({ kind: 'silent' })).toBe('it does not answer');
    expect(whyBusy({ kind: 'absent' })).toBeUndefined();
    expect(whyBusy(answer({ backend: [{ state: 'idle' }] }))).toBeUndefined();
  });
});

describe('a restart when idle', () => {
  it('restarts each when its work is done, and says once whom it waits for', async () => {
    const waiting: Record<string, number> = { ann: 0, bob: 2, cyd: 1 };
    const happened: string[] = [];
    await restartWhenIdle(['ann', 'bob', 'cyd'], {
      ask: (user) => Promise.resolve(answer(queue(waiting[user] ?? 0))),
      restart: (users) => Promise.resolve(void happened.push(`restart ${users.join(' ')}`)),
      pause: () => {
        // bob's queue goes down by one each time; cyd is done with bob.
        waiting.bob = (waiting.bob ?? 0) - 1;
        if (waiting.bob === 0) waiting.cyd = 0;
        return Promise.resolve();
      },
      note: (line) => void happened.push(line),
    });
    expect(happened).toEqual([
      'restart ann',
      'bob is waited for: 2 commands wait',
      'cyd is waited for: 1 command waits',
      'bob is waited for: 1 command waits',
      'restart bob cyd',
    ]);
  });
});
