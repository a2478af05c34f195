// Replies of every form, packet by packet, with the places where a client would understand an ERR packet.
import type { ReplyForm } from '../../src/wire/reply-phase.js';
import {
  eofPayload,
  errorPayload,
  lengthPrefixed,
  okPayload,
  textRow,
  toPackets,
} from '../support/raw-packets.js';

/** `open`: an ERR may stand in this packet's place. `inside`: it may not, as among column definitions. */
export type Place = 'open' | 'inside';

export interface SamplePacket {
  readonly payload: Buffer;
  readonly place: Place;
}

export interface Sample {
  readonly name: string;
  readonly form: ReplyForm;
  readonly packets: readonly SamplePacket[];
}

const MORE_RESULTS = 0x0008;
const CURSOR_EXISTS = 0x0040;
const LAST_ROW_SENT = 0x0080;

const open = (payload: Buffer): SamplePacket => ({ payload, place: 'open' });
const inside = (payload: Buffer): SamplePacket => ({ payload, place: 'inside' });

export const someError = errorPayload({
  errno: 1146,
  sqlState: '42S02',
  message: "Table 'd.x' doesn't exist",
});

/** A column definition's payload. */
export function definition(name: string): Buffer {
  const texts = ['def', 'd', 't', 't', name, name].map(lengthPrefixed);
  return Buffer.concat([...texts, Buffer.from([12, 45, 0, 255, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0])]);
}

function definitions(count: number): SamplePacket[] {
  const each = Array.from({ length: count }, (_, i) => inside(definition(`c${i}`)));
  return count > 0 ? [...each, inside(eofPayload())] : [];
}

/** A result set of two columns. */
export function resultSet(rows: readonly Buffer[], status = 2): SamplePacket[] {
  return [
    open(Buffer.from([2])),
    ...definitions(2),
    ...rows.map(open),
    open(eofPayload({ status, warnings: 1 })),
  ];
}

function prepared(parameters: number, columns: number): SamplePacket[] {
  const head = Buffer.from([0, 9, 0, 0, 0, columns, 0, parameters, 0, 0, 0, 0]);
  return [open(head), ...definitions(parameters), ...definitions(columns)];
}

const plainRows = [textRow(['1', 'one']), textRow([null, '']), textRow([null, null])];
/** A first value whose length takes eight bytes begins with 0xFE, as an EOF does. */
const rowLikeEof = Buffer.concat([
  Buffer.from([0xfe, 2, 0, 0, 0, 0, 0, 0, 0]),
  Buffer.from('hi'),
  lengthPrefixed('x'),
]);
/** The shortest packet that begins with 0xFE and is no EOF: nine bytes, an empty value and a missing one. */
const shortestLikeEof = Buffer.from([0xfe, 0, 0, 0, 0, 0, 0, 0, 0]);
const binaryRow = Buffer.from([0x00, 0x00, 1, 0, 0, 0, 2, 0x68, 0x69]);

export const samples: readonly Sample[] = [
  { name: 'an OK', form: 'query', packets: [open(okPayload({ affected: 3, insertId: 7 }))] },
  { name: 'an ERR', form: 'query', packets: [open(someError)] },
  { name: 'a result set', form: 'query', packets: resultSet(plainRows) },
  { name: 'a result set without rows', form: 'query', packets: resultSet([]) },
  {
    name: 'an ERR among the rows',
    form: 'query',
    packets: [...resultSet(plainRows).slice(0, -1), open(someError)],
  },
  {
    name: 'an ERR in the place of the rows',
    form: 'query',
    packets: [...resultSet([]).slice(0, -1), open(someError)],
  },
  { name: 'rows that begin like an EOF', form: 'query', packets: resultSet([rowLikeEof, shortestLikeEof]) },
  { name: 'binary rows', form: 'query', packets: resultSet([binaryRow, binaryRow]) },
  {
    name: 'three results',
    form: 'query',
    packets: [
      ...resultSet(plainRows, 2 | MORE_RESULTS),
      open(okPayload({ status: 2 | MORE_RESULTS })),
      ...resultSet([]),
    ],
  },
  {
    name: 'a second result that is an ERR',
    form: 'query',
    packets: [open(okPayload({ status: 2 | MORE_RESULTS })), open(someError)],
  },
  {
    name: 'an opened cursor',
    form: 'cursor',
    packets: [...resultSet([]).slice(0, 3), inside(eofPayload({ status: 2 | CURSOR_EXISTS }))],
  },
  {
    name: 'rows of a loop over a cursor of the server',
    form: 'query',
    packets: [
      ...resultSet([]).slice(0, 3),
      inside(eofPayload({ status: 2 | CURSOR_EXISTS | MORE_RESULTS })),
      open(textRow(['1', '2'])),
      open(eofPayload({ status: 2 | CURSOR_EXISTS | MORE_RESULTS })),
      open(okPayload()),
    ],
  },
  { name: 'a statement without parameters and columns', form: 'prepare', packets: prepared(0, 0) },
  { name: 'a statement with parameters', form: 'prepare', packets: prepared(2, 0) },
  { name: 'a statement with columns', form: 'prepare', packets: prepared(0, 2) },
  { name: 'a statement with both', form: 'prepare', packets: prepared(2, 3) },
  { name: 'a statement refused', form: 'prepare', packets: [open(someError)] },
  { name: 'a field list', form: 'fields', packets: [...definitions(2)] },
  { name: 'a field list that is empty', form: 'fields', packets: [inside(eofPayload())] },
  { name: 'a field list refused', form: 'fields', packets: [inside(someError)] },
  {
    name: 'fetched rows',
    form: 'rows',
    packets: [open(binaryRow), open(binaryRow), open(eofPayload({ status: 2 | CURSOR_EXISTS }))],
  },
  { name: 'the last fetch', form: 'rows', packets: [open(eofPayload({ status: 2 | LAST_ROW_SENT }))] },
  { name: 'a fetch refused', form: 'rows', packets: [open(someError)] },
  { name: 'a plain OK', form: 'ok', packets: [open(okPayload())] },
  { name: 'an EOF in place of an OK', form: 'ok', packets: [open(eofPayload())] },
  { name: 'a plain ERR', form: 'ok', packets: [open(someError)] },
  { name: 'a text', form: 'text', packets: [open(Buffer.from('Uptime: 5  Threads: 1'))] },
  { name: 'an ERR in place of a text', form: 'text', packets: [open(someError)] },
];

/** The packets as bytes, numbered from 1. */
export function bytesOf(packets: readonly SamplePacket[]): Buffer {
  return Buffer.concat(packets.map(({ payload }, i) => toPackets(payload, i + 1)));
}

/** Where each packet begins, and behind the last one. */
export function startsOf(packets: readonly SamplePacket[]): number[] {
  const starts = [0];
  for (const { payload } of packets) starts.push((starts.at(-1) ?? 0) + 4 + payload.length);
  return starts;
}
