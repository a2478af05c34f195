// OK, ERR and EOF: reading them from a backend, writing them to a client.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_response_packets.html

import { int, lenencInt, lenencString, malformed, PayloadReader } from './lenenc.js';
import { ServerStatus } from './constants.js';
import { readStateChanges, type StateChange } from './session-track.js';

export interface OkPacket {
  readonly affectedRows: number | bigint;
  readonly lastInsertId: number | bigint;
  readonly status: number;
  readonly warnings: number;
  /** Words about the statement (`Rows matched: 3 ...`). */
  readonly info: Buffer;
  /** What the server tells of the session (only where SESSION_TRACK was agreed on). */
  readonly changes: readonly StateChange[];
}

export interface ErrPacket {
  readonly errno: number;
  readonly sqlState: string;
  readonly message: string;
}

export interface EofPacket {
  readonly warnings: number;
  readonly status: number;
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_prepare.html */
export interface PrepareOk {
  readonly statementId: number;
  readonly columns: number;
  readonly parameters: number;
  readonly warnings: number;
}

/** @param tracked whether CLIENT_SESSION_TRACK was agreed on, which changes the form of the packet's end */
export function readOk(payload: Buffer, tracked: boolean): OkPacket {
  const reader = new PayloadReader(payload, 1);
  const affectedRows = reader.lenenc();
  const lastInsertId = reader.lenenc();
  const status = reader.int(2);
  const warnings = reader.int(2);
  if (!tracked) {
    return { affectedRows, lastInsertId, status, warnings, info: wordsOf(reader.rest()), changes: [] };
  }
  const info = reader.remaining > 0 ? reader.lenencBytes() : Buffer.alloc(0);
  const changed = (status & ServerStatus.SESSION_STATE_CHANGED) !== 0 && reader.remaining > 0;
  const changes = changed ? readStateChanges(reader.lenencBytes()) : [];
  return { affectedRows, lastInsertId, status, warnings, info, changes };
}

/** Documented as going to the packet's end; servers write their length in front of them. Both are taken. */
function wordsOf(rest: Buffer): Buffer {
  return rest[0] === rest.length - 1 ? rest.subarray(1) : rest;
}

/** The OK packet's payload for a client that did not ask for SESSION_TRACK. */
export function writeOk(ok: Partial<OkPacket> = {}): Buffer {
  const status = (ok.status ?? ServerStatus.AUTOCOMMIT) & ~ServerStatus.SESSION_STATE_CHANGED;
  const { info } = ok;
  return Buffer.concat([
    Buffer.from([0x00]),
    lenencInt(ok.affectedRows ?? 0),
    lenencInt(ok.lastInsertId ?? 0),
    int(status, 2),
    int(ok.warnings ?? 0, 2),
    // As servers do it: with the length in front, and without both where there are no words.
    info === undefined || info.length === 0 ? Buffer.alloc(0) : lenencString(info),
  ]);
}

/** An OK that tells `changes` of the session, and nothing else. */
export function writeTellingOk(status: number, changes: Buffer): Buffer {
  const end = [int(status | ServerStatus.SESSION_STATE_CHANGED, 2), int(0, 2), lenencString(Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([0x00, 0, 0]), ...end, lenencString(changes)]);
}

export function readErr(payload: Buffer): ErrPacket {
  const reader = new PayloadReader(payload, 1);
  const errno = reader.int(2);
  const marked = reader.peek() === 0x23; // '#'
  const sqlState = marked ? reader.bytes(6).toString('latin1', 1) : 'HY000';
  return { errno, sqlState, message: reader.rest().toString('utf8') };
}

export function writeErr(err: ErrPacket): Buffer {
  if (err.sqlState.length !== 5) throw malformed(`an SQLSTATE of ${err.sqlState.length} characters`);
  return Buffer.concat([
    Buffer.from([0xff]),
    int(err.errno, 2),
    Buffer.from(`#${err.sqlState}${err.message}`, 'utf8'),
  ]);
}

export function readEof(payload: Buffer): EofPacket {
  if (payload.length < 5) return { warnings: 0, status: 0 };
  return { warnings: payload.readUInt16LE(1), status: payload.readUInt16LE(3) };
}

export function writeEof(eof: EofPacket): Buffer {
  return Buffer.concat([Buffer.from([0xfe]), int(eof.warnings, 2), int(eof.status, 2)]);
}

export function readPrepareOk(payload: Buffer): PrepareOk {
  if (payload.length < 9) throw malformed('a COM_STMT_PREPARE reply of less than 9 bytes');
  return {
    statementId: payload.readUInt32LE(1),
    columns: payload.readUInt16LE(5),
    parameters: payload.readUInt16LE(7),
    // Servers of old send no more.
    warnings: payload.length < 12 ? 0 : payload.readUInt16LE(10),
  };
}

/** The flag that tells of a changed session is for those who agreed on SESSION_TRACK. */
export function withoutStateChanged(eof: EofPacket): EofPacket {
  const status = eof.status & ~ServerStatus.SESSION_STATE_CHANGED;
  return status === eof.status ? eof : { ...eof, status };
}
