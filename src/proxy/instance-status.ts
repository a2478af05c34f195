// The status document of an instance, put together from its parts.

import type { InstanceSettings } from '../config/types.js';
import type { Metrics } from '../observe/metrics.js';
import type { ConnectionState } from '../session/connection-state.js';
import type { BackendConnectionStatus, InstanceState, InstanceStatus } from '../observe/status.js';
import type { Phase } from './instance.js';
import type { Multiplexer } from './queue/multiplexer.js';
import type { Reception } from './client/reception.js';
import { sessionStatus } from './client/session-status.js';
import type { Slot } from './queue/slot.js';

export interface StatusSources {
  readonly settings: InstanceSettings;
  readonly revision: string;
  readonly startedAt: number;
  readonly phase: Phase;
  readonly multiplexer: Multiplexer;
  readonly reception: Reception;
  readonly metrics: Metrics;
}

export function instanceStatus(sources: StatusSources): InstanceStatus {
  const { settings, revision, startedAt, multiplexer, reception, metrics } = sources;
  const { counters, latency, queriesPerSecond } = metrics.snapshot();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    version: 1,
    user: settings.user,
    listen: settings.listen,
    port: settings.port,
    pid: process.pid,
    startedAt,
    revision,
    ...stateAndReason(sources),
    backend: multiplexer.slots.map(connectionStatus),
    sessions: [...reception.all].map(sessionStatus),
    maxSessions: settings.maxSessions,
    queue: {
      waiting: multiplexer.waiting,
      max: settings.backend.maxQueueSize,
      oldestMs: multiplexer.oldestWaitMs,
    },
    queriesPerSecond,
    counters: { ...counters, bytesIn: reception.sessions.bytesIn },
    latency,
    memory: { rss, heapUsed },
  };
}

function connectionStatus({ link, running, holder }: Slot): BackendConnectionStatus {
  return {
    ...link.status(),
    ...(link.live === null ? {} : { atStake: atStake(link.live.state) }),
    ...(running === null
      ? {}
      : { running: { session: running.owner.id, fingerprint: running.fingerprint, since: running.since } }),
    ...(holder === null
      ? {}
      : { pinnedBy: { session: holder.owner.id, reasons: holder.owner.holdReasons, since: holder.since } }),
  };
}

function atStake({ unsavedVariables, temporaryTables, namedLocks }: ConnectionState) {
  return {
    variables: unsavedVariables,
    temporaryTables: temporaryTables.size,
    namedLocks: namedLocks.size,
  };
}

function stateAndReason({ phase, multiplexer }: StatusSources): { state: InstanceState; reason: string } {
  switch (phase) {
    case 'starting':
      return { state: 'starting', reason: 'the port is not listened on yet' };
    case 'draining':
      return { state: 'draining', reason: 'running commands finish, no new sessions' };
    case 'stopped':
      return { state: 'stopped', reason: 'it was stopped' };
    case 'serving':
      return serving(multiplexer);
  }
}

function serving({ slots }: Multiplexer): { state: InstanceState; reason: string } {
  const away = slots.filter(({ link }) => link.live === null).map(({ link }) => link.status());
  if (away.length === 0) return { state: 'ready', reason: 'the backend is connected' };
  const error = away.map(({ lastError }) => lastError).find((text) => text !== undefined);
  if (error === undefined) return { state: 'starting', reason: 'the backend is being connected to' };
  return { state: 'degraded', reason: `backend: ${error}` };
}
