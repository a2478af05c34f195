// What a client sees of an error of the proxy's own: an ERR packet.
import type { FleetError } from '../../errors.js';
import { writeErr, type ErrPacket } from '../../wire/reply-packets.js';

/** The error as an ERR packet: its errno and SQLSTATE from the table of errors, 1105 and HY000 where that has none. */
export function toErrPacket(error: FleetError): ErrPacket {
  return { errno: error.errno ?? 1105, sqlState: error.sqlState ?? 'HY000', message: error.message };
}

/** The payload of that packet, without its frame. */
export function errPayload(error: FleetError): Buffer {
  return writeErr(toErrPacket(error));
}
