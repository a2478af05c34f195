// The one table of the port map's keys: what each may hold, its default, where it may stand, what it means.
import type { Kind, ValueOf } from './kinds.js';

interface Row {
  readonly kind: Kind;
  /** As one would write it in the map; keys without a default are described by the table's reader, resolve.ts. */
  readonly default?: string | number | boolean;
  /** Where the key may stand: in `defaults` and in a user (`both`), or in one of them. */
  readonly scope: 'both' | 'user' | 'defaults';
  /** Its value is never shown. */
  readonly secret?: true;
  readonly doc: string;
}

const seconds = (min: number) => ({ is: 'seconds', min, max: 2_000_000 }) as const;
const port = { is: 'integer', min: 1, max: 65_535 } as const;
const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;

/**
 * Every key of the port map, by its dotted path below `defaults` or a user. Times are in seconds (at most 23 days, as far
 * as Node's timers reach), sizes carry a unit with 1 KB = 1024 bytes. config/fleet.schema.json and config/fleet.example.yaml
 * are tested against this table.
 */
export const keyTable = {
  port: { kind: port, scope: 'user', doc: 'Port that the user connects to; unique in the fleet.' },
  listen: {
    kind: { is: 'address' },
    default: '127.0.0.1',
    scope: 'both',
    doc: 'IP address to listen on; 0.0.0.0 or :: serves other machines too.',
  },
  admin_port: {
    kind: port,
    scope: 'user',
    doc: 'Port on 127.0.0.1 of the admin endpoint, instead of the socket instances/<user>/admin.sock.',
  },
  'client.user': {
    kind: { is: 'text', maxLength: 128, empty: false },
    scope: 'both',
    doc: 'User name that clients log in with; backend.user where it is left out.',
  },
  'client.password': {
    kind: { is: 'text', maxLength: 1024, empty: true },
    scope: 'both',
    secret: true,
    doc: "Password that clients log in with; the backend's where both client.user and this are left out. Empty only on loopback.",
  },
  'client.password_file': {
    kind: { is: 'file' },
    scope: 'both',
    doc: "File that holds the clients' password, relative to the map's folder.",
  },
  'tls.cert_file': {
    kind: { is: 'file' },
    scope: 'both',
    doc: 'Certificate (PEM) shown to clients; with key_file it switches TLS towards clients on. `tls: off` switches it off.',
  },
  'tls.key_file': {
    kind: { is: 'file' },
    scope: 'both',
    doc: 'Private key (PEM) of cert_file.',
  },
  'tls.required': {
    kind: { is: 'boolean' },
    default: false,
    scope: 'both',
    doc: 'Refuse clients that do not use TLS.',
  },
  'backend.demo': {
    kind: { is: 'boolean' },
    default: false,
    scope: 'defaults',
    doc: "Use the fleet's own demo backend on 127.0.0.1, port 13306 where backend.port does not say otherwise.",
  },
  'backend.host': {
    kind: { is: 'host' },
    scope: 'both',
    doc: 'Host name or address of the backend; needed, but with backend.demo.',
  },
  'backend.port': { kind: port, default: 3306, scope: 'both', doc: 'Port of the backend.' },
  'backend.user': {
    kind: { is: 'text', maxLength: 128, empty: false },
    scope: 'both',
    doc: "Account on the backend; the user's name in this map where it is left out.",
  },
  'backend.password': {
    kind: { is: 'text', maxLength: 1024, empty: true },
    scope: 'both',
    secret: true,
    doc: 'Password of that account, best as "${NAME}" from the environment or from .env beside the map.',
  },
  'backend.password_file': {
    kind: { is: 'file' },
    scope: 'both',
    doc: "File that holds the password, relative to the map's folder; a newline at its end is left out.",
  },
  'backend.database': {
    kind: { is: 'text', maxLength: 64, empty: false },
    scope: 'both',
    doc: 'Schema of the sessions whose client names none.',
  },
  'backend.pool_size': {
    kind: { is: 'integer', min: 1, max: 64 },
    default: 1,
    scope: 'both',
    doc: 'Connections to the backend that an instance holds at most.',
  },
  'backend.pool_pre_ping': {
    kind: { is: 'boolean' },
    default: true,
    scope: 'both',
    doc: 'Check an idle connection before it is used.',
  },
  'backend.pool_recycle': {
    kind: seconds(0),
    default: 3600,
    scope: 'both',
    doc: 'A connection older than this is renewed, between turns only; 0 never.',
  },
  'backend.max_queue_size': {
    kind: { is: 'integer', min: 1, max: 100_000 },
    default: 50,
    scope: 'both',
    doc: 'Commands that may wait, all sessions of an instance together.',
  },
  'backend.queue_timeout': {
    kind: seconds(0.1),
    default: 60,
    scope: 'both',
    doc: 'A command may wait so long for its turn, reconnects included.',
  },
  'backend.tls.mode': {
    kind: { is: 'choice', of: ['off', 'on', 'verify'] },
    default: 'off',
    scope: 'both',
    doc: 'TLS towards the backend: on encrypts, verify also checks its certificate. `tls: verify` is short for this.',
  },
  'backend.tls.ca_file': {
    kind: { is: 'file' },
    scope: 'both',
    doc: "CA certificates (PEM) for verify; the system's where it is left out.",
  },
  max_sessions: {
    kind: { is: 'integer', min: 1, max: 100_000 },
    default: 100,
    scope: 'both',
    doc: 'Sessions of an instance; past it clients are refused with 1040.',
  },
  login_timeout: {
    kind: seconds(0.1),
    default: 10,
    scope: 'both',
    doc: 'From the accepted connection to the finished login.',
  },
  pin_timeout: {
    kind: seconds(0.1),
    default: 10,
    scope: 'both',
    doc: 'A session that holds the backend and does nothing loses it after this time while others wait.',
  },
  query_timeout: {
    kind: seconds(0),
    default: 0,
    scope: 'both',
    doc: 'A statement may run so long; 0 without limit.',
  },
  cancel: {
    kind: { is: 'choice', of: ['drain', 'reconnect', 'side_connection'] },
    default: 'drain',
    scope: 'both',
    doc: 'What KILL does to a running statement: read its reply to the end, renew the connection, or KILL over a second one.',
  },
  result_buffer: {
    kind: { is: 'size', min: 64 * KB, max: 4 * GB },
    default: '16MB',
    scope: 'both',
    doc: 'Of a reply that its client does not take, so much is kept in memory.',
  },
  spool_limit: {
    kind: { is: 'size', min: 0, max: 16_384 * GB },
    default: '1GB',
    scope: 'both',
    doc: 'And so much more of it on disk; 0 nothing.',
  },
  stall_timeout: {
    kind: seconds(1),
    default: 300,
    scope: 'both',
    doc: 'A client that takes nothing of its reply for so long is ended.',
  },
  drain_timeout: {
    kind: seconds(0),
    default: 30,
    scope: 'both',
    doc: 'At a stop, running commands may finish within this time.',
  },
  connect_timeout: {
    kind: seconds(0.1),
    default: 10,
    scope: 'both',
    doc: 'From the first packet to the backend to the finished login there.',
  },
  read_timeout: {
    kind: seconds(0.1),
    default: 10,
    scope: 'both',
    doc: 'A backend that is silent for so long over what takes it no time (pings, session state) is taken for lost.',
  },
  keepalive: {
    kind: seconds(0),
    default: 30,
    scope: 'both',
    doc: 'An idle backend connection is pinged, and TCP keep-alive starts, after this time; 0 neither.',
  },
  pipeline_depth: {
    kind: { is: 'depth', min: 1, max: 1024 },
    default: 1,
    scope: 'both',
    doc: 'Commands in flight on a backend connection, or auto.',
  },
  log_level: {
    kind: { is: 'choice', of: ['trace', 'debug', 'info', 'warn', 'error'] },
    default: 'info',
    scope: 'both',
    doc: 'The least important lines that are logged.',
  },
  log_queries: {
    kind: { is: 'choice', of: ['off', 'slow', 'all'] },
    default: 'off',
    scope: 'both',
    doc: 'Whose text is logged: no statement (fingerprints only), slow ones, or all.',
  },
  slow_query: {
    kind: seconds(0),
    default: 1,
    scope: 'both',
    doc: 'A statement that runs for longer is logged as slow.',
  },
  log_retention_days: {
    kind: { is: 'integer', min: 1, max: 3650 },
    default: 30,
    scope: 'both',
    doc: 'Rotated log files older than this are removed.',
  },
  log_max_size: {
    kind: { is: 'size', min: 64 * KB, max: 16 * GB },
    default: '100MB',
    scope: 'both',
    doc: 'A log file of this size is rotated; a new day rotates too.',
  },
} as const satisfies Record<string, Row>;

