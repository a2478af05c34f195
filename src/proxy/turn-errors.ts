// What a client is told when its turn did not go well.

import { FleetError, isFleetError, type ClientError } from '../errors.js';
import type { Events } from '../observe/events.js';
import type { ConnectionState } from '../session/connection-state.js';
import type { ErrPacket } from '../wire/reply-packets.js';
import type { BackendGone } from './backend-connection.js';
import { toErrPacket } from './client-channel.js';
import { DifferenceFailed } from './turn-preparation.js';

/** The server's own error, one of ours, or (published, for it is a fault of ours) anything else. */
export function errPacketOf(error: unknown, events: Events): ErrPacket {
  if (error instanceof DifferenceFailed) return error.err;
  if (isFleetError(error)) return toErrPacket(error);
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  events.publish({
    type: 'internal-error',
    where: 'command turn',
    message,
    ...(stack === undefined ? {} : { stack }),
  });
  return toErrPacket(new FleetError('INTERNAL', { detail: message }));
}

const ER_UNKNOWN_SYSTEM_VARIABLE = 1193;
const ER_INCORRECT_GLOBAL_LOCAL_VAR = 1238;

/**
 * Whether what failed was the setting of a variable that cannot be set (servers tell of some that only they change), and
 * the turn may go on without it.
 */
export function goesWithout(error: unknown, state: ConnectionState): boolean {
  if (!(error instanceof DifferenceFailed)) return false;
  const { errno, message } = error.err;
  if (errno !== ER_INCORRECT_GLOBAL_LOCAL_VAR && errno !== ER_UNKNOWN_SYSTEM_VARIABLE) return false;
  const name = /'([\w.]+)'/.exec(message)?.[1]?.toLowerCase();
  return name !== undefined && state.leaveOut(name);
}

/** @param held the session held the connection, so that more is lost than the statement */
export function lossError(error: BackendGone, held: boolean): ClientError {
  const detail = error.message;
  return held ? new FleetError('TRANSACTION_LOST', { detail }) : new FleetError('BACKEND_LOST', { detail });
}
