// Bytes in order in memory, whatever the sizes in which they come and go, in blocks that are used again.
import { beforeEach, describe, expect, it } from 'vitest';
import { BLOCK_BYTES, Blocks } from '../../../src/proxy/spool/blocks.js';
import { ByteQueue, type Piece } from '../../../src/proxy/spool/byte-queue.js';

const KB = 1024;
const pattern = Buffer.from(Array.from({ length: 4099 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
const bytes = (length: number, seed: number): Buffer => Buffer.alloc(length, pattern.subarray(seed));
const joined = (pieces: readonly Piece[]): Buffer => Buffer.concat(pieces.map((piece) => piece.bytes));

let blocks: Blocks;
let queue: ByteQueue;
let handedOut: Set<ArrayBufferLike>;

beforeEach(() => {
  blocks = new Blocks();
  handedOut = new Set();
  const take = blocks.take.bind(blocks);
  blocks.take = () => {
    const block = take();
    handedOut.add(block.memory.buffer);
    return block;
  };
  queue = new ByteQueue(blocks);
});

describe('a byte queue', () => {
  it('gives out in order what came in, in pieces of at most the size that is asked for', () => {
    const pieces = [3, 5000, 1, 0, 17 * KB, 4 * KB, 4 * KB - 1, 2, 70 * KB, 9, 200 * KB].map(bytes);
    for (const piece of pieces) queue.push(piece);
    const all = Buffer.concat(pieces);
    expect(queue.length).toBe(all.length);
    const taken: Buffer[] = [];
    for (let max = 1; queue.length > 0; max = (max * 7) % 9973) {
      const piece = queue.take(max);
      if (piece === undefined) continue;
      expect(piece.bytes.length).toBeLessThanOrEqual(max);
      taken.push(Buffer.from(piece.bytes));
      queue.release(piece);
    }
    expect(Buffer.concat(taken).equals(all)).toBe(true);
    expect(queue.take(10)).toBeUndefined();
  });

  it('keeps a copy of its own', () => {
    const given = Buffer.from('0123456789');
    queue.push(given);
    given.fill(0x78);
    expect(joined(queue.takePieces(Infinity)).toString()).toBe('0123456789');
  });

  it('keeps thousands of small pieces in as many blocks as their bytes need', () => {
    for (let i = 0; i < 10_000; i++) queue.push(Buffer.from('0123456789'));
    const pieces = queue.takePieces(Infinity);
    expect(pieces.length).toBe(Math.ceil(100_000 / BLOCK_BYTES));
    expect(joined(pieces).toString()).toBe('0123456789'.repeat(10_000));
  });

  it('takes exactly what is asked for in pieces, where there is so much', () => {
    queue.push(bytes(150 * KB, 1));
    expect(joined(queue.takePieces(70 * KB))).toEqual(bytes(150 * KB, 1).subarray(0, 70 * KB));
    expect(queue.length).toBe(80 * KB);
  });

  it('goes on where it was when pieces are put back', () => {
    queue.push(bytes(9000, 1));
    queue.push(bytes(100, 2));
    const first = queue.takePieces(9050);
    queue.push(bytes(50, 3));
    queue.putBack(first);
    expect(joined(queue.takePieces(Infinity))).toEqual(
      Buffer.concat([bytes(9000, 1), bytes(100, 2), bytes(50, 3)]),
    );
  });

  it('is empty after it was cleared', () => {
    queue.push(bytes(9000, 1));
    queue.clear();
    expect([queue.length, queue.take(10)]).toEqual([0, undefined]);
  });

  it('needs no more memory for much than for what is in it at a time', () => {
    for (let i = 0; i < 200; i++) {
      queue.push(bytes(100 * KB, i));
      const pieces = queue.takePieces(Infinity);
      expect(joined(pieces).equals(bytes(100 * KB, i))).toBe(true);
      for (const piece of pieces) queue.release(piece);
    }
    expect(handedOut.size).toBe(2);
  });

  it('leaves what was taken as it is until it is released, whatever comes meanwhile', () => {
    queue.push(bytes(3 * BLOCK_BYTES + 5, 1));
    const taken = queue.takePieces(2 * BLOCK_BYTES + 7);
    const other = new ByteQueue(blocks);
    for (let i = 0; i < 8; i++) {
      queue.push(bytes(40 * KB, i));
      other.push(bytes(40 * KB, i));
      const [piece] = queue.takePieces(40 * KB);
      if (piece !== undefined) queue.release(piece);
    }
    expect(joined(taken)).toEqual(bytes(3 * BLOCK_BYTES + 5, 1).subarray(0, 2 * BLOCK_BYTES + 7));
  });
});
