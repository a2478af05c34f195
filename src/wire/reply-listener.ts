// What a reply tells as it is followed, and the places in which it can be changed.

import type { EofPacket, ErrPacket, OkPacket } from './reply-packets.js';

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_prepare.html */
export interface PrepareOk {
  readonly statementId: number;
  readonly columns: number;
  readonly parameters: number;
}

export interface ReplyListener {
  /** Bytes for the client, in order. They are there during the call only. */
  forward(bytes: Buffer): void;
  ok?(ok: OkPacket): void;
  /** Answers with the count of affected rows that the client is to see. */
  affectedRows?(ok: OkPacket): OkPacket['affectedRows'];
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
