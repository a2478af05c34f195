// Packets in a stream of bytes, before they are put together.

import { PACKET_HEADER_BYTES } from './constants.js';

/** The packet that begins at `at`, header and all; null where its end is not there yet. */
export function wholePacket(bytes: Buffer, at: number): Buffer | null {
  if (bytes.length - at < PACKET_HEADER_BYTES) return null;
  const end = at + PACKET_HEADER_BYTES + bytes.readUIntLE(at, 3);
  return end <= bytes.length ? bytes.subarray(at, end) : null;
}

/** How many more bytes tell how to go on: the header, then the first byte, then the rest of the packet. */
export function missingBytes(held: Buffer): number {
  if (held.length < PACKET_HEADER_BYTES) return PACKET_HEADER_BYTES - held.length;
  const length = held.readUIntLE(0, 3);
  return held.length === PACKET_HEADER_BYTES ? 1 : PACKET_HEADER_BYTES + length - held.length;
}

/** One piece for all of them, so that a long filling takes no memory. */
const ZEROS = Buffer.alloc(64 * 1024);

/** So many zeros, in pieces. */
export function* zeros(length: number): Iterable<Buffer> {
  for (let left = length; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, left);
}