export type KeyPath = keyof typeof keyTable;

/** The converted value of a key: times in ms, sizes in bytes, files as absolute paths. */
export type KeyValue<P extends KeyPath> = ValueOf<(typeof keyTable)[P]['kind']>;

export const keyPaths = Object.keys(keyTable) as KeyPath[];

/** The table's row of `path`, without the literal types. */
export function keyRow(path: KeyPath): Row {
  return keyTable[path];
}

export function isKeyPath(path: string): path is KeyPath {
  return Object.hasOwn(keyTable, path);
}

/** The groups that keys stand in: `backend`, `backend.tls`, `client`, `tls`. */
export const groupPaths: ReadonlySet<string> = new Set(
  keyPaths.flatMap((path) => {
    const names = path.split('.').slice(0, -1);
    return names.map((_, index) => names.slice(0, index + 1).join('.'));
  }),
);

/** Names of the keys and groups that may stand directly in the group `group` ('' for the top). */
export function namesIn(group: string, scope: 'user' | 'defaults'): string[] {
  const prefix = group === '' ? '' : `${group}.`;
  const paths = keyPaths.filter((path) => path.startsWith(prefix) && standsIn(path, scope));
  return [...new Set(paths.map((path) => path.slice(prefix.length).split('.')[0] ?? ''))];
}

/** Whether a key may stand in `defaults`, or in a user. */
export function standsIn(path: KeyPath, scope: 'user' | 'defaults'): boolean {
  const row = keyRow(path);
  return row.scope === 'both' || row.scope === scope;
}
