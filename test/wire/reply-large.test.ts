// Rows of 16 MB and more, which come in several packets, and packets that look like the end and are not.
import { describe, expect, it } from 'vitest';
import { eofPayload, toPackets } from '../support/raw-packets.js';
import { bytesOf, resultSet, someError } from './reply-samples.js';
import { feed, track } from './tracking.js';

const maxPayload = 0xffffff;

/** A row that fills a packet, the rest of it being `tail`. */
function rowWithTail(tail: Buffer, packets = 1): Buffer {
  const row = Buffer.alloc(packets * maxPayload + tail.length, 0x61);
  row[0] = 0xfd;
  row.writeUIntLE(maxPayload - 4, 1, 3);
  tail.copy(row, packets * maxPayload);
  return row;
}

/** A result set with one row, cut in chunks as a socket would give them. */
function chunksOf(row: Buffer, chunkBytes: number): { bytes: Buffer; chunks: Buffer[] } {
  const head = bytesOf(resultSet([]).slice(0, 4));
  const last = 5 + Math.floor(row.length / maxPayload);
  const bytes = Buffer.concat([head, toPackets(row, 5), toPackets(eofPayload(), last + 1)]);
  const count = Math.ceil(bytes.length / chunkBytes);
  const chunks = Array.from({ length: count }, (_, i) =>
    bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  );
  return { bytes, chunks };
}

const tails: readonly [name: string, tail: Buffer, packets: number][] = [
  ['a row of exactly 2^24-1 bytes', Buffer.alloc(0), 1],
  ['a row whose last part looks like an EOF', eofPayload(), 1],
  ['a row whose last part looks like an ERR', someError, 1],
  ['a row whose last part is one byte', Buffer.from([0xfe]), 1],
  ['a row of exactly twice 2^24-1 bytes', Buffer.alloc(0), 2],
];

describe.each(tails)('%s', (_, tail, packets) => {
  it.each([65_536, 1_000_003])('passes through in chunks of %i bytes, and counts as one', (chunkBytes) => {
    const { bytes, chunks } = chunksOf(rowWithTail(tail, packets), chunkBytes);
    const tracking = track('query');
    expect(feed(tracking, ...chunks)).toBe(0);
    expect([tracking.tracker.done, tracking.tracker.rows, tracking.errs.length]).toEqual([true, 1, 0]);
    expect(tracking.forwarded().equals(bytes)).toBe(true);
  });
});

it('passes a long packet on before it is whole', () => {
  const { chunks } = chunksOf(rowWithTail(Buffer.alloc(0)), 65_536);
  const tracking = track('query');
  feed(tracking, ...chunks.slice(0, 10));
  expect(tracking.forwarded().length).toBe(655_360);
});

it('does not pass a short packet on before it is whole', () => {
  const bytes = bytesOf(resultSet([Buffer.alloc(1000, 1)]));
  const tracking = track('query');
  feed(tracking, bytes.subarray(0, -500));
  const head = bytesOf(resultSet([]).slice(0, 4));
  expect(tracking.forwarded()).toEqual(head);
});

it('refuses a continuation that does not carry the next number', () => {
  const row = toPackets(rowWithTail(Buffer.from('x')), 5);
  row[4 + maxPayload + 3] = 7;
  const tracking = track('query');
  feed(tracking, bytesOf(resultSet([]).slice(0, 4)));
  expect(() => feed(tracking, row)).toThrow(expect.objectContaining({ code: 'PACKETS_OUT_OF_ORDER' }));
});
