// Replies that end before their time: interrupted by us, or cut off by the loss of the backend.
import { describe, expect, it } from 'vitest';
import { eofPayload, errorPayload, readError, toPackets } from '../support/raw-packets.js';
import { bytesOf, resultSet, samples, startsOf } from './reply-samples.js';
import { feed, packetsOf, track } from './tracking.js';

const interrupted = errorPayload({
  errno: 1317,
  sqlState: '70100',
  message: 'Query execution was interrupted',
});
const lost = errorPayload({ errno: 2013, sqlState: 'HY000', message: 'Lost connection' });

/** A row of one value of so many bytes. */
function longRow(valueBytes: number): Buffer {
  const head = Buffer.from([0xfd, 0, 0, 0]);
  head.writeUIntLE(valueBytes, 1, 3);
  return Buffer.concat([head, Buffer.alloc(valueBytes, 0x61)]);
}

describe.each(samples)('$name ($form), interrupted', ({ form, packets }) => {
  const bytes = bytesOf(packets);
  const starts = startsOf(packets);

  it('at any byte gets one ERR, in the first place where a client understands it', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const tracking = track(form);
      feed(tracking, bytes.subarray(0, cut));
      tracking.tracker.interrupt(interrupted);
      const left = feed(tracking, bytes.subarray(cut));
      const at = packets.findIndex(({ place }, i) => place === 'open' && (starts[i] ?? 0) >= cut);
      const expected =
        at < 0 ? bytes : Buffer.concat([bytes.subarray(0, starts[at]), toPackets(interrupted, at + 1)]);
      expect([cut, tracking.forwarded().equals(expected)]).toEqual([cut, true]);
      expect([cut, left, tracking.tracker.done, tracking.tracker.answered]).toEqual([cut, 0, true, true]);
    }
  });

  it('at any byte, coming byte by byte, gets the same', () => {
    for (let cut = 0; cut <= bytes.length; cut += 3) {
      const whole = track(form);
      const single = track(form);
      for (const tracking of [whole, single]) {
        feed(tracking, bytes.subarray(0, cut));
        tracking.tracker.interrupt(interrupted);
      }
      feed(whole, bytes.subarray(cut));
      feed(single, ...Array.from(bytes.subarray(cut), (byte) => Buffer.from([byte])));
      expect([cut, single.forwarded().equals(whole.forwarded())]).toEqual([cut, true]);
    }
  });
});

describe.each(samples)('$name ($form), cut in two anywhere', ({ form, packets }) => {
  it('is said to be between rows only where a client understands an ERR, and with the right number', () => {
    const bytes = bytesOf(packets);
    const starts = startsOf(packets);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const tracking = track(form);
      feed(tracking, bytes.subarray(0, cut), bytes.subarray(cut));
      for (const { at, sequence } of tracking.between) {
        const next = starts.indexOf(at);
        expect([cut, packets[next]?.place, sequence]).toEqual([cut, 'open', next]);
      }
    }
  });
});

it('says so behind each row that came in several pieces, which may be long', () => {
  const packets = resultSet([longRow(200_000), longRow(200_000)]);
  const bytes = bytesOf(packets);
  const tracking = track('query');
  for (let at = 0; at < bytes.length; at += 65_536) feed(tracking, bytes.subarray(at, at + 65_536));
  const starts = startsOf(packets);
  const head = resultSet([]).length - 1;
  expect(tracking.between).toEqual(
    expect.arrayContaining([1, 2].map((row) => ({ at: starts[head + row], sequence: head + row }))),
  );
});

describe.each(samples)('$name ($form), cut off by a loss', ({ form, packets }) => {
  const bytes = bytesOf(packets);
  const starts = startsOf(packets);

  it('at any byte ends with whole packets and an ERR', () => {
    for (let cut = 0; cut < bytes.length; cut++) {
      const tracking = track(form);
      feed(tracking, bytes.subarray(0, cut));
      tracking.tracker.abort(lost);
      const whole = starts.filter((start) => start <= cut).length - 1;
      const expected = Buffer.concat([bytes.subarray(0, starts[whole]), toPackets(lost, whole + 1)]);
      expect([cut, tracking.forwarded().equals(expected)]).toEqual([cut, true]);
      expect([cut, tracking.tracker.answered]).toEqual([cut, true]);
    }
  });
});

