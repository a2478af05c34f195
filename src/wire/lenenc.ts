// Reading and writing the protocol's basic types.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_data_types.html

import { FleetError } from '../errors.js';

/** Reads basic types from a packet's payload, in order. Every method throws MALFORMED_PACKET when the payload is too short. */
export class PayloadReader {
  constructor(
    private readonly payload: Buffer,
    private at = 0,
  ) {}

  get remaining(): number {
    return this.payload.length - this.at;
  }

  peek(): number | undefined {
    return this.payload[this.at];
  }

  int(bytes: 1 | 2 | 3 | 4): number {
    const from = this.advance(bytes);
    return this.payload.readUIntLE(from, bytes);
  }

  /** Length-encoded integer; null for 0xFB, which stands for SQL NULL. */
  lenencOrNull(): number | bigint | null {
    const first = this.int(1);
    if (first < 0xfb) return first;
    if (first === 0xfb) return null;
    if (first === 0xfc) return this.int(2);
    if (first === 0xfd) return this.int(3);
    if (first === 0xff) throw malformed('a length that begins with 0xFF');
    const from = this.advance(8);
    const value = this.payload.readBigUInt64LE(from);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  lenenc(): number | bigint {
    const value = this.lenencOrNull();
    if (value === null) throw malformed('NULL where a number must be');
    return value;
  }

  lenencBytes(): Buffer {
    const length = this.lenenc();
    if (typeof length === 'bigint') throw malformed('a length beyond 2^53');
    return this.bytes(length);
  }

  lenencString(encoding: BufferEncoding = 'utf8'): string {
    return this.lenencBytes().toString(encoding);
  }

  bytes(length: number): Buffer {
    const from = this.advance(length);
    return this.payload.subarray(from, from + length);
  }

  /** Up to the next NUL, which is consumed; to the end where there is none. */
  nulBytes(): Buffer {
    const nul = this.payload.indexOf(0, this.at);
    const end = nul < 0 ? this.payload.length : nul;
    const found = this.payload.subarray(this.at, end);
    this.at = nul < 0 ? end : nul + 1;
    return found;
  }

  nulString(): string {
    return this.nulBytes().toString('utf8');
  }

  rest(): Buffer {
    return this.bytes(this.remaining);
  }

  private advance(length: number): number {
    const from = this.at;
    if (length > this.payload.length - from) {
      throw malformed(`${length} bytes wanted, ${this.payload.length - from} left`);
    }
    this.at = from + length;
    return from;
  }
}

export function malformed(detail: string): FleetError<'MALFORMED_PACKET'> {
  return new FleetError('MALFORMED_PACKET', { detail });
}

/** Unsigned integer of `bytes` bytes (1 to 4), little endian. */
export function int(value: number, bytes: 1 | 2 | 3 | 4): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

/** Length-encoded integer, 0..2^64-1. */
export function lenencInt(value: number | bigint): Buffer {
  if (value < 0xfb) return Buffer.from([Number(value)]);
  if (value <= 0xffff) return Buffer.concat([Buffer.from([0xfc]), int(Number(value), 2)]);
  if (value <= 0xffffff) return Buffer.concat([Buffer.from([0xfd]), int(Number(value), 3)]);
  const buffer = Buffer.allocUnsafe(9);
  buffer[0] = 0xfe;
  buffer.writeBigUInt64LE(BigInt(value), 1);
  return buffer;
}

/** Length-encoded string; null becomes SQL NULL. */
export function lenencString(value: string | Buffer | null): Buffer {
  if (value === null) return Buffer.from([0xfb]);
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([lenencInt(bytes.length), bytes]);
}

/** NUL-terminated string. */
export function nulString(value: string | Buffer): Buffer {
  return Buffer.concat([typeof value === 'string' ? Buffer.from(value, 'utf8') : value, Buffer.from([0])]);
}
