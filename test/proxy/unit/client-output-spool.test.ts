// What clients do not take: in memory up to a bound for all of them, then on disk, and in order all the same.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientOutput } from '../../../src/proxy/client/client-output.js';
import { Spool } from '../../../src/proxy/spool/spool.js';
import { until } from '../../support/until.js';
import { fakeDisk, type FakeDisk } from './fake-spool-files.js';
import { settle, stubSocket, type StubSocket } from './stub-socket.js';

const KB = 1024;
const MB = 1024 * KB;

let disk: FakeDisk;
let spool: Spool;
let troubles: string[];
let stubs: StubSocket[];

beforeEach(() => {
  disk = fakeDisk();
  troubles = [];
  stubs = [];
  spool = spoolOf(2 * MB, 64 * MB);
});
afterEach(() => {
  for (const { socket } of stubs) socket.destroy();
});

const spoolOf = (memoryBytes: number, diskBytes: number): Spool =>
  new Spool({ memoryBytes, diskBytes }, disk, ({ message }) => void troubles.push(message));

/** A client and what goes to it; it takes nothing unless `eager`. */
function client(eager = false): { stub: StubSocket; output: ClientOutput } {
  const stub = stubSocket(eager);
  stubs.push(stub);
  return { stub, output: new ClientOutput(stub.socket, { spool, stallMs: 60_000 }, () => undefined) };
}

const bytes = (length: number, seed: number): Buffer => {
  const block = Buffer.from(Array.from({ length: 4099 }, (_, i) => (i * 7 + seed * 31) & 0xff));
  return Buffer.alloc(length, block);
};

/** Pushes a reply in pieces, as the backend would send it; answers with all of it. */
async function pushReply(output: ClientOutput, length: number): Promise<Buffer> {
  const reply = bytes(length, length);
  for (let at = 0; at < length; at += 60_000) {
    output.push(reply.subarray(at, at + 60_000));
    if (output.full) await new Promise<void>((resolve) => output.onRoom(resolve));
    else if (at % 600_000 === 0) await settle();
  }
  return reply;
}

const taken = ({ stub, output }: ReturnType<typeof client>): Promise<void> => {
  stub.takeAll();
  return new Promise((resolve) => output.onFlushed(resolve));
};

describe('a reply that its client does not take', () => {
  it('arrives whole and in order, from memory and from many files', async () => {
    const slow = client();
    const reply = await pushReply(slow.output, 20 * MB);
    await until('memory is within its bound', () => spool.inMemory <= 2 * MB);
    expect(slow.output.waiting.disk).toBeGreaterThan(17 * MB);
    expect(slow.output.waiting.disk + slow.output.waiting.memory).toBeGreaterThan(19 * MB);
    expect(disk.open).toBeGreaterThan(2);
    await taken(slow);
    expect(slow.stub.written().equals(reply)).toBe(true);
    expect([disk.open, spool.onDisk, spool.inMemory]).toEqual([0, 0, 0]);
  });

  it('stays off the disk as long as it fits into memory', async () => {
    const slow = client();
    const reply = await pushReply(slow.output, MB);
    await settle();
    expect([disk.total, slow.output.full]).toEqual([0, false]);
    await taken(slow);
    expect(slow.stub.written().equals(reply)).toBe(true);
  });

  it('gives room on disk free piece by piece', async () => {
    const slow = client();
    const reply = await pushReply(slow.output, 40 * MB);
    const before = spool.onDisk;
    slow.stub.takeAll();
    await until('half of it was taken', () => slow.stub.size() > 20 * MB);
    expect(spool.onDisk).toBeLessThan(before - 10 * MB);
    await taken(slow);
    expect(slow.stub.written().equals(reply)).toBe(true);
  });

  it('arrives in order when it is read while it is still being written', async () => {
    const both = client(true);
    disk.stall();
    both.stub.hold();
    const reply = bytes(6 * MB, 1);
    both.output.push(reply.subarray(0, 3 * MB));
    await settle();
    both.stub.takeAll();
    both.output.push(reply.subarray(3 * MB));
    await settle();
    disk.flow();
    await taken(both);
    expect(both.stub.written().equals(reply)).toBe(true);
  });

  it('is given up with its client, in whatever it is', async () => {
    for (const stage of ['being written', 'on disk', 'being read'] as const) {
      const slow = client();
      if (stage === 'being written') disk.stall();
      slow.output.push(bytes(5 * MB, 1));
      await settle();
      if (stage !== 'being written') await until('it is on disk', () => slow.output.waiting.disk > 2 * MB);
      if (stage === 'being read') slow.stub.take();
      slow.stub.socket.destroy();
      disk.flow();
      await until('nothing is left', () => disk.open === 0 && spool.inMemory === 0 && spool.onDisk === 0);
      expect([stage, slow.output.isBehind, troubles]).toEqual([stage, false, []]);
    }
  });
});

