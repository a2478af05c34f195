// From a user's keys and the defaults to the settings of an instance.
import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';
import { adminAddress } from './admin.js';
import { isLoopback } from './addresses.js';
import { fileTrouble } from './files.js';
import { convert } from './kinds.js';
import { keyRow } from './keys.js';
import type { KeyPath, KeyValue } from './keys.js';
import type { Report } from './report.js';
import type { Given, Scope } from './scope.js';
import { readSecret } from './secrets.js';
import type { BackendSettings, BackendTls, ClientTls, InstanceSettings } from './types.js';

/** Port of the demo backend where the map names none. */
export const defaultDemoPort = 13_306;

export interface Surroundings {
  readonly root: string;
  readonly mapFile: string;
  /** Folder that the map's relative files start from. */
  readonly folder: string;
  readonly report: Report;
}

/** A user's keys over the defaults over the table's defaults. */
interface Layers {
  readonly user: Scope;
  /** Nearest first. */
  readonly scopes: readonly Scope[];
  /** The nearest given key, right or wrong. */
  find(path: KeyPath): { readonly given: Given; readonly scope: Scope } | undefined;
  /** The value, or the table's default; undefined where there is neither. */
  get<P extends KeyPath>(path: P): KeyValue<P> | undefined;
  /** The value of a key that has a default. */
  need<P extends KeyPath>(path: P): KeyValue<P>;
}

function createLayers(user: Scope, defaults: Scope): Layers {
  const scopes = [user, defaults];
  const find: Layers['find'] = (path) => {
    for (const scope of scopes) {
      const given = scope.given.get(path);
      if (given !== undefined) return given.value === null ? undefined : { given, scope };
    }
    return undefined;
  };
  const get = <P extends KeyPath>(path: P): KeyValue<P> | undefined => {
    const row = keyRow(path);
    const fallback = row.default === undefined ? undefined : convert(row.kind, String(row.default));
    return (find(path)?.given.value ?? fallback) as KeyValue<P> | undefined;
  };
  const need = <P extends KeyPath>(path: P): KeyValue<P> => {
    const value = get(path);
    if (value === undefined) throw new TypeError(`${path} has no default in the table of keys`);
    return value;
  };
  return { user, scopes, find, get, need };
}

/** Whether `defaults` ask for the demo backend. */
export function asksForDemo(defaults: Scope): boolean {
  return defaults.given.get('backend.demo')?.value === true;
}

/** Port of the demo backend. */
export function demoPort(defaults: Scope): number {
  const port = defaults.given.get('backend.port')?.value;
  return typeof port === 'number' ? port : defaultDemoPort;
}

/** The settings of the user `name`. What is wrong or missing is reported; the settings are then not to be used. */
export function resolveUser(
  name: string,
  user: Scope,
  defaults: Scope,
  around: Surroundings,
): InstanceSettings {
  const layers = createLayers(user, defaults);
  const backend = resolveBackend(name, layers, defaults, around);
  const tls = resolveClientTls(layers, around);
  const port = layers.get('port');
  if (user.given.get('port') === undefined) {
    around.report.error(user.at, `${user.path}.port`, 'is missing; give the port that this user connects to');
  }
  return {
    user: name,
    listen: layers.need('listen'),
    port: port ?? 0,
    admin: adminAddress(around.root, name, layers.get('admin_port')),
    folder: join(around.root, 'instances', name),
    client: resolveClient(layers, backend, around),
    ...(tls === undefined ? {} : { tls }),
    backend,
    ...resolveLimits(layers),
  };
}

function resolveLimits(layers: Layers) {
  return {
    maxSessions: layers.need('max_sessions'),
    loginTimeoutMs: layers.need('login_timeout'),
    pinTimeoutMs: layers.need('pin_timeout'),
    queryTimeoutMs: layers.need('query_timeout'),
    cancel: layers.need('cancel'),
    resultBufferBytes: layers.need('result_buffer'),
    spoolLimitBytes: layers.need('spool_limit'),
    stallTimeoutMs: layers.need('stall_timeout'),
    drainTimeoutMs: layers.need('drain_timeout'),
    connectTimeoutMs: layers.need('connect_timeout'),
    readTimeoutMs: layers.need('read_timeout'),
    keepaliveMs: layers.need('keepalive'),
    pipelineDepth: layers.need('pipeline_depth'),
    logLevel: layers.need('log_level'),
    logQueries: layers.need('log_queries'),
    slowQueryMs: layers.need('slow_query'),
    logRetentionDays: layers.need('log_retention_days'),
    logMaxSizeBytes: layers.need('log_max_size'),
  };
}

