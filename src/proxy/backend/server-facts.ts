// What is asked of the server right after a login: its collations, limits, and the values that a new session has.

import mysql from 'mysql2';
import type { InstanceSettings } from '../../config/types.js';
import { ConnectionState } from '../../session/connection-state.js';
import type { CollationFact, ServerFacts } from '../../session/session.js';
import { DEFAULT, initialLiteralOf, namesLiteral, type Literal } from '../../session/variables.js';
import { Capability } from '../../wire/constants.js';
import type { Greeting } from '../../wire/handshake.js';
import { toldOnce, type BackendConnection } from './backend-connection.js';
import { askCounts } from './session-questions.js';
import { LOGIN_NAMES, type LoggedIn } from './backend-login.js';

/** The server's default, for one that does not say. */
const DEFAULT_MAX_ALLOWED_PACKET = 16 * 1024 * 1024;

/** What is taken for granted before the first connection. */
export const assumedFacts: ServerFacts = {
  version: '8.0.0-chronos-fleet',
  mariadb: false,
  versionNumber: 80_000,
  sqlMode: '',
  collationDatabase: '',
  collations: new Map(),
  defaultCollations: new Map(),
  maxAllowedPacket: DEFAULT_MAX_ALLOWED_PACKET,
};

export interface Prepared {
  readonly facts: ServerFacts;
  readonly state: ConnectionState;
  /** The server tells of changes of the session in its OK packets. */
  readonly tracked: boolean;
}

/**
 * Makes a connection that has just logged in ready for sessions. Everything goes out in one write.
 * @throws BackendGone
 */
export async function prepareConnection(
  connection: BackendConnection,
  login: LoggedIn,
  settings: InstanceSettings,
): Promise<Prepared> {
  connection.cork();
  const variables = toldOnce(beginSession(connection, (login.capabilities & Capability.SESSION_TRACK) !== 0));
  const collations = connection.ask('SHOW COLLATION');
  const counts = askCounts(connection, versionOf(login.greeting));
  connection.uncork();
  const { shown, tracked } = await variables;
  const facts: ServerFacts = {
    ...versionOf(login.greeting),
    sqlMode: shown.get('sql_mode') ?? '',
    collationDatabase: shown.get('collation_database') ?? '',
    ...readCollations(await collations),
    maxAllowedPacket: Number(shown.get('max_allowed_packet') ?? DEFAULT_MAX_ALLOWED_PACKET),
  };
  connection.maxAllowedPacket = facts.maxAllowedPacket;
  const state = initialState(shown, settings);
  state.names = namesLiteral(...LOGIN_NAMES);
  state.statementCounts = await counts;
  return { facts, state, tracked };
}

/** The state of a connection after COM_RESET_CONNECTION: as after a login, but that the schema stays. @throws BackendGone */
export async function stateAfterReset(
  connection: BackendConnection,
  before: Prepared,
  settings: InstanceSettings,
): Promise<ConnectionState> {
  connection.cork();
  const variables = beginSession(connection, before.tracked);
  connection.uncork();
  const state = initialState((await variables).shown, settings);
  state.schema = before.state.schema;
  state.multiStatements = undefined;
  if (before.facts.mariadb) state.role = before.state.role;
  state.loginRole = before.state.loginRole;
  return state;
}

interface Beginning {
  readonly shown: ReadonlyMap<string, string>;
  readonly tracked: boolean;
}

async function beginSession(connection: BackendConnection, canTrack: boolean): Promise<Beginning> {
  const tracking = canTrack ? connection.ask(TRACK_EVERYTHING) : null;
  const rows = (await connection.ask('SHOW SESSION VARIABLES')) ?? [];
  const shown = new Map(rows.map(([name, value]) => [name ?? '', value ?? '']));
  return { shown, tracked: (await tracking) !== null };
}

/** Everything that session tracking can tell. */
const TRACK_EVERYTHING =
  "SET SESSION session_track_system_variables='*', session_track_schema=ON, session_track_state_change=ON";

function initialState(variables: ReadonlyMap<string, string>, settings: InstanceSettings): ConnectionState {
  const initial = new Map<string, Literal>();
  for (const [name, value] of variables) initial.set(name, initialLiteralOf(name, value));
  const limits = statementLimits(settings).filter(([name]) => initial.has(name));
  const inForce = limits.map(([name]) => [name, initial.get(name) ?? DEFAULT] as const);
  for (const [name, value] of limits) initial.set(name, value);
  const state = new ConnectionState(null, initial);
  for (const [name, value] of inForce) state.learn(name, value);
  return state;
}

/** A server that can limit statements by itself ends them sooner and more cheaply than we can. */
function statementLimits({ queryTimeoutMs }: InstanceSettings): [name: string, value: Literal][] {
  if (queryTimeoutMs === 0) return [];
  return [
    ['max_statement_time', (queryTimeoutMs / 1000).toFixed(6)],
    ['max_execution_time', String(queryTimeoutMs)],
  ];
}

type CollationFacts = Pick<ServerFacts, 'collations' | 'defaultCollations'>;

/** `SHOW COLLATION`: Collation, Charset, Id, Default, ... */
function readCollations(rows: readonly (readonly (string | null)[])[] | null): CollationFacts {
  const collations = new Map<number, CollationFact>();
  const defaultCollations = new Map<string, string>();
  for (const [collation, charset, id, isDefault] of rows ?? []) {
    if (collation == null || charset == null || id == null) continue;
    collations.set(Number(id), { collation, charset });
    if (isDefault === 'Yes') defaultCollations.set(charset, collation);
  }
  return collations.size > 0
    ? { collations, defaultCollations }
    : { collations: commonCollations(), defaultCollations };
}

/** For servers without SHOW COLLATION: the numbers that every server shares. */
function commonCollations(): Map<number, CollationFact> {
  const facts = new Map<number, CollationFact>();
  for (const [name, id] of Object.entries<number>({ ...mysql.Charsets })) {
    const collation = name.toLowerCase();
    facts.set(id, { collation, charset: collation.split('_', 1)[0] ?? collation });
  }
  return facts;
}

/** MariaDB puts `5.5.5-` before its version, so that old replicas accept it. */
export function versionOf(
  greeting: Pick<Greeting, 'serverVersion'>,
): Pick<ServerFacts, 'version' | 'mariadb' | 'versionNumber'> {
  const version = greeting.serverVersion;
  const plain = /mariadb/i.test(version) ? version.replace(/^5\.5\.5-/, '') : version;
  const [major = 0, minor = 0, patch = 0] = plain.split(/[.-]/).map(Number);
  const number = (value: number): number => (Number.isNaN(value) ? 0 : value);
  return {
    version,
    mariadb: /mariadb/i.test(version),
    versionNumber: number(major) * 10_000 + number(minor) * 100 + number(patch),
  };
}

/** Whether the server ends statements that run too long by itself. */
export function limitsStatements(state: ConnectionState): boolean {
  return ['max_statement_time', 'max_execution_time'].some((name) => state.initialValue(name) !== DEFAULT);
}
