// What goes to a client: all of it, in order, as fast as the client takes it, and not for ever.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClientOutput } from '../../../src/proxy/client/client-output.js';
import { memoryOnly } from '../../../src/proxy/spool/spool.js';
import { settle, stubSocket, type StubSocket } from './stub-socket.js';

const KB = 1024;
const stallMs = 5_000;

let stub: StubSocket;
let stalls: number;
let output: ClientOutput;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  stub = stubSocket();
  stalls = 0;
  output = new ClientOutput(stub.socket, { spool: memoryOnly(1000 * KB), stallMs }, () => stalls++);
});
afterEach(() => {
  stub.socket.destroy();
  vi.useRealTimers();
});

/** `bytes` bytes, no two stretches alike. */
const bytes = (length: number, seed: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 7 + seed * 31 + (i >> 8)) & 0xff));

/** The other end takes piece after piece until nothing is left. */
async function takeEverything(): Promise<void> {
  do await settle();
  while (stub.take());
}

describe('bytes', () => {
  it('arrive in order, whatever their sizes', async () => {
    const sizes = [10, 300 * KB, 1, 64 * KB, 0, 64 * KB + 1, 5, 700 * KB];
    const pieces = sizes.map((size, i) => bytes(size, i));
    for (const piece of pieces) output.push(piece);
    await takeEverything();
    expect(stub.written().equals(Buffer.concat(pieces))).toBe(true);
  });

  it('are handed over at once where nothing waits', () => {
    output.push(Buffer.from('now'));
    expect(stub.written().toString()).toBe('now');
  });

  it('are handed to the socket some at a time, so that the rest can be counted', async () => {
    output.push(bytes(2000 * KB, 1));
    await settle();
    expect(stub.written().length).toBe(64 * KB);
    stub.take();
    await settle();
    expect(stub.written().length).toBe(128 * KB);
  });

  it('are dropped when the client is gone', async () => {
    stub.socket.destroy();
    await settle();
    output.push(Buffer.from('late'));
    expect([stub.written().length, output.full]).toEqual([0, false]);
  });
});

describe('an output that is full', () => {
  it('says so past its buffer, and when there is room again', async () => {
    let room = 0;
    output.push(bytes(64 * KB, 1));
    output.push(bytes(1000 * KB, 2));
    expect(output.full).toBe(false);
    output.push(bytes(1, 3));
    expect(output.full).toBe(true);
    output.onRoom(() => room++);
    await settle();
    expect(room).toBe(0);
    stub.take();
    await settle();
    expect([room, output.full]).toEqual([1, false]);
    await takeEverything();
    expect(room).toBe(1);
  });

  it('has room when the client is gone', async () => {
    let room = 0;
    output.push(bytes(2000 * KB, 1));
    output.onRoom(() => room++);
    stub.socket.destroy();
    await settle();
    expect([room, output.full]).toEqual([1, false]);
  });

  it('has room at once where it was never full', () => {
    let room = 0;
    output.onRoom(() => room++);
    expect(room).toBe(1);
  });
});

describe('the end of the output', () => {
  it('is told once everything was taken', async () => {
    let flushed = 0;
    output.push(bytes(300 * KB, 1));
    output.onFlushed(() => flushed++);
    await settle();
    stub.take();
    await settle();
    expect(flushed).toBe(0);
    await takeEverything();
    expect(flushed).toBe(1);
  });

  it('is told at once where nothing waits, and when the client is gone', async () => {
    let flushed = 0;
    output.onFlushed(() => flushed++);
    expect(flushed).toBe(1);
    output.push(bytes(300 * KB, 1));
    output.onFlushed(() => flushed++);
    stub.socket.destroy();
    await settle();
    expect(flushed).toBe(2);
  });
});

describe('a client that takes nothing', () => {
  it('is given up after its time, and not before', () => {
    output.push(bytes(10, 1));
    vi.advanceTimersByTime(stallMs - 1);
    expect(stalls).toBe(0);
    vi.advanceTimersByTime(1);
    expect(stalls).toBe(1);
  });

  it('is not given up as long as it takes something now and then', async () => {
    output.push(bytes(1000 * KB, 1));
    for (let i = 0; i < 3; i++) {
      await settle();
      vi.advanceTimersByTime(stallMs - 1);
      stub.take();
    }
    await settle();
    expect(stalls).toBe(0);
    vi.advanceTimersByTime(stallMs);
    expect(stalls).toBe(1);
  });

  it('is not one that has taken everything, or that is gone', async () => {
    output.push(bytes(10, 1));
    await takeEverything();
    vi.advanceTimersByTime(10 * stallMs);
    output.push(bytes(10, 2));
    stub.socket.destroy();
    await settle();
    vi.advanceTimersByTime(10 * stallMs);
    expect(stalls).toBe(0);
  });
});
