// A session's binary prepared statements: ids of its own, mapped to those of whichever connection it runs on.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase_ps.html

import { FleetError } from '../errors.js';
import type { ConnectionState } from './connection-state.js';
import { LongData, type LongDataAccount } from './long-data.js';
import type { PreparedUnder } from './prepared-under.js';
import type { Statement } from '../sql/types.js';

/** The server's own bound is 16,382 for all connections together (max_prepared_stmt_count). */
export const MAX_STATEMENTS = 4096;
/** Bytes of the texts that a session's statements of a kind keep, past which it gets no more of them. */
export const MAX_STATEMENT_BYTES = 16 * 1024 * 1024;

/** Stands for the statement that was prepared last (MariaDB), so that drivers need not wait for its id to execute it. */
const LAST_STATEMENT = 0xffffffff;

/** What a statement was made of. */
export interface Preparation {
  /** The COM_STMT_PREPARE payload that made it; no part of a larger buffer, which it would keep. */
  readonly preparePayload: Buffer;
  /** Turns the name that the server gives a column after that text into what it would be after the client's; null where they are the same. */
  readonly originalName: ((name: string) => string) | null;
  /** Bytes of the client's own text, which is kept, too. */
  readonly textBytes: number;
  /** What it was prepared under, and keeps. */
  readonly under: PreparedUnder;
  /** For people: its text with `?` for its literals. */
  readonly fingerprint: string;
  /** What reading its text yielded. */
  readonly effects: readonly Statement[];
}

export interface PreparedStatement extends Preparation {
  /** The id that the client sees. */
  readonly id: number;
  parameters: number;
  /** A cursor of it is open on the connection. */
  cursorOpen: boolean;
  /** Type bytes (two a parameter) that the client bound last; null before its first execution with types. */
  boundTypes: Buffer | null;
  /** Where (`backend`) the server knows them, because an execution that binds some has been sent. */
  typesKnownAt: object | null;
  /** What came by COM_STMT_SEND_LONG_DATA since the last execution, sent together with the next. */
  readonly longData: LongData;
  backend: OnConnection | null;
}

/** A statement on the connection whose state `owner` is; prepared again where the connection is another. */
export interface OnConnection {
  readonly owner: ConnectionState;
  readonly id: number;
  /** As `originalName`; set where values stand in the text that were right for one execution. */
  readonly filledName?: ((name: string) => string) | undefined;
}

export class PreparedStatements {
  private readonly byId = new Map<number, PreparedStatement>();
  private readonly longDataAccount: LongDataAccount = { bytes: 0 };
  private textBytes = 0;
  private lastId = 0;
  private last: PreparedStatement | null = null;

  /** @throws TOO_MANY_STATEMENTS, STATEMENTS_TOO_LARGE where there is no room for another statement */
  checkRoom(): void {
    checkRoomFor(this.byId.size, this.textBytes);
  }

  /** @throws TOO_MANY_STATEMENTS, STATEMENTS_TOO_LARGE */
  add(preparation: Preparation): PreparedStatement {
    this.checkRoom();
    const id = ++this.lastId;
    const statement: PreparedStatement = {
      ...preparation,
      id,
      parameters: 0,
      cursorOpen: false,
      boundTypes: null,
      typesKnownAt: null,
      longData: new LongData(this.longDataAccount),
      backend: null,
    };
    this.byId.set(id, statement);
    this.last = statement;
    this.textBytes += bytesOf(statement);
    return statement;
  }

  /** @throws UNKNOWN_STATEMENT naming `command`, e.g. `mysqld_stmt_execute` */
  get(id: number, command: string): PreparedStatement {
    const statement = this.find(id);
    if (statement === undefined) throw new FleetError('UNKNOWN_STATEMENT', { id, command });
    return statement;
  }

  get anyCursorOpen(): boolean {
    for (const statement of this.byId.values()) if (statement.cursorOpen) return true;
    return false;
  }

