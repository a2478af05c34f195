// Bytes in order, in memory: pushed in pieces of any size, taken in pieces of the taker's.

/** Pieces below this are copied together: a thousand small buffers cost far more than their bytes. */
const SMALL_BYTES = 4 * 1024;
const BLOCK_BYTES = 16 * 1024;

export class ByteQueue {
  private readonly pieces: Buffer[] = [];
  /** What is left of the block into which small pieces are copied. */
  private spare = Buffer.alloc(0);
  private bytes = 0;

  get length(): number {
    return this.bytes;
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.bytes += bytes.length;
    if (bytes.length >= SMALL_BYTES) this.pieces.push(bytes);
    else this.copyIn(bytes);
  }

  /** Puts pieces back in front of all others. */
  putBack(pieces: readonly Buffer[]): void {
    this.bytes += sizeOf(pieces);
    this.pieces.unshift(...pieces);
  }

  /** Takes up to `max` bytes, all that there are where they are fewer. */
  take(max: number): Buffer {
    const taken = this.takePieces(max);
    const [only] = taken;
    return taken.length === 1 && only !== undefined ? only : Buffer.concat(taken);
  }

  /** The same in the pieces in which they are; a piece that is too long is cut, not copied. */
  takePieces(max: number): readonly Buffer[] {
    const taken: Buffer[] = [];
    let size = 0;
    while (size < max) {
      const first = this.pieces[0];
      if (first === undefined) break;
      const room = max - size;
      if (first.length <= room) this.pieces.shift();
      else this.pieces[0] = first.subarray(room);
      taken.push(first.subarray(0, room));
      size += Math.min(room, first.length);
    }
    this.bytes -= size;
    return taken;
  }

  clear(): void {
    this.pieces.length = 0;
    this.bytes = 0;
  }

  private copyIn(bytes: Buffer): void {
    if (this.spare.length < bytes.length) this.spare = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    bytes.copy(this.spare);
    const copy = this.spare.subarray(0, bytes.length);
    this.spare = this.spare.subarray(bytes.length);
    const last = this.pieces.at(-1);
    if (last === undefined || !isFollowedBy(last, copy)) this.pieces.push(copy);
    else this.pieces[this.pieces.length - 1] = joined(last, copy);
  }
}

export function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Whether `next` lies right behind `bytes` in the same block. */
function isFollowedBy(bytes: Buffer, next: Buffer): boolean {
  return bytes.buffer === next.buffer && bytes.byteOffset + bytes.length === next.byteOffset;
}

function joined(bytes: Buffer, next: Buffer): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length + next.length);
}
