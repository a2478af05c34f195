// Replies followed packet by packet: whatever pieces they come in, the client gets the same bytes, and their end is found.
import { describe, expect, it } from 'vitest';
import { eofPayload, okPayload, toPackets } from '../support/raw-packets.js';
import { bytesOf, resultSet, samples, someError } from './reply-samples.js';
import { feed, track } from './tracking.js';

/** What a pipelined server sends right behind the reply. */
const next = toPackets(okPayload(), 1);

describe.each(samples)('$name ($form)', ({ form, packets }) => {
  const bytes = bytesOf(packets);
  const stream = Buffer.concat([bytes, next]);

  it('is forwarded as it came, and ends where the next reply begins', () => {
    const tracking = track(form);
    expect(tracking.tracker.feed(stream, 0)).toBe(bytes.length);
    expect(tracking.tracker.done).toBe(true);
    expect(tracking.forwarded()).toEqual(bytes);
  });

  it('is the same byte by byte', () => {
    const tracking = track(form);
    const left = feed(tracking, ...Array.from(stream, (_, i) => stream.subarray(i, i + 1)));
    expect(left).toBe(next.length);
    expect(tracking.forwarded()).toEqual(bytes);
  });

  it('is the same in every two pieces', () => {
    for (let cut = 1; cut < stream.length; cut++) {
      const tracking = track(form);
      const left = feed(tracking, stream.subarray(0, cut), stream.subarray(cut));
      expect([cut, left, tracking.forwarded().equals(bytes)]).toEqual([cut, next.length, true]);
    }
  });

  it('is found in the middle of a chunk', () => {
    const tracking = track(form);
    expect(tracking.tracker.feed(Buffer.concat([next, stream]), next.length)).toBe(
      next.length + bytes.length,
    );
    expect(tracking.forwarded()).toEqual(bytes);
  });

  it('is not done before its last byte', () => {
    const tracking = track(form);
    tracking.tracker.feed(bytes.subarray(0, -1), 0);
    expect(tracking.tracker.done).toBe(false);
  });
});

describe('what a reply tells', () => {
  it('is what its OK says', () => {
    const tracking = track('query');
    feed(tracking, toPackets(okPayload({ affected: 3, insertId: 7, status: 3, warnings: 2 }), 1));
    expect(tracking.oks).toMatchObject([{ affectedRows: 3, lastInsertId: 7, status: 3, warnings: 2 }]);
  });

  it('is what its ERR says', () => {
    const tracking = track('query');
    feed(tracking, toPackets(someError, 1));
    expect(tracking.errs).toEqual([{ errno: 1146, sqlState: '42S02', message: "Table 'd.x' doesn't exist" }]);
  });

  it('is the count of its rows and both EOFs', () => {
    const tracking = track('query');
    const long = Buffer.alloc(200_000, 0x61);
    const row = Buffer.concat([Buffer.from([0xfd, 0x40, 0x0d, 0x03]), long, Buffer.from([0xfb])]);
    feed(tracking, bytesOf(resultSet([Buffer.from([0xfb, 0xfb]), row], 3)));
    expect(tracking.tracker.rows).toBe(2);
    expect(tracking.eofs).toEqual([
      { eof: { warnings: 0, status: 2 }, behind: 'definitions' },
      { eof: { warnings: 1, status: 3 }, behind: 'rows' },
    ]);
  });

  it('is the count of the rows of the last result set only', () => {
    const tracking = track('query');
    const row = Buffer.from([0xfb, 0xfb]);
    feed(tracking, bytesOf([...resultSet([row, row, row], 10), ...resultSet([row])]));
    expect(tracking.tracker.rows).toBe(1);
  });

  it('is a prepared statement, which the client sees under an id of its own', () => {
    const tracking = track('prepare', { shownId: 0x01020304 });
    const sample = samples.find(({ name }) => name === 'a statement with both');
    const bytes = bytesOf(sample?.packets ?? []);
    feed(tracking, bytes);
    expect(tracking.prepared).toEqual([{ statementId: 9, parameters: 2, columns: 3, warnings: 0 }]);
    const shown = Buffer.from(bytes);
    shown.writeUInt32LE(0x01020304, 5);
    expect(tracking.forwarded()).toEqual(shown);
  });
});

