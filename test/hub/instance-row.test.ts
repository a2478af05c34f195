import { describe, expect, it } from 'vitest';
import { rowOf } from '../../src/hub/instance-row.js';
import type { InstanceRow, RowContext } from '../../src/hub/instance-row.js';
import type { Observation } from '../../src/supervisor/observe.js';
import { rowOf as processOf, settingsOf, statusOf } from '../supervisor/fixtures.js';

const now = 100_000;
const settings = settingsOf('user1');

function row(seen: Partial<Observation>, context: Partial<RowContext> = {}): InstanceRow {
  return rowOf(
    {
      ...{ user: 'user1', wanted: settings, revision: 'r1', handedOver: undefined },
      ...{
        processes: [processOf('user1', { restarts: 3 })],
        answer: { kind: 'absent' },
        standing: undefined,
      },
      ...seen,
    },
    { now, mapKnown: true, daemonRuns: true, crashLoop: undefined, ...context },
  );
}

const answer = (overrides = {}): Observation['answer'] => ({
  kind: 'answer',
  status: statusOf('user1', overrides),
});

describe('the row of a user', () => {
  it('has the figures of an instance that answers', () => {
    const running = { session: 1, fingerprint: 'SELECT ?', since: now - 5_000 };
    const status = {
      ...{ startedAt: now - 60_000, queriesPerSecond: 2.5, queue: { waiting: 4, max: 50, oldestMs: 9 } },
      backend: [{ state: 'busy', running }],
      memory: { rss: 7, heapUsed: 3 },
    };
    expect(row({ answer: answer(status) })).toMatchObject({
      ...{ pid: 100, state: 'ready', runningForMs: 5_000, queued: 4, queriesPerSecond: 2.5 },
      ...{ uptimeMs: 60_000, restarts: 3, memoryBytes: 7, outdated: false },
    });
  });

  it('has no figures where nobody answers', () => {
    expect(row({})).toMatchObject({ pid: null, sessions: null, queued: null, p95Ms: null, restarts: 3 });
  });

  it('says that the map has other settings than those which run', () => {
    expect(row({ answer: answer(), revision: 'r2' }).outdated).toBe(true);
    expect(row({ answer: answer(), revision: 'r2' }, { mapKnown: false }).outdated).toBe(false);
  });

  it('says that a user is not in the map, unless the map cannot be read', () => {
    const handedOver = { version: 1, salt: '', revision: 'r1', settings } as const;
    const gone = { wanted: undefined, handedOver, answer: answer() };
    expect(row(gone).reason).toContain('not in the port map');
    expect(row(gone, { mapKnown: false }).reason).toBe('');
  });
});
