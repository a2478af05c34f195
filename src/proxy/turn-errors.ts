// What a client is told when its turn did not go well.

import { FleetError, isFleetError, type ClientError } from '../errors.js';
import type { Events } from '../observe/events.js';
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

/** @param held the session held the connection, so that more is lost than the statement */
export function lossError(error: BackendGone, held: boolean): ClientError {
  const detail = error.message;
  return held ? new FleetError('TRANSACTION_LOST', { detail }) : new FleetError('BACKEND_LOST', { detail });
}