describe('a request for a local file', () => {
  const request = toPackets(Buffer.from('\xfbdata.csv', 'latin1'), 1);

  it('is passed on, and the reply goes on behind the file', () => {
    const tracking = track('query');
    feed(tracking, request);
    expect([tracking.files(), tracking.tracker.done]).toEqual([1, false]);
    tracking.tracker.resumeAt(4);
    const ok = toPackets(okPayload({ affected: 2 }), 5);
    expect(feed(tracking, ok)).toBe(0);
    expect(tracking.tracker.done).toBe(true);
    expect(tracking.forwarded()).toEqual(Buffer.concat([request, ok]));
  });

  it('is followed by the next result of several', () => {
    const tracking = track('query');
    feed(tracking, request);
    tracking.tracker.resumeAt(2);
    feed(tracking, toPackets(okPayload({ status: 10 }), 3));
    expect(tracking.tracker.done).toBe(false);
    feed(tracking, toPackets(okPayload(), 4));
    expect(tracking.tracker.done).toBe(true);
  });
});

describe('what is no reply', () => {
  const refused = (code: string, form: 'query' | 'prepare' | 'ok', ...payloads: readonly Buffer[]): void => {
    const bytes = Buffer.concat(payloads.map((payload, i) => toPackets(payload, i + 1)));
    expect(() => track(form).tracker.feed(bytes, 0)).toThrow(expect.objectContaining({ code }));
  };

  it.each([0, 2, 255])('is refused for a first packet numbered %i', (sequence) => {
    const bytes = toPackets(okPayload(), sequence);
    expect(() => track('query').tracker.feed(bytes, 0)).toThrow(
      expect.objectContaining({ code: 'PACKETS_OUT_OF_ORDER' }),
    );
  });

  it('is refused for a row that repeats its number', () => {
    const bytes = bytesOf(resultSet([Buffer.from([0xfb, 0xfb]), Buffer.from([0xfb, 0xfb])]));
    const secondRow = bytes.length - 9 - 6;
    bytes[secondRow + 3] = (bytes[secondRow + 3] ?? 0) - 1;
    expect(() => track('query').tracker.feed(bytes, 0)).toThrow(
      expect.objectContaining({ code: 'PACKETS_OUT_OF_ORDER' }),
    );
  });

  it('is refused for an empty first packet', () => refused('MALFORMED_PACKET', 'query', Buffer.alloc(0)));
  it('is refused for an empty definition', () =>
    refused('MALFORMED_PACKET', 'query', Buffer.from([1]), Buffer.alloc(0)));
  it('is refused for a definition too many', () => {
    const bytes = bytesOf(resultSet([]));
    const oneColumn = Buffer.from(bytes);
    oneColumn[4] = 1;
    expect(() => track('query').tracker.feed(oneColumn, 0)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_PACKET' }),
    );
  });
  it('is refused for half an OK', () => refused('MALFORMED_PACKET', 'query', okPayload().subarray(0, 4)));
  it('is refused for half a prepared statement', () =>
    refused('MALFORMED_PACKET', 'prepare', Buffer.from([0, 1, 0, 0])));
  it('is refused for something else than OK, EOF and ERR', () =>
    refused('MALFORMED_PACKET', 'ok', Buffer.concat([eofPayload(), Buffer.alloc(8)])));

  it('counts its sequence numbers round', () => {
    const rows = Array.from({ length: 600 }, () => Buffer.from([0xfb, 0xfb]));
    const tracking = track('query');
    expect(feed(tracking, bytesOf(resultSet(rows)))).toBe(0);
    expect([tracking.tracker.done, tracking.tracker.rows]).toEqual([true, 600]);
  });
});
