// Values that a client sends ahead of an execution (COM_STMT_SEND_LONG_DATA), kept until then.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_send_long_data.html

import { FleetError } from '../errors.js';

/** Command, statement id, number of the parameter. */
const HEAD_BYTES = 7;
/** What a parameter costs beside its data; counted, for a client may name 65,536 of them without any. */
const PARAMETER_BYTES = 256;
/** As many times max_allowed_packet may a session keep; the servers have no such limit. */
const MOST_PACKETS = 4;
/** A block grows with what the parameter has, up to this. */
const BLOCK_BYTES = 1024 * 1024;

/** Bytes that the statements of a session keep of long data, all together. */
export interface LongDataAccount {
  bytes: number;
}

interface Block {
  readonly memory: Buffer;
  filled: number;
}

/** The long data of one statement. Parts of a value are put together, so that many small ones cost no more than their bytes. */
export class LongData {
  private readonly blocks = new Map<number, Block[]>();
  private kept = 0;
  private hasExcess = false;

  /** @param account of the session, from which the statement's share is taken and to which it is given back */
  constructor(private readonly account: LongDataAccount) {}

  /** Whether a value is longer than the server takes, or there was no room for it: nothing is kept then. */
  get isTooLong(): boolean {
    return this.hasExcess;
  }

  /** Takes a COM_STMT_SEND_LONG_DATA payload. Of a statement with a value that is too long, nothing is kept. */
  add(payload: Buffer, maxAllowedPacket: number): void {
    // As the servers do it: there is no reply in which it could be refused.
    if (payload.length < HEAD_BYTES || this.hasExcess) return;
    const parameter = payload.readUInt16LE(5);
    const blocks = this.blocks.get(parameter) ?? [];
    const length = payload.length - HEAD_BYTES;
    const cost = length + (blocks.length === 0 ? PARAMETER_BYTES : 0);
    const isFull = this.account.bytes + cost > MOST_PACKETS * maxAllowedPacket;
    // A packet of just that length the server does not take either.
    const isLong = payload.length >= maxAllowedPacket || dataIn(blocks) + length > maxAllowedPacket;
    if (isFull || isLong) {
      this.hasExcess = true;
      this.drop();
      return;
    }
    this.kept += cost;
    this.account.bytes += cost;
    this.blocks.set(parameter, blocks);
    append(blocks, payload);
  }

  /** As on the servers, a statement with too much stays refused until COM_STMT_RESET. @throws LONG_DATA_TOO_LARGE */
  check(): void {
    if (this.hasExcess) throw new FleetError('LONG_DATA_TOO_LARGE', {});
  }

  /** COM_STMT_SEND_LONG_DATA payloads that give the server the same values. */
  payloads(): Buffer[] {
    return [...this.blocks.values()].flat().map(({ memory, filled }) => memory.subarray(0, filled));
  }

  clear(): void {
    this.drop();
    this.hasExcess = false;
  }

  private drop(): void {
    this.account.bytes -= this.kept;
    this.kept = 0;
    this.blocks.clear();
  }
}

function dataIn(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { filled }) => sum + filled - HEAD_BYTES, 0);
}

function append(blocks: Block[], payload: Buffer): void {
  const last = blocks.at(-1);
  const data = payload.subarray(HEAD_BYTES);
  const fits = last === undefined ? 0 : last.memory.length - last.filled;
  if (last !== undefined) last.filled += data.copy(last.memory, last.filled, 0, fits);
  if (last !== undefined && data.length <= fits) return;
  const rest = data.subarray(fits);
  const room = Math.max(rest.length, Math.min(BLOCK_BYTES, 2 * (last?.filled ?? 0)));
  // Not from the shared pool: a small block would keep all of it.
  const memory = Buffer.allocUnsafeSlow(HEAD_BYTES + room);
  payload.copy(memory, 0, 0, HEAD_BYTES);
  blocks.push({ memory, filled: HEAD_BYTES + rest.copy(memory, HEAD_BYTES) });
}