describe('an interruption', () => {
  const bytes = bytesOf(resultSet([longRow(200_000), longRow(3)]));

  it('in the middle of a row that is passing through waits for its end', () => {
    const tracking = track('query');
    const rowAt = startsOf(resultSet([]))[4] ?? 0;
    feed(tracking, bytes.subarray(0, rowAt + 100_000), bytes.subarray(rowAt + 100_000, rowAt + 150_000));
    tracking.tracker.interrupt(interrupted);
    expect(tracking.tracker.answered).toBe(false);
    feed(tracking, bytes.subarray(rowAt + 150_000));
    const packets = packetsOf(tracking.forwarded());
    expect(packets.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(readError(packets.at(-1)?.payload ?? Buffer.alloc(0))?.errno).toBe(1317);
  });

  it('never stands between a packet and its continuation', () => {
    const row = longRow(0xffffff);
    const packets = toPackets(row, 5);
    const head = bytesOf(resultSet([]).slice(0, 4));
    const tracking = track('query');
    feed(tracking, head, packets.subarray(0, 4 + 0xffffff));
    tracking.tracker.interrupt(interrupted);
    expect(tracking.tracker.answered).toBe(false);
    feed(tracking, packets.subarray(4 + 0xffffff));
    expect(tracking.tracker.answered).toBe(true);
    expect(tracking.forwarded().subarray(-interrupted.length - 4)).toEqual(toPackets(interrupted, 7));
  });

  it('is given once, however often it is asked for', () => {
    const tracking = track('query');
    tracking.tracker.interrupt(interrupted);
    tracking.tracker.interrupt(interrupted);
    feed(tracking, bytes);
    expect(tracking.forwarded()).toEqual(toPackets(interrupted, 1));
  });

  it('comes behind the last packet of a command of several', () => {
    const tracking = track('query');
    tracking.tracker.resumeAt(3);
    tracking.tracker.interrupt(interrupted);
    expect(tracking.forwarded()).toEqual(toPackets(interrupted, 4));
  });

  it('is not followed by the error of a loss', () => {
    const tracking = track('query');
    tracking.tracker.interrupt(interrupted);
    feed(tracking, bytes.subarray(0, 50));
    tracking.tracker.abort(lost);
    expect(tracking.forwarded()).toEqual(toPackets(interrupted, 1));
  });
});

describe.each(samples)('$name ($form), cut short though the backend goes on', ({ form, packets }) => {
  const bytes = bytesOf(packets);

  it('at any byte is followed to its end, and nothing more of it reaches the client', () => {
    for (let cut = 0; cut < bytes.length; cut++) {
      const tracking = track(form);
      feed(tracking, bytes.subarray(0, cut));
      tracking.tracker.abort(lost);
      const shown = tracking.forwarded();
      const left = feed(tracking, bytes.subarray(cut));
      expect([cut, left, tracking.tracker.done]).toEqual([cut, 0, true]);
      expect([cut, tracking.forwarded().equals(shown)]).toEqual([cut, true]);
    }
  });
});

it('a packet of several, cut short though the backend goes on, is followed to its end', () => {
  const bytes = bytesOf(resultSet([longRow(0xffffff)]).slice(0, 5));
  const end = toPackets(eofPayload(), 7);
  const rowAt = bytesOf(resultSet([]).slice(0, 4)).length;
  for (const cut of [rowAt + 1000, rowAt + 4 + 0xffffff, bytes.length]) {
    const tracking = track('query');
    feed(tracking, bytes.subarray(0, cut));
    tracking.tracker.abort(lost);
    expect(feed(tracking, bytes.subarray(cut), end)).toBe(0);
    expect(tracking.tracker.done).toBe(true);
  }
});

describe('a loss', () => {
  it('in the middle of a long row fills the row up, so that the ERR is found behind it', () => {
    const head = bytesOf(resultSet([]).slice(0, 4));
    const row = toPackets(longRow(200_000), 5);
    for (const cut of [5, 6, 100, 150_000, row.length - 1]) {
      const tracking = track('query');
      feed(tracking, head, row.subarray(0, cut));
      tracking.tracker.abort(lost);
      const packets = packetsOf(tracking.forwarded());
      const [last, before] = [packets.at(-1), packets.at(-2)];
      expect([cut, before?.payload.length, last?.sequence]).toEqual([cut, 200_004, 6]);
      expect(before?.payload.subarray(cut - 4).every((byte) => byte === 0)).toBe(true);
      expect(last?.payload).toEqual(lost);
    }
  });

  it('in the middle of a packet that goes on in the next ends that one too', () => {
    const head = bytesOf(resultSet([]).slice(0, 4));
    const row = toPackets(longRow(0xffffff), 5);
    for (const cut of [1000, 4 + 0xffffff, 4 + 0xffffff + 4]) {
      const tracking = track('query');
      feed(tracking, head, row.subarray(0, cut));
      tracking.tracker.abort(lost);
      const packets = packetsOf(tracking.forwarded()).slice(4);
      expect(packets.map(({ sequence }) => sequence)).toEqual([5, 6, 7]);
      expect(packets[0]?.payload.length).toBe(0xffffff);
      expect(packets[2]?.payload).toEqual(lost);
    }
  });
});
