// A backend's reply on its way to a client that does not take it: when the backend waits, and how the reply ends.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackendConnection } from '../../../src/proxy/backend/backend-connection.js';
import { ClientChannel } from '../../../src/proxy/client/client-channel.js';
import { ClientReply } from '../../../src/proxy/turn/client-reply.js';
import { Spool } from '../../../src/proxy/spool/spool.js';
import { ReplyTracker } from '../../../src/wire/reply-tracker.js';
import {
  createSplitter,
  errorPayload,
  readError,
  toPackets,
  type RawPacket,
} from '../../support/raw-packets.js';
import { bytesOf, resultSet } from '../../wire/reply-samples.js';
import { fakeDisk, type FakeDisk } from './fake-spool-files.js';
import { settle, stubSocket, type StubSocket } from './stub-socket.js';

const MB = 1024 * 1024;
const interrupted = errorPayload({
  errno: 1317,
  sqlState: '70100',
  message: 'Query execution was interrupted',
});

let disk: FakeDisk;
let stub: StubSocket;
let spool: Spool;
let isPaused: boolean;
let reply: ClientReply;
let tracker: ReplyTracker;

beforeEach(() => {
  disk = fakeDisk();
  stub = stubSocket();
  isPaused = false;
  spool = new Spool({ memoryBytes: MB, diskBytes: 8 * MB }, disk, () => undefined);
  const connection = { pause: () => (isPaused = true), resume: () => (isPaused = false) };
  const channel = new ClientChannel(stub.socket, { spool, stallMs: 60_000 });
  reply = new ClientReply(channel, connection as unknown as BackendConnection, true);
  tracker = new ReplyTracker('query', 0, false, { forward: (bytes) => reply.forward(bytes) });
  reply.follow(tracker);
});
afterEach(() => stub.socket.destroy());

/** Feeds bytes as a socket brings them, until the backend is to wait. Answers with how many it took. */
async function feed(bytes: Buffer): Promise<number> {
  let at = 0;
  for (; at < bytes.length && !isPaused; at += 65_536) {
    tracker.feed(bytes.subarray(at, at + 65_536), 0);
    await settle();
  }
  return Math.min(at, bytes.length);
}

/** What the client gets of it all. */
async function taken(): Promise<readonly RawPacket[]> {
  stub.takeAll();
  while (spool.inMemory + spool.onDisk > 0) await settle();
  await settle();
  return createSplitter().push(stub.written());
}

const definitions = bytesOf(resultSet([]).slice(0, -1));
const head = resultSet([]).length - 1;

/** One row of one value so long that it takes several packets. */
function endlessRow(length: number): Buffer {
  const size = Buffer.alloc(9);
  size[0] = 0xfe;
  size.writeBigUInt64LE(BigInt(length), 1);
  return toPackets(Buffer.concat([size, Buffer.alloc(length, 0x61)]), head + 1);
}

describe('a reply that its client does not take', () => {
  it('makes the backend wait when memory and disk are used up, and until the client takes something', async () => {
    const bytes = Buffer.concat([definitions, endlessRow(40 * MB)]);
    const fed = await feed(bytes);
    expect(fed).toBeGreaterThan(9 * MB);
    expect(fed).toBeLessThan(10 * MB);
    expect(isPaused).toBe(true);
    stub.takeAll();
    while (spool.crowded) await settle();
    expect(isPaused).toBe(false);
  });

  it('does not make the backend wait any more once it was interrupted', async () => {
    const row = Buffer.concat([Buffer.from([0xfd, 0, 0, 0xf0]), Buffer.alloc(0xf00000, 0x61)]);
    const bytes = Buffer.concat([definitions, toPackets(row, head + 1), toPackets(row, head + 2)]);
    const fed = await feed(bytes);
    expect(isPaused).toBe(true);
    reply.interrupt(interrupted, 1);
    expect(isPaused).toBe(false);
    expect(await feed(bytes.subarray(fed))).toBe(bytes.length - fed);
    const got = await taken();
    expect(got.map(({ payload }) => payload.length).slice(head)).toEqual([0xf00004, interrupted.length]);
  });
});

it('a reply that has ended gets no error behind it', async () => {
  const bytes = bytesOf(resultSet([]));
  await feed(bytes);
  expect(tracker.done).toBe(true);
  reply.abort(interrupted);
  expect(Buffer.concat((await taken()).map((packet) => packet.bytes))).toEqual(bytes);
});

describe('a reply that the disk cannot keep', () => {
  beforeEach(() => (disk.room = 0));

  it('ends with an error behind the row that is coming in, and is followed to its end', async () => {
    const rows = Array.from({ length: 60 }, () =>
      Buffer.concat([Buffer.from([0xfd, 0x40, 0x0d, 0x03]), Buffer.alloc(200_000, 0x61)]),
    );
    const packets = resultSet(rows);
    expect(await feed(bytesOf(packets))).toBe(bytesOf(packets).length);
    expect([tracker.done, isPaused]).toEqual([true, false]);
    const got = await taken();
    expect(readError(got.at(-1)?.payload ?? Buffer.alloc(0))).toMatchObject({
      errno: 1021,
      sqlState: 'HY000',
    });
    expect(got.slice(head, -1).every(({ payload }) => payload.length === 200_004)).toBe(true);
    expect(got.map(({ sequence }) => sequence)).toEqual(got.map((_, i) => i + 1));
    expect(got.length).toBeLessThan(packets.length);
  });

  it('ends in the middle of a row that is longer than all that may be kept', async () => {
    const bytes = Buffer.concat([definitions, endlessRow(60 * MB)]);
    expect(await feed(bytes)).toBe(bytes.length);
    expect(isPaused).toBe(false);
    expect(spool.inMemory).toBeLessThan(MB + 32 * MB + MB);
    const got = await taken();
    expect(readError(got.at(-1)?.payload ?? Buffer.alloc(0))?.errno).toBe(1021);
    expect(got.at(-2)?.payload.length).toBe(0);
    expect(got.map(({ sequence }) => sequence)).toEqual(got.map((_, i) => i + 1));
    tracker.feed(toPackets(Buffer.from([0xfe, 0, 0, 2, 0]), head + 5), 0);
    expect(tracker.done).toBe(true);
  });
});
