// The types of the status document: what an instance says of itself, and what the supervisor makes of it.

/** State of an instance as observed (the design, section 7). */
export type InstanceState =
  'starting' | 'ready' | 'degraded' | 'draining' | 'crash-looping' | 'blocked' | 'stopped';

/** State of one backend connection. */
export type BackendState = 'down' | 'connecting' | 'idle' | 'busy' | 'closing';

export interface BackendConnectionStatus {
  readonly state: BackendState;
  /** The server's thread id, while connected. */
  readonly threadId?: number;
  /** `serverVersion` of the greeting, while connected. */
  readonly serverVersion?: string;
  readonly connectedSince?: number;
  /** Why it is down, in words. */
  readonly lastError?: string;
  /** Epoch ms since when there is no connection, while there is none. */
  readonly downSince?: number;
  /** Epoch ms of the next attempt, while down. */
  readonly retryAt?: number;
  readonly running?: RunningCommand;
  /** The session that holds the connection between its commands, and why. */
  readonly pinnedBy?: {
    readonly session: number;
    readonly reasons: readonly string[];
    readonly since: number;
  };
  /** What sessions would lose with the connection, while connected. Variables are kept as soon as it has been idle for a moment. */
  readonly atStake?: {
    readonly variables: number;
    readonly temporaryTables: number;
    readonly namedLocks: number;
  };
}

export interface RunningCommand {
  readonly session: number;
  /** Fingerprint of the statement: literals replaced by `?`. */
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly since: number;
}

export interface SessionStatus {
  readonly id: number;
  readonly clientAddress: string;
  readonly clientProgram?: string;
  readonly schema: string | null;
  readonly state: 'idle' | 'waiting' | 'running' | 'pinned';
  /** What it waits for or why it is pinned, in words. */
  readonly reason?: string;
  /** Epoch ms since when it is in this state. */
  readonly since: number;
  readonly fingerprint?: string;
  /** Bytes of its replies that its client has yet to take, where there are any. */
  readonly untaken?: { readonly memory: number; readonly disk: number };
}

/** Percentiles of a histogram, in ms. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface InstanceCounters {
  readonly sessionsAccepted: number;
  readonly sessionsRefused: number;
  readonly loginsFailed: number;
  readonly commands: number;
  /** Replies with an error, whether from the backend or from the instance. */
  readonly errors: number;
  readonly queueFull: number;
  readonly queueTimeouts: number;
  readonly leasesExpired: number;
  readonly cancelled: number;
  readonly backendConnects: number;
  readonly backendLosses: number;
  readonly retriedReads: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** The status document of an instance (`GET /status` on its admin endpoint). Times are epoch ms. */
export interface InstanceStatus {
  readonly version: 1;
  readonly user: string;
  readonly listen: string;
  readonly port: number;
  readonly pid: number;
  readonly startedAt: number;
  /** Keyed hash of the settings that it runs with; see supervisor/revision.ts. */
  readonly revision: string;
  readonly state: InstanceState;
  readonly reason: string;
  readonly backend: readonly BackendConnectionStatus[];
  readonly sessions: readonly SessionStatus[];
  readonly maxSessions: number;
  readonly queue: { readonly waiting: number; readonly max: number; readonly oldestMs: number };
  /** Over the last ten seconds. */
  readonly queriesPerSecond: number;
  readonly counters: InstanceCounters;
  readonly latency: { readonly wait: LatencySummary; readonly run: LatencySummary };
  /** Bytes. */
  readonly memory: { readonly rss: number; readonly heapUsed: number };
}
