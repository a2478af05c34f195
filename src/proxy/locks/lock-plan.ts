// What a command's calls of GET_LOCK and its like mean on a connection whose locks all sessions share.

import { boundValues, type BoundValue } from '../../session/execute-parameters.js';
import { lockKey } from '../../session/named-locks.js';
import type { ServerFacts, Session } from '../../session/session.js';
import { isWide } from '../../session/variables.js';
import { readStatements } from '../../sql/read.js';
import type { LockArgument, LockCall, Statement } from '../../sql/types.js';
import { Command } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';

/** A call whose arguments are known. */
export interface BoundCall extends LockCall {
  /** The lock; null where the name means none. */
  readonly key: string | null;
  /** How long GET_LOCK waits, in ms, Infinity included; null where the server refuses the timeout, and for all others. */
  readonly waitMs: number | null;
}

/**
 * `unread`: it may take or release whatever lock. `alone`: it is read, but the server has one lock a connection.
 * `shared`: the sessions' locks can be told apart.
 */
export type LockPlan =
  { readonly kind: 'unread' } | { readonly kind: 'alone' | 'shared'; readonly calls: readonly BoundCall[] };

/** A session with more locks than this keeps the connection; what is noted of it has a bound. */
const MOST_LOCKS = 200;

/** Whether the command, once it runs, has anything to do with named locks. */
export function touchesLocks({ code, effects }: ClientCommand): boolean {
  return (code === Command.QUERY || code === Command.STMT_EXECUTE) && effects.some(hasLockCalls);
}

function hasLockCalls({ locks, lockCalls }: Statement): boolean {
  return lockCalls === null ? locks.some(isNamed) : lockCalls.length > 0;
}

function isNamed(effect: Statement['locks'][number]): boolean {
  return effect === 'get-lock' || effect === 'release-lock' || effect === 'release-all-locks';
}

/** Of a command that `touchesLocks`. */
export function planLocks(command: ClientCommand, session: Session, { facts, state }: Live): LockPlan {
  const calls = callsOf(command, session, facts);
  const values = calls === null ? null : valuesOf(command);
  if (calls === null || values === null || isWide(session.variables.get('collation_connection') ?? ''))
    return unread;
  const bound: BoundCall[] = [];
  for (const call of calls) {
    const one = bind(call, values, facts);
    if (one === null) return unread;
    bound.push(one);
  }
  if (isTiedToOrder(bound) || state.namedLocks.ownedBy(session).length > MOST_LOCKS) return unread;
  return { kind: hasSeveralLocks(facts) ? 'shared' : 'alone', calls: bound };
}

const unread: LockPlan = { kind: 'unread' };

/** Before MariaDB 10.0.2 and MySQL 5.7.5 a connection has one lock, and GET_LOCK releases the one before. */
function hasSeveralLocks({ mariadb, versionNumber }: ServerFacts): boolean {
  return versionNumber >= (mariadb ? 100_002 : 50_705);
}

function callsOf(command: ClientCommand, session: Session, facts: ServerFacts): readonly LockCall[] | null {
  const [only, ...more] = command.effects;
  if (only === undefined || more.length > 0 || only.lockCalls === null) return null;
  if (command.statement === null) return only.lockCalls;
  // The text that the server has, in which the session's own values may stand.
  const text = command.statement.preparePayload.subarray(1);
  return readStatements(text, session.sqlMode(facts))[0]?.lockCalls ?? null;
}

function valuesOf({ statement, payload }: ClientCommand): readonly BoundValue[] | null {
  return statement === null ? [] : boundValues(statement, payload);
}

function bind(call: LockCall, values: readonly BoundValue[], facts: ServerFacts): BoundCall | null {
  const name = valueOf(call.name, values);
  const timeout = valueOf(call.timeout, values);
  if (name === undefined || timeout === undefined) return null;
  if (name !== null && (typeof name === 'number' || !plainName.test(name))) return null;
  const key = name === null ? null : lockKey(name, facts.mariadb);
  if (call.function !== 'GET_LOCK') return { ...call, key, waitMs: null };
  const seconds = timeout === null ? null : secondsOf(timeout);
  if (seconds !== null && Number.isNaN(seconds)) return null;
  if (seconds !== null && seconds >= 0) return { ...call, key, waitMs: seconds * 1000 };
  // MariaDB answers NULL and a warning; MySQL waits for ever.
  if (facts.mariadb) return { ...call, key, waitMs: null };
  return seconds === null ? null : { ...call, key, waitMs: Infinity };
}

/** What the argument comes to; undefined where that is not known. */
function valueOf(
  argument: LockArgument | null,
  values: readonly BoundValue[],
): string | number | null | undefined {
  if (argument === null || argument.kind === 'null') return null;
  return argument.kind === 'parameter' ? values[argument.index]?.value : argument.value;
}

const plainName = /^[\x20-\x7e]*$/;

/** More seconds than this, servers count in ways of their own. */
const MOST_SECONDS = 1e9;

/** NaN where the server would have to say what it takes it for. */
function secondsOf(timeout: string | number): number {
  const isNumber = typeof timeout === 'number' || /^[+-]?[\d.]{1,20}(e[+-]?\d{1,3})?$/i.test(timeout);
  const seconds = isNumber ? Number(timeout) : NaN;
  return Math.abs(seconds) > MOST_SECONDS ? NaN : seconds;
}

/**
 * Whether the calls do something for each other: what waits is tried again, and must not release anything each time; and
 * who has a lock is told from before the statement.
 */
function isTiedToOrder(calls: readonly BoundCall[]): boolean {
  const waits = calls.some(({ waitMs }) => waitMs !== null && waitMs > 0);
  const releases = calls.some(({ function: name }) => name.startsWith('RELEASE'));
  const takes = calls.some(({ function: name }) => name === 'GET_LOCK');
  const asks = calls.some(({ function: name }) => name === 'IS_USED_LOCK');
  const releasesAll = calls.some(({ function: name }) => name === 'RELEASE_ALL_LOCKS');
  return (waits && releases) || ((takes || releases) && asks) || (releasesAll && calls.length > 1);
}
