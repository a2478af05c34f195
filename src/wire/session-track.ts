// What an OK packet tells of the session, where CLIENT_SESSION_TRACK was agreed on.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html (SESSION_TRACK_*)

import { lenencString, PayloadReader } from './lenenc.js';

const Track = {
  SYSTEM_VARIABLES: 0x00,
  SCHEMA: 0x01,
  STATE_CHANGE: 0x02,
  GTIDS: 0x03,
  TRANSACTION_CHARACTERISTICS: 0x04,
  TRANSACTION_STATE: 0x05,
} as const;

/** One thing that the server tells. `state-change` says that something of the session changed that has no name. */
export type StateChange =
  | { readonly type: 'variable'; readonly name: string; readonly value: string }
  | { readonly type: 'schema'; readonly schema: string }
  | { readonly type: 'state-change' };

/** @throws MALFORMED_PACKET */
export function readStateChanges(bytes: Buffer): StateChange[] {
  const reader = new PayloadReader(bytes);
  const changes: StateChange[] = [];
  while (reader.remaining > 0) {
    const type = reader.int(1);
    readChange(type, new PayloadReader(reader.lenencBytes()), changes);
  }
  return changes;
}

/** The value of a variable, as servers tell it. */
export function writeVariable(name: string, value: string): Buffer {
  const data = Buffer.concat([lenencString(name), lenencString(value)]);
  return Buffer.concat([Buffer.from([Track.SYSTEM_VARIABLES]), lenencString(data)]);
}

function readChange(type: number, data: PayloadReader, changes: StateChange[]): void {
  switch (type) {
    case Track.SYSTEM_VARIABLES:
      // MariaDB puts all variables into one block, MySQL each into its own; the loop reads both.
      while (data.remaining > 0) {
        changes.push({ type: 'variable', name: data.lenencString(), value: data.lenencString() });
      }
      return;
    case Track.SCHEMA:
      changes.push({ type: 'schema', schema: data.lenencString() });
      return;
    case Track.STATE_CHANGE:
      // Not length-encoded inside, unlike the others.
      if (data.rest().toString('latin1') === '1') changes.push({ type: 'state-change' });
      return;
    default:
    // GTIDs and transaction trackers say nothing that the status flags do not.
  }
}
