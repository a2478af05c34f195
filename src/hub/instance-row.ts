// One user's row of the fleet's status.
import type { InstanceState, InstanceStatus } from '../observe/status.js';
import { judgeByRow } from '../supervisor/crash-loop.js';
import type { CrashLoop } from '../supervisor/crash-loop.js';
import { isAlive } from '../supervisor/end-instance.js';
import { readGoodbye } from '../supervisor/goodbye.js';
import type { Goodbye } from '../supervisor/goodbye.js';
import { lastWords } from '../supervisor/last-words.js';
import type { Observation } from '../supervisor/observe.js';
import type { FleetProcess } from '../supervisor/process.js';
import { stateOf } from '../supervisor/state.js';
import type { ObservedState } from '../supervisor/state.js';
import { backendAdvice } from './backend-advice.js';

/** Figures are null where the instance does not answer. Times are epoch ms, durations ms, sizes bytes. */
export interface InstanceRow {
  readonly user: string;
  readonly listen: string;
  readonly port: number;
  readonly state: InstanceState;
  /** In words, with the remedy where there is one. */
  readonly reason: string;
  readonly pid: number | null;
  readonly sessions: number | null;
  readonly maxSessions: number | null;
  /** How long the command that runs longest has been running; null where none runs. */
  readonly runningForMs: number | null;
  readonly queued: number | null;
  readonly queriesPerSecond: number | null;
  /** 95 of 100 commands ran no longer. */
  readonly p95Ms: number | null;
  readonly errors: number | null;
  readonly startedAt: number | null;
  readonly uptimeMs: number | null;
  /** As PM2 counts them; null where it has no row. */
  readonly restarts: number | null;
  readonly memoryBytes: number | null;
  /** It runs with other settings than the map has now; `up` brings it in line. */
  readonly outdated: boolean;
}

export interface RowContext {
  readonly now: number;
  /** Whether the map could be read: without it nobody is known to be missing in it. */
  readonly mapKnown: boolean;
  readonly daemonRuns: boolean;
  /** The supervisor's judgement, where it has one. */
  readonly crashLoop: CrashLoop | undefined;
}

/** The row for what was observed of a user. */
export function rowOf(seen: Observation, context: RowContext): InstanceRow {
  const { user, wanted, handedOver, answer, processes, revision } = seen;
  const status = answer.kind === 'answer' ? answer.status : undefined;
  const process = processes.find(({ pid }) => pid === status?.pid) ?? processes[0];
  const settings = wanted ?? handedOver?.settings;
  const { state, reason } = withAdvice(observedState(seen, context), user);
  return {
    user,
    listen: settings?.listen ?? status?.listen ?? '',
    port: settings?.port ?? status?.port ?? 0,
    state,
    reason: context.mapKnown && wanted === undefined ? notInMap(reason) : reason,
    ...figures(status, context.now),
    restarts: process?.restarts ?? null,
    outdated: context.mapKnown && status !== undefined && status.revision !== revision,
  };
}

function observedState(seen: Observation, { now, daemonRuns, crashLoop }: RowContext): ObservedState {
  const { user, answer, processes, standing, handedOver, wanted } = seen;
  const folder = (handedOver?.settings ?? wanted)?.folder;
  const [process] = processes;
  const goodbye = folder === undefined ? undefined : (lastWordsOf(folder, process) ?? readGoodbye(folder));
  return stateOf({
    ...{ user, answer, standing, goodbye, daemonRuns, now },
    process: processes.find(({ pid }) => answer.kind === 'answer' && pid === answer.status.pid) ?? process,
    crashLoop: crashLoop ?? (process === undefined ? undefined : judgeByRow(process, goodbye)),
    adoptedAlive: standing?.kind === 'adopted' && isAlive(standing.pid),
  });
}

/** Of the process that PM2 waits to start again. */
function lastWordsOf(folder: string, process: FleetProcess | undefined): Goodbye | undefined {
  if (process?.status !== 'waiting restart') return undefined;
  return lastWords(folder, process.pid ?? 0, process.startedAt);
}

/** An instance knows what the backend said; who reads `status` wants to know what to do. */
function withAdvice(observed: ObservedState, user: string): ObservedState {
  const { state, reason } = observed;
  const advice = state === 'degraded' ? backendAdvice(reason, user) : undefined;
  return advice === undefined ? observed : { state, reason: `${reason}; ${advice}` };
}

function notInMap(reason: string): string {
  const remedy = 'it is not in the port map; "chronos-fleet up" ends it';
  return reason === '' ? remedy : `${remedy}; ${reason}`;
}

type Figures = Omit<InstanceRow, 'user' | 'listen' | 'port' | 'state' | 'reason' | 'restarts' | 'outdated'>;

function figures(status: InstanceStatus | undefined, now: number): Figures {
  const since = status?.backend.flatMap(({ running }) => running?.since ?? []) ?? [];
  return {
    pid: status?.pid ?? null,
    sessions: status?.sessions.length ?? null,
    maxSessions: status?.maxSessions ?? null,
    runningForMs: since.length === 0 ? null : now - Math.min(...since),
    queued: status?.queue.waiting ?? null,
    queriesPerSecond: status?.queriesPerSecond ?? null,
    p95Ms: status?.latency.run.p95 ?? null,
    errors: status?.counters.errors ?? null,
    startedAt: status?.startedAt ?? null,
    uptimeMs: status === undefined ? null : now - status.startedAt,
    memoryBytes: status?.memory.rss ?? null,
  };
}
