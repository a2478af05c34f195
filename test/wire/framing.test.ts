// Packets out of a stream of bytes, in whatever pieces it comes; and payloads into packets.
import { describe, expect, it } from 'vitest';
import { frame, FrameReader, type Frame } from '../../src/wire/framing.js';
import { toPackets } from '../support/raw-packets.js';

const maxPayload = 0xffffff;
const limit = 64 * 1024 * 1024;

/** All frames that come out, with the reader asked after each piece. */
function read(pieces: readonly Buffer[], reader = new FrameReader(limit)): Frame[] {
  const frames: Frame[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let next = reader.next(); next !== null; next = reader.next()) frames.push(next);
  }
  return frames;
}

const plain = (sequence: number, payload: Buffer): Frame => ({
  sequence,
  lastSequence: sequence,
  payload,
  oversized: 0,
});

describe('a payload', () => {
  it.each([0, 1, 250, maxPayload - 1, maxPayload, maxPayload + 1, 2 * maxPayload])(
    'of %i bytes becomes the packets that the protocol wants',
    (length) => {
      const payload = Buffer.alloc(length, 0x61);
      expect(frame(payload, 254).equals(toPackets(payload, 254))).toBe(true);
    },
  );
});

describe('a reader', () => {
  const payloads = [Buffer.from('one'), Buffer.alloc(0), Buffer.from('three'), Buffer.alloc(300, 7)];
  const stream = Buffer.concat(payloads.map((payload, i) => toPackets(payload, i)));
  const expected = payloads.map((payload, i) => plain(i, payload));

  it('gives out every packet of one piece', () => {
    expect(read([stream])).toEqual(expected);
  });

  it('gives out the same byte by byte', () => {
    expect(read(Array.from(stream, (byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('gives out the same in every two pieces', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      expect([cut, read([stream.subarray(0, cut), stream.subarray(cut)])]).toEqual([cut, expected]);
    }
  });

  it('gives out nothing of a packet that is not whole', () => {
    const reader = new FrameReader(limit);
    reader.push(toPackets(Buffer.from('four'), 0).subarray(0, -1));
    expect(reader.next()).toBeNull();
  });

  it('hands over what it has not given out', () => {
    const reader = new FrameReader(limit);
    reader.push(Buffer.concat([toPackets(Buffer.from('one'), 0), Buffer.from([0x16, 0x03])]));
    reader.push(Buffer.from([0x01]));
    reader.next();
    expect(reader.takeRest()).toEqual(Buffer.from([0x16, 0x03, 0x01]));
    expect(reader.next()).toBeNull();
  });
});

describe('a payload in several packets', () => {
  const payload = Buffer.alloc(maxPayload + 10, 0x62);
  const packets = toPackets(payload, 255);

  it.each([65_536, 5_000_000, packets.length])('is put together from pieces of %i bytes', (pieceBytes) => {
    const pieces = Array.from({ length: Math.ceil(packets.length / pieceBytes) }, (_, i) =>
      packets.subarray(i * pieceBytes, (i + 1) * pieceBytes),
    );
    const [whole, ...more] = read([...pieces, toPackets(Buffer.from('next'), 0)]);
    expect([whole?.sequence, whole?.lastSequence, whole?.payload.equals(payload)]).toEqual([255, 0, true]);
    expect(more).toEqual([plain(0, Buffer.from('next'))]);
  });

  it('of exactly 2^24-1 bytes ends with the empty packet behind it', () => {
    const [whole] = read([toPackets(Buffer.alloc(maxPayload), 3)]);
    expect([whole?.sequence, whole?.lastSequence, whole?.payload.length]).toEqual([3, 4, maxPayload]);
  });

  it('is refused when the second does not carry the next number', () => {
    const wrong = Buffer.from(packets);
    wrong[4 + maxPayload + 3] = 1;
    expect(() => read([wrong])).toThrow(expect.objectContaining({ code: 'PACKETS_OUT_OF_ORDER' }));
  });

  it('is read packet by packet where each stands for itself', () => {
    const reader = new FrameReader(limit);
    reader.separate = true;
    const frames = read([packets], reader);
    expect(frames.map(({ sequence, payload: part }) => [sequence, part.length])).toEqual([
      [255, maxPayload],
      [0, 10],
    ]);
  });
});

describe('a packet over the limit', () => {
  const small = plain(0, Buffer.from('small'));

  it('is skipped in its place of the order, and said to be how long', () => {
    const stream = Buffer.concat([
      toPackets(Buffer.from('small'), 0),
      toPackets(Buffer.alloc(1001), 0),
      toPackets(Buffer.from('small'), 0),
    ]);
    const skipped = { sequence: 0, lastSequence: 0, payload: Buffer.alloc(0), oversized: 1001 };
    for (const pieceBytes of [7, 100, stream.length]) {
      const pieces = Array.from({ length: Math.ceil(stream.length / pieceBytes) }, (_, i) =>
        stream.subarray(i * pieceBytes, (i + 1) * pieceBytes),
      );
      expect(read(pieces, new FrameReader(1000))).toEqual([small, skipped, small]);
    }
  });

  it('is one that is over it with its continuation only', () => {
    const [skipped, next] = read(
      [toPackets(Buffer.alloc(maxPayload + 2), 0), toPackets(Buffer.from('small'), 0)],
      new FrameReader(maxPayload + 1),
    );
    expect([skipped?.lastSequence, skipped?.payload.length, skipped?.oversized]).toEqual([
      1,
      0,
      maxPayload + 2,
    ]);
    expect(next).toEqual(small);
  });

  it('is not one of exactly the limit', () => {
    expect(read([toPackets(Buffer.alloc(1000), 0)], new FrameReader(1000))[0]?.oversized).toBe(0);
  });
});

describe('a packet in small pieces', () => {
  const payload = Buffer.from(Array.from({ length: 40_000 }, (_, i) => i % 251));

  it('keeps nothing of the pieces, each of which may be a part of a large buffer', () => {
    const reader = new FrameReader(limit);
    const pieces = Array.from({ length: payload.length }, (_, i) => Buffer.from([payload[i] ?? 0]));
    reader.push(toPackets(payload, 0).subarray(0, 4));
    for (const piece of pieces.slice(0, -1)) {
      reader.push(piece);
      expect(reader.next()).toBeNull();
      piece.fill(0xee);
    }
    reader.push(pieces.at(-1) ?? Buffer.alloc(0));
    expect(reader.next()?.payload.equals(payload)).toBe(true);
  });

  it('is whole whatever small and large pieces it comes in', () => {
    const stream = Buffer.concat([toPackets(payload, 0), toPackets(Buffer.from('next'), 0)]);
    for (const sizes of [
      [1, 2048],
      [2047, 2049, 3],
      [16_384, 5],
      [7, 7, 9000],
    ]) {
      const pieces: Buffer[] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        pieces.push(Buffer.from(stream.subarray(at, at + size)));
        at += size;
      }
      expect(read(pieces)).toEqual([plain(0, payload), plain(0, Buffer.from('next'))]);
    }
  });
});

describe('a packet over the limit that is still coming in', () => {
  it('is known to be from its header on', () => {
    const reader = new FrameReader(1000);
    const packet = toPackets(Buffer.alloc(1001), 0);
    reader.push(packet.subarray(0, 3));
    expect([reader.next(), reader.excess]).toEqual([null, 0]);
    reader.push(packet.subarray(3, 10));
    expect([reader.next(), reader.excess]).toEqual([null, 1001]);
    reader.push(packet.subarray(10));
    expect([reader.next()?.oversized, reader.excess]).toEqual([1001, 0]);
  });
});
