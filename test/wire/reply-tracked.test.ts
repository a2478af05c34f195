// Replies of a server that tells of session changes: what it tells is learned, and the client gets what it asked for.
import { describe, expect, it } from 'vitest';
import { eofPayload, lengthPrefixed, okPayload, toPackets } from '../support/raw-packets.js';
import { resultSet } from './reply-samples.js';
import { feed, packetsOf, track } from './tracking.js';

const CHANGED = 0x4000;
const MORE_RESULTS = 0x0008;

const schemaIs = (name: string): Buffer =>
  Buffer.concat([Buffer.from([1]), lengthPrefixed(lengthPrefixed(name))]);
const timeZoneIs = (value: string): Buffer => {
  const pair = Buffer.concat([lengthPrefixed('time_zone'), lengthPrefixed(value)]);
  return Buffer.concat([Buffer.from([0]), lengthPrefixed(pair)]);
};

/** An OK with words and session changes, as CLIENT_SESSION_TRACK has it. */
function tellingOk(status: number, info: string, ...changes: readonly Buffer[]): Buffer {
  return Buffer.concat([
    okPayload({ affected: 3, insertId: 4, status: status | CHANGED, warnings: 1 }),
    lengthPrefixed(info),
    lengthPrefixed(Buffer.concat(changes)),
  ]);
}

const plainOk = (status: number, info = ''): Buffer =>
  Buffer.concat([
    okPayload({ affected: 3, insertId: 4, status, warnings: 1 }),
    info === '' ? Buffer.alloc(0) : lengthPrefixed(info),
  ]);

/** The reply as it comes and as the client is to see it. */
const cases: readonly [name: string, came: readonly Buffer[], shown: readonly Buffer[]][] = [
  ['an OK with changes', [tellingOk(2, '', schemaIs('sales'))], [plainOk(2)]],
  [
    'an OK with words and changes',
    [tellingOk(2, 'Rows matched: 3', timeZoneIs('UTC'))],
    [plainOk(2, 'Rows matched: 3')],
  ],
  [
    'an OK with words only',
    [Buffer.concat([plainOk(2), lengthPrefixed('Rows: 1')])],
    [plainOk(2, 'Rows: 1')],
  ],
  ['an OK with nothing', [plainOk(3)], [plainOk(3)]],
  [
    'several results',
    [
      tellingOk(2 | MORE_RESULTS, '', schemaIs('a')),
      tellingOk(2 | MORE_RESULTS, 'x', schemaIs('b')),
      plainOk(2),
    ],
    [plainOk(2 | MORE_RESULTS), plainOk(2 | MORE_RESULTS, 'x'), plainOk(2)],
  ],
  [
    'a result set whose EOFs carry the flag',
    resultSet([Buffer.from([0xfb, 0xfb])], 2 | CHANGED).map(({ payload }) => payload),
    resultSet([Buffer.from([0xfb, 0xfb])], 2).map(({ payload }) => payload),
  ],
];

const packets = (payloads: readonly Buffer[]): Buffer =>
  Buffer.concat(payloads.map((payload, i) => toPackets(payload, i + 1)));

describe.each(cases)('%s', (_, came, shown) => {
  it('reaches the client without what it did not ask for, in every two pieces', () => {
    const bytes = packets(came);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const tracking = track('query', { tracked: true });
      const left = feed(tracking, bytes.subarray(0, cut), bytes.subarray(cut));
      expect([cut, left, tracking.tracker.done]).toEqual([cut, 0, true]);
      expect([cut, tracking.forwarded()]).toEqual([cut, packets(shown)]);
    }
  });
});

it('tells of every change, in order', () => {
  const tracking = track('query', { tracked: true });
  feed(
    tracking,
    packets([tellingOk(10, '', schemaIs('a'), timeZoneIs('UTC')), tellingOk(2, '', schemaIs('b'))]),
  );
  expect(tracking.oks.flatMap(({ changes }) => changes)).toEqual([
    { type: 'schema', schema: 'a' },
    { type: 'variable', name: 'time_zone', value: 'UTC' },
    { type: 'schema', schema: 'b' },
  ]);
});

it('clears the flag of an EOF and keeps its other flags and warnings', () => {
  const tracking = track('ok', { tracked: true });
  feed(tracking, toPackets(eofPayload({ status: CHANGED | 0x8003, warnings: 258 }), 1));
  expect(packetsOf(tracking.forwarded())[0]?.payload).toEqual(eofPayload({ status: 0x8003, warnings: 258 }));
});

it('leaves what lies behind an OK alone where session tracking was not agreed on', () => {
  const bytes = toPackets(plainOk(2, 'Rows matched: 3'), 1);
  const tracking = track('query');
  feed(tracking, bytes);
  expect(tracking.forwarded()).toEqual(bytes);
});
