// Values for tests of the supervisor: settings, rows of PM2, status documents.
import type { InstanceSettings } from '../../src/config/types.js';
import type { InstanceStatus } from '../../src/observe/status.js';
import type { FleetProcess } from '../../src/supervisor/process.js';

const MB = 1024 * 1024;

/** Settings of `user` that nothing is started with. */
export function settingsOf(user: string, overrides: Partial<InstanceSettings> = {}): InstanceSettings {
  return {
    ...{ user, listen: '127.0.0.1', port: 3307, folder: `/fleet/instances/${user}` },
    admin: `/fleet/instances/${user}/admin.sock`,
    client: { user, password: 'client-secret' },
    backend: {
      ...{ host: '127.0.0.1', port: 3306, user, password: 'backend-secret', poolSize: 1, poolPrePing: true },
      ...{ poolRecycleMs: 0, maxQueueSize: 50, queueTimeoutMs: 60_000, tls: { mode: 'off' } },
    },
    ...{ maxSessions: 100, loginTimeoutMs: 10_000, pinTimeoutMs: 10_000, queryTimeoutMs: 0, cancel: 'drain' },
    ...{ resultBufferBytes: 16 * MB, spoolLimitBytes: 1024 * MB, stallTimeoutMs: 300_000 },
    ...{ drainTimeoutMs: 30_000, connectTimeoutMs: 10_000, readTimeoutMs: 10_000 },
    ...{ keepaliveMs: 30_000, pipelineDepth: 1 },
    ...{ logLevel: 'info', logQueries: 'off', slowQueryMs: 1_000, logRetentionDays: 30 },
    logMaxSizeBytes: 100 * MB,
    ...overrides,
  };
}

/** A row of PM2 for the instance of `user`, started at time 0 with revision `r1`, online as process 100. */
export function rowOf(user: string, overrides: Partial<FleetProcess> = {}): FleetProcess {
  return {
    ...{ pmId: 1, name: `chronos-${user}-3307`, namespace: 'chronos-fleet', pid: 100, status: 'online' },
    ...{ restarts: 0, startedAt: 0, marks: { root: '/fleet', role: 'instance', user, revision: 'r1' } },
    ...overrides,
  };
}

/** What a ready instance of `user` says: process 100, revision `r1`. */
export function statusOf(user: string, overrides: Partial<InstanceStatus> = {}): InstanceStatus {
  const none = { count: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  return {
    ...{ version: 1, user, listen: '127.0.0.1', port: 3307, pid: 100, startedAt: 0, revision: 'r1' },
    ...{ state: 'ready', reason: '', backend: [], sessions: [], maxSessions: 100 },
    queue: { waiting: 0, max: 50, oldestMs: 0 },
    queriesPerSecond: 0,
    counters: {
      ...{ sessionsAccepted: 0, sessionsRefused: 0, loginsFailed: 0, commands: 0, errors: 0, queueFull: 0 },
      ...{ queueTimeouts: 0, leasesExpired: 0, cancelled: 0, backendConnects: 0, backendLosses: 0 },
      ...{ retriedReads: 0, bytesIn: 0, bytesOut: 0 },
    },
    latency: { wait: none, run: none },
    memory: { rss: 0, heapUsed: 0 },
    ...overrides,
  };
}
