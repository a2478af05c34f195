// The port map: text to a validated, defaulted, frozen value, or everything that is wrong with it.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FleetError } from '../errors.js';
import { checkBackends, checkPorts } from './collisions.js';
import type { ResolvedUser } from './collisions.js';
import { readableByOthers, readDotEnv } from './environment.js';
import type { Environment } from './environment.js';
import { fileTrouble } from './files.js';
import { deepFreeze } from './freeze.js';
import { whyNotUserName } from './names.js';
import { createReport, formatProblems } from './report.js';
import type { Report } from './report.js';
import { asksForDemo, demoPort, resolveUser } from './resolve.js';
import { mapFileOf } from './root.js';
import { readScope } from './scope.js';
import type { Scope } from './scope.js';
import { suggestion } from './suggest.js';
import type { FleetMap, Problem } from './types.js';
import { parseYaml } from './yaml.js';
import type { Entry, GroupNode, Node, Place } from './yaml.js';

export interface MapOptions {
  /** The fleet's folder. */
  readonly root: string;
  /** The map's file; `<root>/config/fleet.yaml` where it is left out. */
  readonly file?: string;
  /** The file's name in findings; the file itself where it is left out. */
  readonly shownAs?: string;
  /** For `${NAME}`, before `.env`; the process's where it is left out. */
  readonly environment?: Environment;
}

/** `map` is undefined exactly where there are errors. */
export interface CheckedMap {
  readonly map: FleetMap | undefined;
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Reads the map's file. Throws MAP_UNREADABLE. */
export function readMapText(options: MapOptions): string {
  const file = resolve(options.file ?? mapFileOf(options.root));
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new FleetError('MAP_UNREADABLE', { file, detail: `it ${fileTrouble(error)}` }, { cause: error });
  }
}

/** Reads and checks the map. Throws MAP_UNREADABLE, or MAP_INVALID with everything that is wrong. */
export function loadFleetMap(options: MapOptions): FleetMap {
  const { map, errors } = checkMap(readMapText(options), options);
  if (map === undefined) throw new FleetError('MAP_INVALID', { problems: formatProblems(errors) });
  return map;
}

/** Checks the text of a map; the files that it names are read. Throws only where `.env` is there and unreadable. */
export function checkMap(text: string, options: MapOptions): CheckedMap {
  const root = resolve(options.root);
  const file = resolve(options.file ?? mapFileOf(root));
  const report = createReport(options.shownAs ?? file);
  const dotEnv = join(dirname(file), '.env');
  const environment = { ...readDotEnv(dotEnv), ...(options.environment ?? process.env) };
  const { node, problems } = parseYaml(text);
  for (const { at, message } of problems) report.error(at, '', message);
  if (readableByOthers(dotEnv)) report.warn(node.at, '', `others can read ${dotEnv}; chmod 600 it`);
  const read = problems.length > 0 ? undefined : readMap(node, { root, file, environment, report });
  const { errors, warnings } = report;
  if (read === undefined || errors.length > 0) return { map: undefined, errors, warnings };
  return { map: deepFreeze({ version: 1, root, file, ...read, warnings }), errors, warnings };
}

interface Reading {
  readonly root: string;
  readonly file: string;
  readonly environment: Environment;
  readonly report: Report;
}

function readMap(node: Node, reading: Reading): Pick<FleetMap, 'users' | 'demo'> | undefined {
  const { report } = reading;
  if (node.kind !== 'group') {
    report.error(
      node.at,
      '',
      'a port map has the keys version, defaults and users; "chronos-fleet init" writes one',
    );
    return undefined;
  }
  const entries = topEntries(node, report);
  checkVersion(entries.get('version'), node.at, report);
  const defaultsEntry = entries.get('defaults');
  const at = defaultsEntry?.keyAt ?? node.at;
  const defaults = readScope('defaults', 'defaults', at, defaultsEntry?.value, reading.environment, report);
  const users = readUsers(entries.get('users'), node.at, defaults, reading);
  const demo = asksForDemo(defaults) ? { port: demoPort(defaults) } : undefined;
  const demoAt = defaults.given.get('backend.port')?.at ?? at;
  const demoEndpoint = { address: '127.0.0.1', at: demoAt, path: 'defaults.backend.port' };
  checkPorts(users, demo === undefined ? undefined : { ...demoEndpoint, ...demo }, report);
  checkBackends(users, report);
  return { users: users.map(({ settings }) => settings), ...(demo === undefined ? {} : { demo }) };
}

const topKeys = ['version', 'defaults', 'users'];

function topEntries(node: GroupNode, report: Report): Map<string, Entry> {
  for (const { key, keyAt } of node.entries) {
    if (topKeys.includes(key)) continue;
    report.error(keyAt, key, `unknown key${suggestion(key, topKeys)}; a port map has ${topKeys.join(', ')}`);
  }
  return new Map(node.entries.map((entry) => [entry.key, entry]));
}

function checkVersion(entry: Entry | undefined, at: Place, report: Report): void {
  if (entry === undefined) report.error(at, 'version', 'is missing; begin the map with version: 1');
  else if (entry.value.kind !== 'scalar' || entry.value.text !== '1') {
    report.error(entry.value.at, 'version', 'is not known to this release; give 1');
  }
}

function readUsers(entry: Entry | undefined, at: Place, defaults: Scope, reading: Reading): ResolvedUser[] {
  const { report } = reading;
  const node = entry?.value;
  if (entry === undefined) report.error(at, 'users', 'is missing; give users, one entry each');
  if (node === undefined || (node.kind === 'scalar' && node.isNull)) return [];
  if (node.kind !== 'group') {
    report.error(node.at, 'users', 'give one entry per user, e.g. user1: { port: 3307 }');
    return [];
  }
  const around = { ...reading, mapFile: reading.file, folder: dirname(reading.file) };
  return node.entries.map(({ key, keyAt, value }) => {
    const why = whyNotUserName(key);
    if (why !== undefined) report.error(keyAt, `users.${key}`, `'${key}' ${why}`);
    const scope = readScope('user', `users.${key}`, keyAt, value, reading.environment, report);
    return { scope, settings: resolveUser(key, scope, defaults, around) };
  });
}
