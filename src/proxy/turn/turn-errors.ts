// What a client is told when its turn did not go well.

import { FleetError, isFleetError, type ClientError } from '../../errors.js';
import type { Events } from '../../observe/events.js';
import type { ConnectionState } from '../../session/connection-state.js';
import type { Hold } from '../../session/holds.js';
import type { ErrPacket } from '../../wire/reply-packets.js';
import type { BackendGone } from '../backend/backend-connection.js';
import { toErrPacket } from '../command/error-reply.js';
import type { ClientCommand } from '../command/command.js';
import { ELSEWHERE } from '../state/state-application.js';
import { DifferenceFailed } from './take-steps.js';

/** The server's own error, one of ours, or (published, for it is a fault of ours) anything else. */
export function errPacketOf(error: unknown, events: Events): ErrPacket {
  if (error instanceof DifferenceFailed) return error.err;
  return toErrPacket(isFleetError(error) ? error : internalError(error, 'command turn', events));
}

/** A fault of ours, published, as what its client is told of it. */
export function internalError(error: unknown, where: string, events: Events): ClientError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  events.publish({ type: 'internal-error', where, message, ...(stack === undefined ? {} : { stack }) });
  return new FleetError('INTERNAL', { detail: message });
}

const ER_UNKNOWN_SYSTEM_VARIABLE = 1193;
const ER_INCORRECT_GLOBAL_LOCAL_VAR = 1238;

const ER_DBACCESS_DENIED = 1044;
const ER_BAD_DB = 1049;

/**
 * Whether what failed was the setting of a variable that cannot be set (servers tell of some that only they change), or the way
 * to information_schema, and the turn may go on without it.
 */
export function goesWithout(error: unknown, state: ConnectionState): boolean {
  if (!(error instanceof DifferenceFailed)) return false;
  const { errno, message } = error.err;
  if ((errno === ER_BAD_DB || errno === ER_DBACCESS_DENIED) && message.includes(`'${ELSEWHERE}'`)) {
    if (state.lacksElsewhere) return false;
    state.lacksElsewhere = true;
    return true;
  }
  if (errno !== ER_INCORRECT_GLOBAL_LOCAL_VAR && errno !== ER_UNKNOWN_SYSTEM_VARIABLE) return false;
  const name = /'([\w.]+)'/.exec(message)?.[1]?.toLowerCase();
  return name !== undefined && state.leaveOut(name);
}

/** A command that was lost with its connection. */
export interface LostCommand {
  readonly command: ClientCommand;
  /** It had gone out. */
  readonly sent: boolean;
  /** What the session held on the connection before it. */
  readonly held: readonly Hold[];
}

/**
 * 1213 asks the client to do it all again, so it is for what surely has not happened: a statement that was not sent, or one
 * that went down with its transaction. Whatever may have come into effect is told with 2013.
 */
export function lossError({ message }: BackendGone, { command, sent, held }: LostCommand): ClientError {
  if (held.length === 0) return new FleetError('BACKEND_LOST', { detail: message });
  // Servers call it a transaction, too, when tables are locked and every statement commits.
  const inTransaction = held.includes('transaction') && !held.includes('table locks');
  const undone = !sent || (inTransaction && cannotCommit(command));
  if (undone) return new FleetError('TRANSACTION_LOST', { detail: message });
  return new FleetError('BACKEND_LOST', {
    detail: `${message}; what the session held is gone: ${held.join(', ')}`,
  });
}

/** Statements that leave a transaction open on every server. */
const staying: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'REPLACE',
  'SHOW',
  'DO',
]);

function cannotCommit({ effects }: ClientCommand): boolean {
  return effects.every(({ verb }) => staying.has(verb));
}
