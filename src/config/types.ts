// The value that a port map becomes: validated, defaulted, frozen, with times in ms and sizes in bytes.

/** What KILL does to a running statement (the design, "Cancel"). */
export type CancelMode = 'drain' | 'reconnect' | 'side_connection';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';
export type LogQueries = 'off' | 'slow' | 'all';

/** Certificate and key (PEM files, absolute paths) that an instance shows its clients. */
export interface ClientTls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Refuse clients that do not ask for TLS. */
  readonly required: boolean;
}

/** `on` encrypts without looking at the certificate; `verify` checks it against `caFile` or the system's CAs. */
export interface BackendTls {
  readonly mode: 'off' | 'on' | 'verify';
  /** PEM file, absolute path. */
  readonly caFile?: string;
}

/** Where the backend is and how it is used. */
export interface BackendSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Schema of the sessions whose client names none. */
  readonly database?: string;
  /** Backend connections of the instance, 1..64. */
  readonly poolSize: number;
  readonly poolPrePing: boolean;
  /** A connection older than this is renewed between turns; 0 never. */
  readonly poolRecycleMs: number;
  /** Commands waiting, all sessions together. */
  readonly maxQueueSize: number;
  readonly queueTimeoutMs: number;
  readonly tls: BackendTls;
  /** The backend is the fleet's own demo backend on this machine, which the fleet starts. */
  readonly demo?: true;
}

/** All that one instance needs to know: one user of the port map with the defaults applied and the secrets read. */
export interface InstanceSettings {
  /** The user's name in the port map; also its folder's and its process's. */
  readonly user: string;
  /** Address to listen on, e.g. `127.0.0.1`. */
  readonly listen: string;
  readonly port: number;
  /** Address of the admin endpoint: a socket path, a Windows pipe name, or `host:port` with a loopback host. */
  readonly admin: string;
  /** The instance's folder (absolute): log, admin socket, spool. */
  readonly folder: string;
  /** What clients log in with. */
  readonly client: { readonly user: string; readonly password: string };
  readonly tls?: ClientTls;
  readonly backend: BackendSettings;
  readonly maxSessions: number;
  readonly loginTimeoutMs: number;
  readonly pinTimeoutMs: number;
  /** 0: no limit. */
  readonly queryTimeoutMs: number;
  readonly cancel: CancelMode;
  readonly resultBufferBytes: number;
  readonly spoolLimitBytes: number;
  readonly stallTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** So long the backend may be silent over what takes it no time. */
  readonly readTimeoutMs: number;
  readonly keepaliveMs: number;
  /** Commands in flight on a backend connection. */
  readonly pipelineDepth: number | 'auto';
  readonly logLevel: LogLevel;
  readonly logQueries: LogQueries;
  /** A statement that runs for longer is logged as slow. */
  readonly slowQueryMs: number;
  readonly logRetentionDays: number;
  readonly logMaxSizeBytes: number;
}

/** The port map: validated whole, defaulted, secrets read, frozen. */
export interface FleetMap {
  readonly version: 1;
  /** The fleet's folder (absolute): it holds config/fleet.yaml and instances/. */
  readonly root: string;
  /** The map's file (absolute). */
  readonly file: string;
  /** In the order of the file; names and ports are unique. */
  readonly users: readonly InstanceSettings[];
  /** The demo backend, where `defaults` ask for it: it listens on 127.0.0.1. */
  readonly demo?: { readonly port: number };
  /** What is allowed and yet unwise, e.g. a password in a file that others can read. */
  readonly warnings: readonly Problem[];
}

/** One finding in the port map. `message` says the bad value and what would be right; no secret is in it. */
export interface Problem {
  /** As it was given by the caller. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The key, e.g. `users.user1.backend.port`; empty where the text itself cannot be read. */
  readonly path: string;
  readonly message: string;
}