  /** Ids that the connection of that state has for the statements whose cursors are open. */
  openCursors(owner: object): number[] {
    return [...this.byId.values()]
      .filter(({ cursorOpen, backend }) => cursorOpen && backend?.owner === owner)
      .map(({ backend }) => backend?.id ?? 0);
  }

  /** The connection is gone, and every cursor with it. */
  closeCursors(): void {
    for (const statement of this.byId.values()) statement.cursorOpen = false;
  }

  find(id: number): PreparedStatement | undefined {
    return id === LAST_STATEMENT ? (this.last ?? undefined) : this.byId.get(id);
  }

  /** Another is being prepared: where that fails, what was sent behind it must not execute the one before. */
  forgetLast(): void {
    this.last = null;
  }

  remove(id: number): void {
    const statement = this.find(id);
    if (statement === undefined) return;
    this.byId.delete(statement.id);
    if (statement === this.last) this.forgetLast();
    this.textBytes -= bytesOf(statement);
    statement.longData.clear();
    // Nobody needs it any more; the next turn on its connection closes it, whoever's that is.
    statement.backend?.owner.unusedStatements.push(statement.backend.id);
  }

  clear(): void {
    for (const id of [...this.byId.keys()]) this.remove(id);
  }
}

/** What it keeps: the text as it was sent, and the client's own for what was read of that. */
function bytesOf({ preparePayload, textBytes }: Preparation): number {
  return Math.max(preparePayload.length, textBytes);
}

/**
 * Whether a session that has so many statements of a kind, with so many bytes of text, may have another.
 * @throws TOO_MANY_STATEMENTS, STATEMENTS_TOO_LARGE
 */
export function checkRoomFor(count: number, textBytes: number): void {
  if (count >= MAX_STATEMENTS) throw new FleetError('TOO_MANY_STATEMENTS', { max: MAX_STATEMENTS });
  if (textBytes >= MAX_STATEMENT_BYTES) {
    throw new FleetError('STATEMENTS_TOO_LARGE', { size: textBytes, max: MAX_STATEMENT_BYTES });
  }
}

/** Offsets of a COM_STMT_EXECUTE payload: command, id, flags, iterations, then NULL bitmap, flag and types. */
const EXECUTE_HEAD_BYTES = 10;

/**
 * The COM_STMT_EXECUTE payload with the id of the connection, and with the types bound before where the client left them
 * out and the statement was prepared anew.
 * @throws MALFORMED_PACKET where the payload ends before the types
 */
export function executePayload(statement: PreparedStatement, payload: Buffer): Buffer {
  const out = Buffer.from(payload);
  out.writeUInt32LE(statement.backend?.id ?? 0, 1);
  if (statement.parameters === 0) return out;
  const flagAt = EXECUTE_HEAD_BYTES + Math.ceil(statement.parameters / 8);
  if (out.length <= flagAt) {
    throw new FleetError('MALFORMED_PACKET', { detail: 'COM_STMT_EXECUTE ends before its parameters' });
  }
  const isKnown = statement.typesKnownAt === statement.backend;
  if (keepTypes(statement, out)) return out;
  if (isKnown || statement.boundTypes === null) return out;
  return Buffer.concat([
    out.subarray(0, flagAt),
    Buffer.from([1]),
    statement.boundTypes,
    out.subarray(flagAt + 1),
  ]);
}

/** Keeps the types that the COM_STMT_EXECUTE payload binds, for executions that leave them out; whether it binds any. */
export function keepTypes(statement: PreparedStatement, payload: Buffer): boolean {
  const flagAt = EXECUTE_HEAD_BYTES + Math.ceil(statement.parameters / 8);
  if (payload[flagAt] !== 1) return false;
  statement.boundTypes = Buffer.from(payload.subarray(flagAt + 1, flagAt + 1 + 2 * statement.parameters));
  return true;
}
