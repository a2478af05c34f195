// What the demo backend knows of one connection.

import type { Table } from '../catalog/catalog.js';
import type { Result } from '../engine/engine.js';
import type { FunctionHost } from '../functions/host.js';
import { zoneMinutes } from '../functions/temporal.js';
import type { StatementSource } from '../sql/parse-statement.js';
import type { TokenMode } from '../sql/tokens.js';
import { ServerStatus } from '../../wire/constants.js';
import { createVariables, serverVersion, type VariableStore } from './system-variables.js';

export interface Warning {
  readonly level: 'Note' | 'Warning' | 'Error';
  readonly errno: number;
  readonly message: string;
}

export interface Session extends FunctionHost {
  readonly account: string;
  readonly address: string;
  readonly connectedAt: Date;
  schema: string | null;
  now: Date;
  rowCount: number;
  foundRows: number;
  /** Rows that an UPDATE found count as affected (CLIENT_FOUND_ROWS). */
  readonly countsFound: boolean;
  multiStatements: boolean;
  readonly variables: VariableStore;
  readonly userVariables: Map<string, Result>;
  /** Temporary tables by `schema.name` in lower case. */
  readonly temporary: Map<string, Table>;
  readonly preparedTexts: Map<string, StatementSource>;
  /** A transaction was begun, by BEGIN or by a statement with autocommit off. */
  inTransaction: boolean;
  warnings: readonly Warning[];
  /** The statement that runs, for SHOW PROCESSLIST. */
  running: string | null;
  /** Aborted when the connection ends. */
  readonly ended: AbortController;
}

/** Named locks (GET_LOCK) of all sessions: who holds each. */
export type NamedLocks = Map<string, number>;

export interface SessionOptions {
  readonly connectionId: number;
  readonly account: string;
  readonly address: string;
  readonly countsFound: boolean;
  readonly multiStatements: boolean;
  readonly globals: VariableStore;
  readonly locks: NamedLocks;
}

export function createSession(options: SessionOptions): Session {
  const { connectionId, account, address, globals, locks } = options;
  const variables = createVariables(globals);
  const userVariables = new Map<string, Result>();
  const key = (name: string) => name.toLowerCase();
  const session: Session = {
    connectionId,
    account,
    address,
    user: `${account}@${address}`,
    version: serverVersion,
    connectedAt: new Date(),
    schema: null,
    now: new Date(),
    lastInsertId: 0n,
    rowCount: -1,
    foundRows: 0,
    countsFound: options.countsFound,
    multiStatements: options.multiStatements,
    variables,
    userVariables,
    temporary: new Map(),
    preparedTexts: new Map(),
    inTransaction: false,
    warnings: [],
    running: null,
    ended: new AbortController(),
    get zoneMinutes() {
      return zoneMinutes(String(variables.get('time_zone')), this.now) ?? 0;
    },
    userVariable: (name) => userVariables.get(key(name)) ?? null,
    setUserVariable: (name, value) => void userVariables.set(key(name), value),
    systemVariable: (name, scope) => (scope === 'global' ? globals : variables).get(name),
    getLock(name) {
      const holder = locks.get(key(name));
      if (holder !== undefined && holder !== connectionId) return false;
      locks.set(key(name), connectionId);
      return true;
    },
    releaseLock(name) {
      const holder = locks.get(key(name));
      if (holder === undefined) return null;
      return holder === connectionId && locks.delete(key(name));
    },
    isFreeLock: (name) => !locks.has(key(name)),
  };
  return session;
}

/** How the session's sql_mode reads statements. */
export function tokenMode(session: Session): TokenMode {
  const modes = String(session.variables.get('sql_mode')).split(',');
  return {
    ansiQuotes: modes.includes('ANSI_QUOTES'),
    noBackslashEscapes: modes.includes('NO_BACKSLASH_ESCAPES'),
  };
}

/** A value that does not fit its column is an error, not cut to size. */
export function isStrict(session: Session): boolean {
  return /STRICT_(?:TRANS|ALL)_TABLES|TRADITIONAL/.test(String(session.variables.get('sql_mode')));
}

/** The status flags of an OK or EOF packet. */
export function statusFlags(session: Session): number {
  const transaction = session.inTransaction ? ServerStatus.IN_TRANS : 0;
  const autocommit = session.variables.get('autocommit') === 1 ? ServerStatus.AUTOCOMMIT : 0;
  const escapes = tokenMode(session).noBackslashEscapes ? ServerStatus.NO_BACKSLASH_ESCAPES : 0;
  return transaction | autocommit | escapes;
}
