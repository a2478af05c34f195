// Bytes in order in memory, whatever the sizes in which they come and go.
import { describe, expect, it } from 'vitest';
import { ByteQueue } from '../../../src/proxy/byte-queue.js';

const KB = 1024;
const bytes = (length: number, seed: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 7 + seed * 31 + (i >> 8)) & 0xff));

describe('a byte queue', () => {
  it('gives out in order what came in, in pieces of the size that is asked for', () => {
    const sizes = [3, 5000, 1, 0, 17 * KB, 4 * KB, 4 * KB - 1, 2, 70 * KB, 9];
    const pieces = sizes.map(bytes);
    const queue = new ByteQueue();
    for (const piece of pieces) queue.push(piece);
    const all = Buffer.concat(pieces);
    expect(queue.length).toBe(all.length);
    const taken: Buffer[] = [];
    for (let max = 1; queue.length > 0; max = (max * 7) % 9973) taken.push(queue.take(max));
    expect(Buffer.concat(taken).equals(all)).toBe(true);
    expect(queue.take(10).length).toBe(0);
  });

  it('takes exactly what is asked for, where there is so much', () => {
    const queue = new ByteQueue();
    queue.push(bytes(5000, 1));
    queue.push(bytes(10, 2));
    expect([queue.take(4999).length, queue.take(5).length, queue.length]).toEqual([4999, 5, 6]);
  });

  it('keeps thousands of small pieces in few blocks, and its own copy of them', () => {
    const queue = new ByteQueue();
    const small = Buffer.from('0123456789');
    for (let i = 0; i < 10_000; i++) queue.push(small);
    small.fill(0x78);
    const pieces = queue.takePieces(Infinity);
    expect(pieces.length).toBeLessThan(10);
    expect(Buffer.concat(pieces).equals(Buffer.from('0123456789'.repeat(10_000)))).toBe(true);
  });

  it('goes on where it was when pieces are put back', () => {
    const queue = new ByteQueue();
    queue.push(bytes(9000, 1));
    queue.push(bytes(100, 2));
    const first = queue.takePieces(9050);
    queue.push(bytes(50, 3));
    queue.putBack(first);
    expect(queue.take(9150)).toEqual(Buffer.concat([bytes(9000, 1), bytes(100, 2), bytes(50, 3)]));
  });

  it('cuts a long piece without copying it', () => {
    const queue = new ByteQueue();
    const long = bytes(64 * KB, 1);
    queue.push(long);
    expect(queue.take(KB).buffer).toBe(long.buffer);
    expect(queue.take(KB)).toEqual(long.subarray(KB, 2 * KB));
  });

  it('is empty after it was cleared', () => {
    const queue = new ByteQueue();
    queue.push(bytes(9000, 1));
    queue.clear();
    expect([queue.length, queue.take(10).length]).toEqual([0, 0]);
  });
});
