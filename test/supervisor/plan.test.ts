import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/supervisor/observe.js';
import { planFleet } from '../../src/supervisor/plan.js';
import type { Step } from '../../src/supervisor/plan.js';
import { rowOf, settingsOf, statusOf } from './fixtures.js';

const now = 1_000_000;
const settings = settingsOf('user1');

/** A user whom the map wants, who was started with these settings, and of whom nothing runs. */
function seen(overrides: Partial<Observation>): Observation {
  const handedOver = { version: 1, salt: 's', revision: 'r1', settings } as const;
  return {
    ...{ user: 'user1', wanted: settings, revision: 'r1', handedOver, processes: [] },
    ...{ answer: { kind: 'absent' }, standing: undefined },
    ...overrides,
  };
}

function plan(overrides: Partial<Observation>): Step | undefined {
  const steps = planFleet([seen(overrides)], now);
  expect(steps.length).toBeLessThanOrEqual(1);
  return steps[0];
}

const answers = (overrides = {}): Observation['answer'] => ({
  kind: 'answer',
  status: statusOf('user1', overrides),
});

describe('the plan for a user of the map', () => {
  it('creates what does not run', () => {
    expect(plan({})).toMatchObject({ kind: 'create', user: 'user1', settings });
  });

  it('leaves alone what runs under PM2 with the right settings', () => {
    expect(plan({ processes: [rowOf('user1')], answer: answers() })?.kind).toBe('nothing');
  });

  it('leaves an instance alone whose backend is down', () => {
    const answer = answers({ state: 'degraded', reason: 'backend: connection refused' });
    expect(plan({ processes: [rowOf('user1')], answer })?.kind).toBe('nothing');
  });

  it('replaces what runs with other settings, and names the keys but no values', () => {
    const wanted = settingsOf('user1', {
      maxSessions: 7,
      backend: { ...settings.backend, password: 'new-secret' },
    });
    const step = plan({ wanted, revision: 'r2', processes: [rowOf('user1')], answer: answers() });
    expect(step).toMatchObject({ kind: 'replace', settings: wanted, end: { processes: [{ pmId: 1 }] } });
    expect(step?.why).toBe('has new settings (backend.password, max_sessions)');
  });

  it('replaces what runs with settings that nobody knows any more', () => {
    const step = plan({
      handedOver: undefined,
      revision: undefined,
      processes: [rowOf('user1')],
      answer: answers(),
    });
    expect(step).toMatchObject({ kind: 'replace', why: 'runs with settings that are not known' });
  });

  it.each([
    ['stopped by hand', { status: 'stopped', pid: undefined }, 'is stopped'],
    ['waiting for its restart', { status: 'waiting restart' }, 'keeps ending'],
    ['given up', { status: 'errored', pid: undefined }, 'was given up by PM2'],
    ['online without a process', { pid: undefined }, 'has no process, though PM2 calls it online'],
    ['online for long without listening', {}, 'does not listen'],
  ] as const)('repairs what is %s', (_, row, why) => {
    const step = plan({ processes: [rowOf('user1', row)] });
    expect(step).toMatchObject({ kind: 'repair', why, end: { processes: [{ pmId: 1 }] } });
  });

  it('waits for what was started just now', () => {
    const processes = [rowOf('user1', { startedAt: now - 100 })];
    expect(plan({ processes })).toMatchObject({ kind: 'nothing', end: { processes: [] } });
  });

  it('does not end a process that is there and silent, for its sessions may live', () => {
    const step = plan({ processes: [rowOf('user1')], answer: { kind: 'silent' } });
    expect(step).toMatchObject({ kind: 'nothing', end: { processes: [], outside: undefined } });
    expect(step?.why).toContain('chronos-fleet restart user1');
  });
});

describe('the plan for what outlived the PM2 daemon', () => {
  it('adopts it where it has the right settings', () => {
    expect(plan({ answer: answers({ pid: 200 }) })).toMatchObject({ kind: 'adopt', pid: 200 });
  });

  it('ends the row that PM2 keeps restarting because the adopted one has the port', () => {
    const processes = [rowOf('user1', { status: 'waiting restart' })];
    const step = plan({ processes, answer: answers({ pid: 200 }) });
    expect(step).toMatchObject({ kind: 'adopt', pid: 200, end: { processes, outside: undefined } });
  });

  it('leaves it alone once it is adopted', () => {
    const standing = { kind: 'adopted', pid: 200, since: 0 } as const;
    expect(plan({ answer: answers({ pid: 200 }), standing })?.kind).toBe('nothing');
  });

  it('adopts it anew where the adopted process was another one', () => {
    const standing = { kind: 'adopted', pid: 199, since: 0 } as const;
    expect(plan({ answer: answers({ pid: 200 }), standing })).toMatchObject({ kind: 'adopt', pid: 200 });
  });

  it('ends and replaces it where the map has new settings', () => {
    const step = plan({ revision: 'r2', answer: answers({ pid: 200 }) });
    expect(step).toMatchObject({ kind: 'replace', end: { processes: [], outside: 200 } });
  });
});

describe('the plan for a user who is not in the map', () => {
  it('ends the row', () => {
    const step = plan({ wanted: undefined, processes: [rowOf('user1')], answer: answers() });
    expect(step).toMatchObject({ kind: 'orphan', end: { processes: [{ pmId: 1 }], outside: undefined } });
  });

  it('ends a process that PM2 does not know', () => {
    const step = plan({ wanted: undefined, answer: answers({ pid: 200 }) });
    expect(step).toMatchObject({ kind: 'orphan', end: { processes: [], outside: 200 } });
  });

  it('has nothing to say where nothing runs', () => {
    expect(plan({ wanted: undefined })).toBeUndefined();
  });
});

it('ends a second row of a user whose first one serves', () => {
  const double = rowOf('user1', { pmId: 2, pid: undefined, status: 'waiting restart' });
  const step = plan({ processes: [rowOf('user1'), double], answer: answers() });
  expect(step).toMatchObject({ kind: 'nothing', end: { processes: [double] } });
});
