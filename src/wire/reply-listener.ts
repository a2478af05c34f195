// What a reply tells as it is followed, and the places in which it can be changed.

import type { EofPacket, ErrPacket, OkPacket, PrepareOk } from './reply-packets.js';

export interface ReplyListener {
  /** Bytes for the client, in order. They are there during the call only. */
  forward(bytes: Buffer): void;
  /** What was forwarded so far ends behind a row, in the packet numbered `sequence`. Not told behind every row. */
  betweenRows?(sequence: number): void;
  ok?(ok: OkPacket): void;
  /** Answers with the packet as its counts are to be for the client; with the same where they are right. */
  counted?(ok: OkPacket): OkPacket;
  err?(err: ErrPacket): void;
  /** The EOF behind the definitions, or the one behind the rows. */
  eof?(eof: EofPacket, behind: 'definitions' | 'rows'): void;
  /** Answers with the statement id that the client is to see. */
  prepared?(prepared: PrepareOk): number;
  /** Answers with the definition that the client is to see. Where it is given, definitions are seen whole. */
  definition?(payload: Buffer): Buffer;
  /** The server asks for the file of LOAD DATA LOCAL; packets of the client follow. */
  localInfile?(): void;
}
