// Whom the doctor looks at: one user's port, what is known of the instance, and the table that the walk goes to.

import { isWildcard } from '../config/addresses.js';
import type { InstanceSettings } from '../config/types.js';
import type { InstanceState, InstanceStatus } from '../observe/status.js';
import type { Connect, Target } from './client.js';

/** How the fleet sees the instance; the command line asks the fleet for it. */
export interface InstanceView {
  readonly state: InstanceState;
  readonly reason: string;
  readonly pid: number | null;
  readonly restarts: number | null;
  /** null where PM2 is there and does not answer. */
  readonly pm2Runs: boolean | null;
  readonly supervisorRuns: boolean;
  /** What the instance says of itself; null where it says nothing. */
  readonly status: InstanceStatus | null;
}

/** What the doctor needs from outside, so that each of it can be another in tests. */
export interface Instruments {
  readonly connect: Connect;
  /** What the port says first: `mysql`, `other`, `silent` or `closed`. */
  readonly greeting: (
    host: string,
    port: number,
    withinMs: number,
  ) => Promise<'mysql' | 'other' | 'silent' | 'closed'>;
  /** Who listens on a port, in words; undefined where that cannot be told. */
  readonly portHolder: (port: number) => Promise<string | undefined>;
  /** The machine's addresses that others can reach. */
  readonly outsideAddresses: () => readonly string[];
}

const TIMEOUT_MS = 15_000;

/** The address that this machine reaches the port at. */
export function localAddress(listen: string): string {
  if (!isWildcard(listen)) return listen;
  return listen === '::' ? '::1' : '127.0.0.1';
}

/** The user's port, as the user's tools reach it. */
export function portTarget(settings: InstanceSettings): Target {
  const { client, backend } = settings;
  return {
    host: localAddress(settings.listen),
    port: settings.port,
    user: client.user,
    password: client.password,
    timeoutMs: TIMEOUT_MS + backend.queueTimeoutMs,
    ...(backend.database === undefined ? {} : { database: backend.database }),
    ...(settings.tls === undefined ? {} : { tls: true }),
  };
}

/** The backend itself, only for when the instance holds no connection to it. */
export function backendTarget({ backend }: InstanceSettings): Target {
  const { host, port, user, password, database } = backend;
  return {
    host,
    port,
    user,
    password,
    timeoutMs: TIMEOUT_MS,
    ...(database === undefined ? {} : { database }),
    ...(backend.tls.mode === 'off' ? {} : { tls: true }),
  };
}

/** A table to walk to. */
export interface Place {
  readonly schema: string;
  readonly table: string;
  /** It has a column `cob_date`. */
  readonly hasCobDate: boolean;
}

/** An identifier as MySQL takes it. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A string literal as MySQL takes it in any sql_mode, for names and dates: a quote doubled, no backslash expected. */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
