// Bytes in order, in memory: pushed in pieces of any size, taken in pieces that lie in one block.

import { BLOCK_BYTES, type Block, type Blocks } from './blocks.js';

/** Bytes that were taken, and are to be released once they have been used. */
export interface Piece {
  readonly bytes: Buffer;
  readonly block: Block;
}

export class ByteQueue {
  private readonly pieces: Piece[] = [];
  /** The block that is being filled. */
  private last: Block | null = null;
  private bytes = 0;

  constructor(private readonly blocks: Blocks) {}

  get length(): number {
    return this.bytes;
  }

  /** Keeps a copy. */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const block = this.roomyBlock();
      const from = block.filled;
      const length = Math.min(bytes.length - at, BLOCK_BYTES - from);
      bytes.copy(block.memory, from, at, at + length);
      block.filled += length;
      this.append(block, from);
      at += length;
    }
    this.bytes += bytes.length;
  }

  /** Puts pieces back in front of all others. */
  putBack(pieces: readonly Piece[]): void {
    this.bytes += sizeOf(pieces);
    this.pieces.unshift(...pieces);
  }

  /** The next bytes in one piece, at most `max`; undefined when there are none. */
  take(max: number): Piece | undefined {
    const [first] = this.pieces;
    if (first === undefined || max <= 0) return undefined;
    const { bytes, block } = first;
    if (bytes.length <= max) this.pieces.shift();
    else this.pieces[0] = { bytes: bytes.subarray(max), block };
    const taken = { bytes: bytes.subarray(0, max), block };
    this.bytes -= taken.bytes.length;
    return taken;
  }

  /** As many pieces as `max` bytes are in. */
  takePieces(max: number): readonly Piece[] {
    const taken: Piece[] = [];
    let left = max;
    for (let piece = this.take(left); piece !== undefined; piece = this.take(left)) {
      taken.push(piece);
      left -= piece.bytes.length;
    }
    return taken;
  }

  /** What was taken has been used: its memory is free for others. */
  release({ bytes, block }: Piece): void {
    block.released += bytes.length;
    if (block.released < block.filled) return;
    if (block === this.last) this.last = null;
    this.blocks.give(block);
  }

  clear(): void {
    for (const piece of this.takePieces(this.bytes)) this.release(piece);
  }

  private roomyBlock(): Block {
    if (this.last === null || this.last.filled === BLOCK_BYTES) this.last = this.blocks.take();
    return this.last;
  }

  /** The bytes of `block` from `from` on are the newest; they are one piece with those before them. */
  private append(block: Block, from: number): void {
    const before = this.pieces.at(-1);
    const follows = before?.block === block && endOf(before) === from;
    const start = follows ? from - before.bytes.length : from;
    const piece = { bytes: block.memory.subarray(start, block.filled), block };
    if (follows) this.pieces[this.pieces.length - 1] = piece;
    else this.pieces.push(piece);
  }
}

export function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** Where in its block the piece ends. */
function endOf({ bytes, block }: Piece): number {
  return bytes.byteOffset - block.memory.byteOffset + bytes.length;
}
