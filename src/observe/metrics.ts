// The figures of an instance: counters, latencies and the rate of queries, kept from its events.
import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';
import type { Events, InstanceEvent } from './events.js';
import type { InstanceCounters, LatencySummary } from './status.js';

/** All but what comes in, which no event tells. */
export type EventCounters = Omit<InstanceCounters, 'bytesIn'>;

export interface MetricsSnapshot {
  readonly counters: EventCounters;
  /** Of the last five to ten minutes, so that what was slow in the morning does not stand there all day. */
  readonly latency: { readonly wait: LatencySummary; readonly run: LatencySummary };
  /** Over the last ten seconds. */
  readonly queriesPerSecond: number;
}

export interface Metrics {
  snapshot(): MetricsSnapshot;
}

type Counters = { -readonly [Name in keyof EventCounters]: number };

const windowSeconds = 10;

/** Figures from the events of one instance. `now` gives epoch ms. */
export function subscribeMetrics(events: Pick<Events, 'subscribe'>, now: () => number = Date.now): Metrics {
  const counters = zeroCounters();
  const wait = createLatency(now);
  const run = createLatency(now);
  const rate = createRate(now);
  events.subscribe((event) => {
    count(counters, event);
    if (event.type !== 'command-finished') return;
    rate.add();
    wait.record(event.waitMs);
    run.record(event.runMs);
  });
  return {
    snapshot: () => ({
      counters: { ...counters },
      latency: { wait: wait.summary(), run: run.summary() },
      queriesPerSecond: rate.perSecond(),
    }),
  };
}

function zeroCounters(): Counters {
  return {
    sessionsAccepted: 0,
    sessionsRefused: 0,
    loginsFailed: 0,
    commands: 0,
    errors: 0,
    queueFull: 0,
    queueTimeouts: 0,
    leasesExpired: 0,
    cancelled: 0,
    backendConnects: 0,
    backendLosses: 0,
    retriedReads: 0,
    bytesOut: 0,
  };
}

function count(counters: Counters, event: InstanceEvent): void {
  const counter = counterOf[event.type];
  if (counter !== undefined) counters[counter]++;
  if (event.type === 'command-finished') {
    counters.bytesOut += event.bytes;
    if (event.error !== undefined) counters.errors++;
  } else if (event.type === 'command-refused') {
    counters.errors++;
    if (event.code === 'QUEUE_FULL') counters.queueFull++;
    if (event.code === 'QUEUE_TIMEOUT') counters.queueTimeouts++;
  }
}

/** Events that are counted as such. */
const counterOf: Readonly<Partial<Record<InstanceEvent['type'], keyof Counters>>> = {
  'command-finished': 'commands',
  'session-opened': 'sessionsAccepted',
  'session-refused': 'sessionsRefused',
  'login-failed': 'loginsFailed',
  'lease-expired': 'leasesExpired',
  cancelled: 'cancelled',
  'backend-connected': 'backendConnects',
  'backend-lost': 'backendLosses',
  'read-retried': 'retriedReads',
};

const latencyWindowMs = 5 * 60_000;
/** Microseconds of a day: nothing runs longer, and the bound keeps a histogram at some 200 KB. */
const longest = 86_400_000_000;
const newHistogram = (): RecordableHistogram => createHistogram({ lowest: 1, highest: longest, figures: 3 });

/** Times in ms of the window that runs and of the one before it. */
function createLatency(now: () => number) {
  let [current, previous] = [newHistogram(), newHistogram()];
  const both = newHistogram();
  let since = now();
  const turn = (): void => {
    const passed = now() - since;
    if (passed < latencyWindowMs) return;
    if (passed >= 2 * latencyWindowMs) current.reset();
    [current, previous] = [previous, current];
    current.reset();
    since = now();
  };
  return {
    record(ms: number) {
      turn();
      // Whole numbers from 1; a clock that steps back must not throw here.
      current.record(Math.min(longest, Math.max(1, Math.round(ms * 1000))));
    },
    summary(): LatencySummary {
      turn();
      both.reset();
      both.add(current);
      both.add(previous);
      return summary(both);
    },
  };
}

function summary(histogram: RecordableHistogram): LatencySummary {
  if (histogram.count === 0) return { count: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  const percentile = (p: number): number => histogram.percentile(p) / 1000;
  return {
    count: histogram.count,
    p50: percentile(50),
    p95: percentile(95),
    p99: percentile(99),
    max: histogram.max / 1000,
  };
}

/** Counts per second of the clock, for the last ten whole seconds. */
function createRate(now: () => number) {
  const counts = new Array<number>(windowSeconds + 1).fill(0);
  let last = Math.floor(now() / 1000);
  const first = last;
  const advance = (): number => {
    const second = Math.floor(now() / 1000);
    for (let passed = Math.max(last + 1, second - windowSeconds); passed <= second; passed++) {
      counts[passed % counts.length] = 0;
    }
    last = Math.max(last, second);
    return last;
  };
  return {
    add() {
      const slot = advance() % counts.length;
      counts[slot] = (counts[slot] ?? 0) + 1;
    },
    perSecond(): number {
      const second = advance();
      const whole = counts.reduce((sum, part) => sum + part, 0) - (counts[second % counts.length] ?? 0);
      const seconds = Math.min(windowSeconds, second - first);
      return seconds === 0 ? (counts[second % counts.length] ?? 0) : whole / seconds;
    },
  };
}
