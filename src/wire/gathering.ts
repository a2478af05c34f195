// A payload while it comes in: its pieces, joined once it is whole.

/** Pieces from this size on are kept as they came; smaller ones are copied together. */
const KEPT_BYTES = 2 * 1024;
const BLOCK_BYTES = 16 * 1024;

/**
 * Gathers the pieces of a payload. A sender decides how small they are: a byte at a time must cost hardly more than a byte,
 * while a payload of many megabytes in pieces of the usual size is copied only once, when it is joined.
 */
export class Gathering {
  private pieces: Buffer[] = [];
  /** Where small pieces are copied together; `filled` bytes of it are taken, those from `from` on by the last piece. */
  private block: Buffer = Buffer.alloc(0);
  private filled = 0;
  private from = 0;

  /** @param expected bytes that are still to come behind the piece */
  push(piece: Buffer, expected: number): void {
    // The whole payload in one piece, or the end of one: nothing small will follow it.
    if (piece.length >= KEPT_BYTES || expected === 0) {
      this.closeBlock();
      this.pieces.push(piece);
      return;
    }
    for (let at = 0; at < piece.length;) {
      if (this.filled === this.block.length) this.openBlock(piece.length - at + expected);
      const length = Math.min(piece.length - at, this.block.length - this.filled);
      piece.copy(this.block, this.filled, at, at + length);
      this.filled += length;
      at += length;
    }
  }

  /** What was gathered, in one piece; nothing is left. */
  take(): Buffer {
    this.closeBlock();
    const [only, ...more] = this.pieces;
    const whole = only !== undefined && more.length === 0 ? only : Buffer.concat(this.pieces);
    this.clear();
    return whole;
  }

  clear(): void {
    this.pieces = [];
    this.block = Buffer.alloc(0);
    this.filled = this.from = 0;
  }

  private openBlock(wanted: number): void {
    this.closeBlock();
    this.block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, wanted));
    this.filled = this.from = 0;
  }

  /** What the block has so far is a piece of its own; the rest of it is for what comes later. */
  private closeBlock(): void {
    if (this.filled > this.from) this.pieces.push(this.block.subarray(this.from, this.filled));
    this.from = this.filled;
  }
}
