// Packets: a three-byte length, a sequence number, a payload; longer payloads go on in the next packet.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html

import { FleetError } from '../errors.js';
import { MAX_PACKET_PAYLOAD, PACKET_HEADER_BYTES } from './constants.js';
import { Gathering } from './gathering.js';

/** A payload as packets, numbered from `sequence` on (0..255, wrapping). Payloads of 2^24-1 bytes and more are split. */
export function frame(payload: Buffer, sequence: number): Buffer {
  if (payload.length < MAX_PACKET_PAYLOAD) return Buffer.concat([header(payload.length, sequence), payload]);
  const parts: Buffer[] = [];
  for (let at = 0; ; at += MAX_PACKET_PAYLOAD, sequence++) {
    const part = payload.subarray(at, at + MAX_PACKET_PAYLOAD);
    parts.push(header(part.length, sequence), part);
    if (part.length < MAX_PACKET_PAYLOAD) return Buffer.concat(parts);
  }
}

function header(length: number, sequence: number): Buffer {
  const bytes = Buffer.allocUnsafe(PACKET_HEADER_BYTES);
  bytes.writeUIntLE(length, 0, 3);
  bytes[3] = sequence & 0xff;
  return bytes;
}

/** One logical packet: a payload that may have come in several packets. */
export interface Frame {
  /** Sequence number of its first packet. */
  readonly sequence: number;
  /** Sequence number of its last packet. */
  readonly lastSequence: number;
  readonly payload: Buffer;
  /** Bytes of a payload that was over the limit and has been skipped (`payload` is empty then); else 0. */
  readonly oversized: number;
}

/** The packet that is coming in. `left` bytes of it are still to come; `full` says that the payload goes on in the next. */
interface Part {
  left: number;
  readonly full: boolean;
}

/**
 * Puts a stream of bytes together to logical packets. A packet that is not whole costs hardly more memory than those of its
 * bytes that have come, however small the pieces; one that came whole is given out as a part of its chunk, without a copy.
 */
export class FrameReader {
  private chunks: Buffer[] = [];
  private part: Part | null = null;
  private readonly body = new Gathering();
  private bodyBytes = 0;
  private firstSequence = 0;
  private lastSequence = 0;
  private continues = false;
  private discarding = false;

  /** Every packet is given out by itself, as in the client's local file, whose packets are no parts of anything. */
  separate = false;

  /** @param maxPayload bytes of a logical packet, past which it is skipped as it comes in */
  constructor(public maxPayload: number) {}

  /** Bytes of the packet that is coming in, as far as it is announced, where that is over the limit; else 0. */
  get excess(): number {
    return this.discarding ? this.bodyBytes + (this.part?.left ?? 0) : 0;
  }

  push(chunk: Buffer): void {
    if (chunk.length > 0) this.chunks.push(chunk);
  }

  /**
   * The next logical packet, or null until more bytes come.
   * @throws PACKETS_OUT_OF_ORDER when a continuation does not carry the next sequence number
   */
  next(): Frame | null {
    for (;;) {
      const part = this.part ?? this.startPart();
      if (part === null) return null;
      this.part = part;
      this.fill(part);
      if (part.left > 0) return null;
      this.part = null;
      this.continues = part.full;
      if (!part.full) return this.finish();
    }
  }

  /** Takes everything that was pushed and not given out, e.g. to hand it to TLS. */
  takeRest(): Buffer {
    const rest = Buffer.concat(this.chunks);
    this.chunks = [];
    return rest;
  }

  private startPart(): Part | null {
    const head = this.takeHeader();
    if (head === null) return null;
    const length = head.readUIntLE(0, 3);
    const sequence = head.readUInt8(3);
    if (!this.continues) this.firstSequence = sequence;
    else if (sequence !== ((this.lastSequence + 1) & 0xff)) throw new FleetError('PACKETS_OUT_OF_ORDER', {});
    this.lastSequence = sequence;
    if (this.bodyBytes + length > this.maxPayload) {
      this.discarding = true;
      this.body.clear();
    }
    return { left: length, full: length === MAX_PACKET_PAYLOAD && !this.separate };
  }

  private takeHeader(): Buffer | null {
    while ((this.chunks[0]?.length ?? 0) < PACKET_HEADER_BYTES) {
      const [first, second, ...rest] = this.chunks;
      if (first === undefined || second === undefined) return null;
      this.chunks = [Buffer.concat([first, second]), ...rest];
    }
    return this.take(PACKET_HEADER_BYTES);
  }

  private fill(part: Part): void {
    while (part.left > 0) {
      const taken = this.take(part.left);
      if (taken === null) return;
      part.left -= taken.length;
      this.bodyBytes += taken.length;
      if (!this.discarding) this.body.push(taken, part.full ? MAX_PACKET_PAYLOAD : part.left);
    }
  }

  /** At most `length` bytes from the first chunk; null when there is none. */
  private take(length: number): Buffer | null {
    const first = this.chunks[0];
    if (first === undefined) return null;
    if (first.length <= length) {
      this.chunks.shift();
      return first;
    }
    this.chunks[0] = first.subarray(length);
    return first.subarray(0, length);
  }

  private finish(): Frame {
    const frame = {
      sequence: this.firstSequence,
      lastSequence: this.lastSequence,
      payload: this.body.take(),
      oversized: this.discarding ? this.bodyBytes : 0,
    };
    this.bodyBytes = 0;
    this.discarding = false;
    return frame;
  }
}
