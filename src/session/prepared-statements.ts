// A session's binary prepared statements: ids of its own, mapped to those of whichever connection it runs on.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase_ps.html

import { FleetError } from '../errors.js';

/** The server's own bound is 16,382 for all connections together (max_prepared_stmt_count). */
const MAX_STATEMENTS = 4096;

export interface PreparedStatement {
  /** The id that the client sees. */
  readonly id: number;
  /** The COM_STMT_PREPARE payload that made it. */
  readonly preparePayload: Buffer;
  parameters: number;
  /** Type bytes (two a parameter) that the client bound last; null before its first execution with types. */
  boundTypes: Buffer | null;
  /** COM_STMT_SEND_LONG_DATA payloads since the last execution, sent together with it. */
  longData: Buffer[];
  /** Its id on the connection that `owner` stands for; prepared again where the connection is another. */
  backend: { readonly owner: object; readonly id: number } | null;
}

export class PreparedStatements {
  private readonly byId = new Map<number, PreparedStatement>();
  private lastId = 0;
  private released: PreparedStatement[] = [];

  /** @throws TOO_MANY_STATEMENTS */
  add(preparePayload: Buffer): PreparedStatement {
    if (this.byId.size >= MAX_STATEMENTS)
      throw new FleetError('TOO_MANY_STATEMENTS', { max: MAX_STATEMENTS });
    const id = ++this.lastId;
    const statement: PreparedStatement = {
      id,
      preparePayload,
      parameters: 0,
      boundTypes: null,
      longData: [],
      backend: null,
    };
    this.byId.set(id, statement);
    return statement;
  }

  /** @throws UNKNOWN_STATEMENT naming `command`, e.g. `mysqld_stmt_execute` */
  get(id: number, command: string): PreparedStatement {
    const statement = this.byId.get(id);
    if (statement === undefined) throw new FleetError('UNKNOWN_STATEMENT', { id, command });
    return statement;
  }

  find(id: number): PreparedStatement | undefined {
    return this.byId.get(id);
  }

  remove(id: number): void {
    const statement = this.byId.get(id);
    if (statement === undefined) return;
    this.byId.delete(id);
    if (statement.backend !== null) this.released.push(statement);
  }

  clear(): void {
    for (const id of [...this.byId.keys()]) this.remove(id);
  }

  /** Ids on the connection of `owner` that nobody needs any more; each is given once. */
  takeReleased(owner: object): number[] {
    const ids = this.released.flatMap(({ backend }) => (backend?.owner === owner ? [backend.id] : []));
    this.released = [];
    return ids;
  }
}

/** Offsets of a COM_STMT_EXECUTE payload: command, id, flags, iterations, then NULL bitmap, flag and types. */
const EXECUTE_HEAD_BYTES = 10;

/**
 * The COM_STMT_EXECUTE payload with the id of the connection, and with the types bound before where the client left them
 * out and the statement was prepared anew.
 * @throws MALFORMED_PACKET where the payload ends before the types
 */
export function executePayload(statement: PreparedStatement, payload: Buffer, fresh: boolean): Buffer {
  const out = Buffer.from(payload);
  out.writeUInt32LE(statement.backend?.id ?? 0, 1);
  if (statement.parameters === 0) return out;
  const flagAt = EXECUTE_HEAD_BYTES + Math.ceil(statement.parameters / 8);
  if (out.length <= flagAt) {
    throw new FleetError('MALFORMED_PACKET', { detail: 'COM_STMT_EXECUTE ends before its parameters' });
  }
  if (out[flagAt] === 1) {
    statement.boundTypes = Buffer.from(out.subarray(flagAt + 1, flagAt + 1 + 2 * statement.parameters));
    return out;
  }
  if (!fresh || statement.boundTypes === null) return out;
  return Buffer.concat([
    out.subarray(0, flagAt),
    Buffer.from([1]),
    statement.boundTypes,
    out.subarray(flagAt + 1),
  ]);
}