describe('the backend', () => {
  it('is held up only while the disk is slower, and memory stays within its bound', async () => {
    const slow = client();
    disk.stall();
    let pushed = 0;
    while (!slow.output.full) {
      slow.output.push(bytes(60_000, 1));
      pushed += 60_000;
    }
    expect(pushed).toBeGreaterThan(2 * MB);
    expect(spool.inMemory).toBeLessThan(2 * MB + 64 * KB);
    const room = new Promise<void>((resolve) => slow.output.onRoom(resolve));
    disk.flow();
    await room;
    expect(slow.output.full).toBe(false);
  });

  it('is not held up by many clients that are a little behind each', async () => {
    const replies: Buffer[] = [];
    const clients = Array.from({ length: 12 }, () => client());
    for (const { output } of clients) {
      replies.push(await pushReply(output, 400_000));
      await until('there is room', () => !output.full);
    }
    expect(spool.onDisk).toBeGreaterThan(MB);
    for (const [i, each] of clients.entries()) {
      await taken(each);
      expect([i, each.stub.written().equals(replies[i] ?? Buffer.alloc(0))]).toEqual([i, true]);
    }
  });

  it('is held up at the limit of the disk, until the client takes something', async () => {
    spool = spoolOf(2 * MB, 4 * MB);
    const slow = client();
    while (!slow.output.full) {
      slow.output.push(bytes(60_000, 1));
      await settle();
    }
    expect(spool.onDisk).toBe(4 * MB);
    let hasRoom = false;
    slow.output.onRoom(() => (hasRoom = true));
    await settle();
    expect(hasRoom).toBe(false);
    slow.stub.takeAll();
    await until('there is room', () => hasRoom);
  });

  it('is held up past the memory where there is no disk', () => {
    spool = spoolOf(2 * MB, 0);
    const slow = client();
    while (!slow.output.full) slow.output.push(bytes(60_000, 1));
    expect(spool.inMemory).toBeLessThan(2 * MB + 64 * KB);
    expect(disk.total).toBe(0);
  });
});

describe('a client that keeps up', () => {
  it('meets neither the disk nor a pause, whatever the others have left', async () => {
    const slow = client();
    await pushReply(slow.output, 30 * MB);
    await until('memory is within its bound', () => spool.inMemory <= 2 * MB);
    const quick = client(true);
    const reply = bytes(5 * MB, 1);
    for (let at = 0; at < reply.length; at += 600_000) {
      for (let n = 0; n < 10; n++)
        quick.output.push(reply.subarray(at + n * 60_000, Math.min(at + (n + 1) * 60_000, at + 600_000)));
      await settle();
      // Nothing but what the other has left is on disk.
      expect([quick.output.full, spool.onDisk]).toEqual([false, slow.output.waiting.disk]);
    }
    await taken(quick);
    expect(quick.stub.written().equals(reply)).toBe(true);
  });

  it('goes on when others have used up all there is', async () => {
    spool = spoolOf(2 * MB, 4 * MB);
    const slow = client();
    while (!slow.output.full) {
      slow.output.push(bytes(60_000, 1));
      await settle();
    }
    const quick = client(true);
    const reply = await pushReply(quick.output, 5 * MB);
    await taken(quick);
    expect(quick.stub.written().equals(reply)).toBe(true);
  });
});

