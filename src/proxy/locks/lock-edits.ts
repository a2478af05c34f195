// A command with calls of GET_LOCK and its like as it is sent: so that nobody waits on the shared connection, and no session
// gets what another has.

import { boundValues } from '../../session/execute-parameters.js';
import type { NamedLocks } from '../../session/named-locks.js';
import type { PreparedStatement } from '../../session/prepared-statements.js';
import type { Session } from '../../session/session.js';
import { replaceParts, type Replacement } from '../../sql/substitute.js';
import type { LockArgument } from '../../sql/types.js';
import { Command } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import type { BoundCall } from './lock-plan.js';

// What is put in has an expression for an argument, as no call has that was read: the server names columns after the text, and
// each has to be told from the client's own.

/** A command to be sent in the place of the client's, with the names that its columns are to have, byte by byte. */
export interface DressedCommand {
  readonly command: ClientCommand;
  readonly originalName: ((name: string) => string) | null;
}

/**
 * @param denied calls of GET_LOCK that are to answer 0, because another session has the lock
 */
export function dress(
  command: ClientCommand,
  calls: readonly BoundCall[],
  denied: ReadonlySet<BoundCall>,
  session: Session,
  locks: NamedLocks,
): DressedCommand {
  const { statement } = command;
  const text = statement === null ? command.text : statement.preparePayload.subarray(1);
  if (text === null) return { command, originalName: null };
  const replacements = calls.flatMap((call) => {
    const by = denied.has(call) ? deniedCall(call, text) : replacedCall(call, text, session, locks);
    return by === null ? [] : [{ start: call.start, end: call.end, by }];
  });
  if (statement !== null) return dressExecution(command, statement, calls, replacements);
  if (replacements.length === 0) return { command, originalName: null };
  const replaced = replaceParts(text, replacements);
  const payload = Buffer.concat([command.payload.subarray(0, 1), replaced.text]);
  return { command: { ...command, text: replaced.text, payload }, originalName: replaced.originalName };
}

/** The statement is prepared anew with the other text, for this one execution. */
function dressExecution(
  command: ClientCommand,
  statement: PreparedStatement,
  calls: readonly BoundCall[],
  replacements: readonly Replacement[],
): DressedCommand {
  const payload = withoutWaiting(command, statement, calls);
  if (replacements.length === 0) return { command: { ...command, payload }, originalName: null };
  const { text, originalName } = replaceParts(statement.preparePayload.subarray(1), replacements);
  const preparePayload = Buffer.concat([Buffer.from([Command.STMT_PREPARE]), text]);
  const variant: PreparedStatement = { ...statement, preparePayload, typesKnownAt: null, backend: null };
  return { command: { ...command, payload, statement: variant }, originalName };
}

/** After the command: what was prepared for it alone is not needed any more, and the types went to that. */
export function undress(dressed: DressedCommand | null, { statement }: ClientCommand, { state }: Live): void {
  const variant = dressed?.command.statement ?? null;
  if (statement === null || variant === null || variant === statement) return;
  if (variant.backend !== null) state.unusedStatements.push(variant.backend.id);
  statement.boundTypes = variant.boundTypes;
  statement.typesKnownAt = null;
}

/** The timeouts that are parameters become 0, in whatever type they are bound. */
function withoutWaiting(
  { payload }: ClientCommand,
  statement: PreparedStatement,
  calls: readonly BoundCall[],
): Buffer {
  const out = Buffer.from(payload);
  const values = boundValues(statement, payload) ?? [];
  for (const { timeout, waitMs } of calls) {
    if (timeout?.kind !== 'parameter' || waitMs === null) continue;
    const bound = values[timeout.index];
    if (bound !== undefined) out.fill(typeof bound.value === 'string' ? '0' : 0, bound.start, bound.end);
  }
  return out;
}

/** The lock is on the connection: it is not free, which is 0 in a column just like that of GET_LOCK. */
function deniedCall({ name, timeout }: BoundCall, text: Buffer): string {
  return `IS_FREE_LOCK(ELT(1,${written(name, text)},${written(timeout, text)}))`;
}

function replacedCall(call: BoundCall, text: Buffer, session: Session, locks: NamedLocks): string | null {
  const { function: what, name, timeout, key, waitMs } = call;
  const owner = key === null ? null : locks.ownerOf(key);
  const argument = written(name, text);
  switch (what) {
    case 'GET_LOCK':
      return waitMs !== null && waitMs > 0 && timeout?.kind === 'number' ? `GET_LOCK(${argument},0+0)` : null;
    case 'RELEASE_LOCK':
      return owner === null || owner === session ? null : `IS_FREE_LOCK(ELT(1,${argument}))`;
    case 'IS_USED_LOCK':
      // The connection's own id is not the session's; the smaller of the larger is always the latter, in a column just alike.
      return owner === null ? null : `LEAST(GREATEST(IS_USED_LOCK(${argument}),${owner.id}),${owner.id})`;
    case 'RELEASE_ALL_LOCKS':
      return locks.foreignTo(session) === null ? null : countOf(session, locks);
    case 'IS_FREE_LOCK':
      return null;
  }
}

/** They are released before; the last argument, which is never reached, gives the column its width. */
function countOf(session: Session, locks: NamedLocks): string {
  const count = locks.ownedBy(session).reduce((sum, owned) => sum + owned.count, 0);
  return `IF(1,GREATEST(CRC32(''),CAST(${count} AS UNSIGNED)),RELEASE_ALL_LOCKS())`;
}

function written(argument: LockArgument | null, text: Buffer): string {
  return argument === null ? '' : text.toString('latin1', argument.start, argument.end);
}

type Rename = (name: string) => string;

/** Names are given back in the opposite order: what was put in last is taken out first. */
export function joined(last: Rename | null, first: Rename | null): Rename | null {
  if (last === null || first === null) return last ?? first;
  return (name) => first(last(name));
}
