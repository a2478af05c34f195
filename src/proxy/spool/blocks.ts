// Blocks of memory that are used again and again: as garbage, as many as a large reply takes would be collected too late.

export const BLOCK_BYTES = 64 * 1024;

/** Free blocks that are kept for the next who needs one; what is beyond that is given up. */
const MOST_FREE = 64;

/** A block and what is in it, from its beginning on. */
export interface Block {
  readonly memory: Buffer;
  /** Bytes that were put in. */
  filled: number;
  /** Bytes of them that nobody needs any more. */
  released: number;
}

/** The free blocks of an instance. */
export class Blocks {
  private readonly free: Buffer[] = [];

  take(): Block {
    return { memory: this.free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES), filled: 0, released: 0 };
  }

  /** The block is whoever's is next: nothing may read it any more. */
  give({ memory }: Block): void {
    if (this.free.length < MOST_FREE) this.free.push(memory);
  }
}