describe('a disk that is full', () => {
  it('fails the client that needs it, holds nobody up, and loses nothing that was kept', async () => {
    disk.room = 5 * MB;
    const slow = client();
    const pieces: Buffer[] = [];
    for (let i = 0; slow.output.failure === null; i++) {
      pieces.push(bytes(60_000, i));
      slow.output.push(bytes(60_000, i));
      await settle();
    }
    expect(slow.output.failure.message).toContain('ENOSPC');
    expect([slow.output.full, troubles.length]).toEqual([false, 1]);
    await taken(slow);
    expect(slow.stub.written().equals(Buffer.concat(pieces))).toBe(true);
    expect([disk.open, slow.output.failure]).toEqual([0, null]);
  });

  it('wakes who waits for room', async () => {
    const slow = client();
    disk.stall();
    while (!slow.output.full) slow.output.push(bytes(60_000, 1));
    disk.room = 0;
    const room = new Promise<void>((resolve) => slow.output.onRoom(resolve));
    disk.flow();
    await room;
    expect(slow.output.failure).not.toBeNull();
  });

  it('means nothing to a client that keeps up', async () => {
    disk.room = 0;
    const slow = client();
    while (slow.output.failure === null) {
      slow.output.push(bytes(60_000, 1));
      await settle();
    }
    const quick = client(true);
    const reply = await pushReply(quick.output, 5 * MB);
    await taken(quick);
    expect([quick.output.failure, quick.stub.written().equals(reply)]).toEqual([null, true]);
  });

  it('is noticed when more comes than may be kept', async () => {
    disk.room = 0;
    const slow = client();
    slow.output.push(bytes(3 * MB, 1));
    await until('it failed', () => slow.output.failure);
    slow.output.push(bytes(15 * MB, 1));
    expect(slow.output.bursting).toBe(false);
    slow.output.push(bytes(5 * MB, 1));
    expect(slow.output.bursting).toBe(true);
  });
});

describe('a disk that gives back nothing', () => {
  it('ends the client, who would misread what comes behind', async () => {
    const slow = client();
    slow.output.push(bytes(8 * MB, 1));
    await until('it is on disk', () => slow.output.waiting.disk > 5 * MB);
    disk.spoil();
    slow.stub.takeAll();
    await until('the client is ended', () => slow.stub.socket.destroyed);
    await until('the files are gone', () => disk.open === 0);
    expect(troubles).toEqual(['EIO: i/o error, read']);
  });
});

describe('a client that is behind', () => {
  it('is told once it has caught up', async () => {
    const slow = client();
    let caughtUp = 0;
    slow.output.onCaughtUp(() => caughtUp++);
    expect(caughtUp).toBe(1);
    slow.output.push(bytes(5 * MB, 1));
    slow.output.onCaughtUp(() => caughtUp++);
    await until('it is on disk', () => slow.output.waiting.disk > 2 * MB);
    slow.stub.take();
    await settle();
    expect([caughtUp, slow.output.isBehind]).toEqual([1, true]);
    await taken(slow);
    expect([caughtUp, slow.output.isBehind]).toEqual([2, false]);
  });

  it('is over with its connection', async () => {
    const slow = client();
    slow.output.push(bytes(5 * MB, 1));
    let caughtUp = 0;
    slow.output.onCaughtUp(() => caughtUp++);
    slow.stub.socket.destroy();
    await settle();
    expect([caughtUp, slow.output.isBehind, spool.inMemory]).toEqual([1, false, 0]);
  });
});
