// The figures of an instance, from its events.
import { describe, expect, it } from 'vitest';
import { createEvents } from '../../src/observe/events.js';
import type { InstanceEvent } from '../../src/observe/events.js';
import { subscribeMetrics } from '../../src/observe/metrics.js';

function started() {
  let now = 1_000_000;
  const events = createEvents();
  const metrics = subscribeMetrics(events, () => now);
  const finish = (waitMs = 1, runMs = 2, errno?: number): void =>
    events.publish({
      type: 'command-finished',
      ...{ session: 1, fingerprint: 'x', waitMs, runMs, bytes: 10 },
      ...(errno === undefined ? {} : { error: { errno, message: '' } }),
    });
  return { events, metrics, finish, pass: (ms: number) => void (now += ms) };
}

describe('counters', () => {
  const counted: [InstanceEvent, string][] = [
    [{ type: 'session-opened', session: 1, address: '', tls: false }, 'sessionsAccepted'],
    [{ type: 'session-refused', address: '', reason: '' }, 'sessionsRefused'],
    [{ type: 'login-failed', address: '', user: '', reason: '' }, 'loginsFailed'],
    [{ type: 'lease-expired', session: 1, reasons: [], idleMs: 1 }, 'leasesExpired'],
    [{ type: 'cancelled', session: 1, by: 2 }, 'cancelled'],
    [{ type: 'backend-connected', threadId: 1, serverVersion: '', ms: 1 }, 'backendConnects'],
    [{ type: 'backend-lost', reason: '' }, 'backendLosses'],
    [{ type: 'read-retried', session: 1 }, 'retriedReads'],
  ];

  it.each(counted)('count %j as %s, and as nothing else', (event, name) => {
    const { events, metrics } = started();
    events.publish(event);
    events.publish(event);
    const counters = Object.entries(metrics.snapshot().counters);
    expect(counters.filter(([, count]) => count > 0)).toEqual([[name, 2]]);
  });

  it('count commands, their bytes and their errors, whoever gave them', () => {
    const { events, metrics, finish } = started();
    finish();
    finish(1, 2, 1064);
    for (const code of ['QUEUE_FULL', 'QUEUE_TIMEOUT', 'SHUTTING_DOWN']) {
      events.publish({ type: 'command-refused', session: 1, code, message: '' });
    }
    expect(metrics.snapshot().counters).toMatchObject({
      commands: 2,
      errors: 4,
      queueFull: 1,
      queueTimeouts: 1,
      bytesOut: 20,
    });
  });

  it('of a snapshot stay what they were', () => {
    const { metrics, finish } = started();
    const before = metrics.snapshot();
    finish();
    expect(before.counters.commands).toBe(0);
  });
});

describe('latencies', () => {
  it('are zero before the first command', () => {
    expect(started().metrics.snapshot().latency.run).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  });

  it('are in ms, waiting and running apart', () => {
    const { metrics, finish } = started();
    for (let i = 1; i <= 100; i++) finish(i, i * 10);
    const { wait, run } = metrics.snapshot().latency;
    expect(wait.count).toBe(100);
    expect(wait.p50).toBeCloseTo(50, 0);
    expect(run.p95).toBeGreaterThan(940);
    expect(run.p95).toBeLessThan(960);
    expect(run.max).toBeGreaterThanOrEqual(1000);
  });

  it('are forgotten after ten minutes at the latest, and not before five', () => {
    const { metrics, finish, pass } = started();
    finish(1, 5000);
    pass(299_000);
    finish(1, 1);
    pass(299_000);
    expect(metrics.snapshot().latency.run).toMatchObject({ count: 2 });
    finish(1, 1);
    pass(301_000);
    expect(metrics.snapshot().latency.run.max).toBeLessThan(2);
    pass(3_600_000);
    expect(metrics.snapshot().latency.run.count).toBe(0);
  });

  it('of longer than a day count as a day', () => {
    const { metrics, finish } = started();
    finish(1, 9e9);
    expect(metrics.snapshot().latency.run.max / 86_400_000).toBeCloseTo(1, 2);
  });

  it('take times of nothing, and a clock that went back', () => {
    const { metrics, finish } = started();
    finish(0, -5);
    expect(metrics.snapshot().latency.run).toMatchObject({ count: 1 });
  });
});

describe('queries per second', () => {
  it('are those of the last ten whole seconds', () => {
    const { metrics, finish, pass } = started();
    for (let second = 0; second < 20; second++) {
      for (let i = 0; i < (second < 10 ? 100 : 5); i++) finish();
      pass(1000);
    }
    expect(metrics.snapshot().queriesPerSecond).toBe(5);
    pass(5000);
    expect(metrics.snapshot().queriesPerSecond).toBe(2.5);
    pass(60_000);
    expect(metrics.snapshot().queriesPerSecond).toBe(0);
  });

  it('are right in the first seconds', () => {
    const { metrics, finish, pass } = started();
    finish();
    finish();
    expect(metrics.snapshot().queriesPerSecond).toBe(2);
    pass(2000);
    expect(metrics.snapshot().queriesPerSecond).toBe(1);
  });

  it('live through a clock that goes back', () => {
    const { metrics, finish, pass } = started();
    finish();
    pass(-3000);
    finish();
    pass(4000);
    expect(metrics.snapshot().queriesPerSecond).toBe(2);
  });
});