function resolveBackend(
  name: string,
  layers: Layers,
  defaults: Scope,
  around: Surroundings,
): BackendSettings {
  const demo = asksForDemo(defaults) && !layers.user.given.has('backend.host');
  const password = readSecret('backend', layers.scopes, around);
  const database = layers.get('backend.database');
  if (password === undefined && !demo) {
    const hint = 'has neither password nor password_file; an account without a password is assumed';
    around.report.warn(layers.user.at, `${layers.user.path}.backend`, hint);
  }
  return {
    ...(demo ? demoPlace(layers, defaults, around.report) : realPlace(layers, defaults, around.report)),
    user: layers.get('backend.user') ?? name,
    password: password ?? '',
    ...(database === undefined ? {} : { database }),
    poolSize: layers.need('backend.pool_size'),
    poolPrePing: layers.need('backend.pool_pre_ping'),
    poolRecycleMs: layers.need('backend.pool_recycle'),
    maxQueueSize: layers.need('backend.max_queue_size'),
    queueTimeoutMs: layers.need('backend.queue_timeout'),
    tls: resolveBackendTls(layers, around),
  };
}

/** Host and port of the demo backend, which only `defaults` decide, since there is one for all. */
function demoPlace(layers: Layers, defaults: Scope, report: Report) {
  const host = defaults.given.get('backend.host');
  if (typeof host?.value === 'string' && !isLoopback(host.value)) {
    report.error(host.at, 'defaults.backend.host', 'contradicts backend.demo; remove one of the two');
  }
  const port = layers.user.given.get('backend.port');
  if (port !== undefined) {
    const hint =
      "is the demo backend's, set for all in defaults; for a backend of its own give backend.host too";
    report.error(port.at, `${layers.user.path}.backend.port`, hint);
  }
  return { host: '127.0.0.1', port: demoPort(defaults), demo: true as const };
}

function realPlace(layers: Layers, defaults: Scope, report: Report) {
  const port = asksForDemo(defaults) ? layers.user.given.get('backend.port')?.value : undefined;
  if (layers.find('backend.host') === undefined) {
    const hint = 'is missing; give it here or in defaults, or set defaults.backend.demo: true';
    report.error(layers.user.at, `${layers.user.path}.backend.host`, hint);
  }
  const inherited = asksForDemo(defaults) ? 3306 : layers.need('backend.port');
  return { host: layers.get('backend.host') ?? '', port: typeof port === 'number' ? port : inherited };
}

function resolveClient(layers: Layers, backend: BackendSettings, around: Surroundings) {
  const user = layers.get('client.user');
  const password = readSecret('client', layers.scopes, around);
  const { at, path } = layers.user;
  if (user !== undefined && password === undefined) {
    const place = layers.find('client.user');
    const hint = 'has no password beside it; give client.password or client.password_file';
    around.report.error(place?.given.at ?? at, `${place?.scope.path ?? path}.client.user`, hint);
  }
  const client = { user: user ?? backend.user, password: password ?? backend.password };
  if (client.password === '' && !isLoopback(layers.need('listen'))) {
    const hint = `clients would need no password, and ${layers.need('listen')} lets other machines in; give one, or listen on 127.0.0.1`;
    around.report.error(layers.find('client.password')?.given.at ?? at, `${path}.client.password`, hint);
  }
  return client;
}

function resolveClientTls(layers: Layers, around: Surroundings): ClientTls | undefined {
  const certFile = readableFile('tls.cert_file', layers, around);
  const keyFile = readableFile('tls.key_file', layers, around);
  if (certFile !== undefined && keyFile !== undefined) {
    return { certFile, keyFile, required: layers.need('tls.required') };
  }
  const lonely = layers.find('tls.cert_file') ?? layers.find('tls.key_file');
  const required = layers.need('tls.required') ? layers.find('tls.required') : undefined;
  const place = lonely ?? required;
  if (place !== undefined) {
    const hint = 'TLS needs both cert_file and key_file; give them, or write tls: off';
    around.report.error(place.given.at, `${place.scope.path}.tls`, hint);
  }
  return undefined;
}

function resolveBackendTls(layers: Layers, around: Surroundings): BackendTls {
  const mode = layers.need('backend.tls.mode');
  const caFile = readableFile('backend.tls.ca_file', layers, around);
  const place = layers.find('backend.tls.ca_file');
  if (place !== undefined && mode !== 'verify') {
    const hint = `is looked at only with mode: verify, and the mode is ${mode}`;
    around.report.warn(place.given.at, `${place.scope.path}.backend.tls.ca_file`, hint);
  }
  return { mode, ...(caFile === undefined ? {} : { caFile }) };
}

/** The absolute path of a file that must be there. */
function readableFile(
  path: 'tls.cert_file' | 'tls.key_file' | 'backend.tls.ca_file',
  layers: Layers,
  around: Surroundings,
): string | undefined {
  const place = layers.find(path);
  const value = layers.get(path);
  if (place === undefined || value === undefined) return undefined;
  const file = resolve(around.folder, value);
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    around.report.error(place.given.at, `${place.scope.path}.${path}`, `${file} ${fileTrouble(error)}`);
  }
  return file;
}
