// The parsers of src/wire: any bytes, in whatever pieces, are read alike or refused, and nothing grows beyond them.
import { isFleetError } from '../../src/errors.js';
import { executePayload, PreparedStatements } from '../../src/session/prepared-statements.js';
import { Capability } from '../../src/wire/constants.js';
import { FrameReader } from '../../src/wire/framing.js';
import * as handshake from '../../src/wire/handshake.js';
import { PayloadReader } from '../../src/wire/lenenc.js';
import { readEof, readErr, readOk, writeErr, writeOk } from '../../src/wire/reply-packets.js';
import {
  column,
  readColumnDefinition,
  readTextRow,
  renameColumn,
  writeColumnDefinition,
  writeTextRow,
} from '../../src/wire/result-set.js';
import { readStateChanges } from '../../src/wire/session-track.js';
import { newConnection } from '../session/facts.js';
import { randomOf } from '../sql/random.js';
import { handshakeResponse, responseHead, usualCapabilities } from '../support/raw-login.js';
import { toPackets } from '../support/raw-packets.js';
import { definition, bytesOf, samples } from '../wire/reply-samples.js';
import { track, type TrackOptions } from '../wire/tracking.js';
import { mutate, mutatePackets, pieces } from './mutate.js';
import type { Case, Target } from './target.js';

/** What came of reading: a value, or the code of the error of ours that says that it is wrong. Any other error is a fault. */
function outcomeOf<T>(read: () => T): { readonly value: T } | { readonly refused: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (isFleetError(error, 'MALFORMED_PACKET') || isFleetError(error, 'PACKETS_OUT_OF_ORDER'))
      return { refused: error.code };
    throw error;
  }
}

function same(what: string, one: unknown, other: unknown): void {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  if (a !== b) throw new Error(`${what}: ${a} and ${b}`);
}

/** Bytes of all texts and buffers in a value. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value.length;
  if (value instanceof Map) return sizeOf([...value]);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + 1 + sizeOf(part), 0);
}

const maxPayload = 200;

/** Frames, and the error that ended them, of a stream in pieces. */
function framesOf(stream: readonly Buffer[]): unknown[] {
  const reader = new FrameReader(maxPayload);
  const found: unknown[] = [];
  const outcome = outcomeOf(() => {
    for (const piece of stream) {
      reader.push(piece);
      for (let frame = reader.next(); frame !== null; frame = reader.next()) {
        found.push({ ...frame, payload: frame.payload.toString('hex') });
        if (frame.payload.length > maxPayload) throw new Error('a frame over the limit');
      }
    }
    return reader.excess;
  });
  return [...found, outcome];
}

const framing: Target = {
  name: 'framing',
  make(random): Case {
    const payloads = random.list(1, 6, () =>
      Buffer.alloc(random.pick([0, 1, 5, 199, 200, 201, 3000]), random.below(256)),
    );
    const bytes = Buffer.concat(
      mutatePackets(
        payloads.map((payload, i) => toPackets(payload, i)),
        random,
      ),
    );
    const cut = random.below(2 ** 30);
    return {
      bytes,
      check(stream) {
        same('in one piece, and in several', framesOf([stream]), framesOf(pieces(stream, randomOf(cut))));
      },
    };
  },
};

const intro = {
  user: 'user1',
  password: 'secret',
  schema: 'sales',
  collation: 45,
  plugin: 'mysql_native_password',
  attributes: { program_name: 'tabprotosrv', _os: 'x' },
  capabilities: usualCapabilities,
} as const;
const salt = Buffer.alloc(20, 7);
const response = handshakeResponse(intro, salt);
const withLength = handshakeResponse(
  { ...intro, capabilities: usualCapabilities | Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA },
  salt,
);
const plain = { warnings: 0, affectedRows: 3, lastInsertId: 2 ** 40 };
const tracked = Buffer.concat([
  Buffer.from([0, 1, 0, 2, 0x40, 0, 0, 3]),
  Buffer.from('abc'),
  Buffer.from([
    22,
    0,
    11,
    4,
    ...Buffer.from('name'),
    5,
    ...Buffer.from('value'),
    1,
    3,
    2,
    0x64,
    0x62,
    2,
    1,
    0x31,
    3,
    1,
    0x2a,
  ]),
]);
const changeUser = (() => {
  const change = { user: 'u', authResponse: salt, schema: 'd', attributes: new Map<string, string>() };
  return handshake.writeChangeUser({ ...change, plugin: 'mysql_native_password', collation: 45 });
})();
const greeting = handshake.writeGreeting({
  serverVersion: '10.11.19-MariaDB',
  threadId: 9,
  scramble: salt,
  capabilities: 0xffffffff,
  collation: 45,
  status: 2,
  plugin: 'mysql_native_password',
});

interface Parser {
  readonly name: string;
  readonly samples: readonly Buffer[];
  read(payload: Buffer): unknown;
}

const parsers: readonly Parser[] = [
  { name: 'handshake response', samples: [response, withLength], read: handshake.readHandshakeResponse },
  {
    name: 'handshake head',
    samples: [responseHead(Capability.SSL, 45)],
    read: (payload) => [handshake.isSslRequest(payload), handshake.readHandshakeHead(payload)],
  },
  { name: 'greeting', samples: [greeting], read: handshake.readGreeting },
  {
    name: 'auth switch',
    samples: [handshake.writeAuthSwitchRequest('caching_sha2_password', salt)],
    read: handshake.readAuthSwitchRequest,
  },
  {
    name: 'change user',
    samples: [changeUser, Buffer.concat([changeUser, Buffer.from([4, 1, 0x61, 1, 0x62])])],
    read: (payload) => handshake.readChangeUser(payload, 0xffffffff),
  },
  { name: 'OK', samples: [writeOk(plain)], read: (payload) => readOk(payload, false) },
  { name: 'OK with session tracking', samples: [tracked], read: (payload) => readOk(payload, true) },
  { name: 'session tracking', samples: [tracked.subarray(12)], read: readStateChanges },
  { name: 'ERR', samples: [writeErr({ errno: 1064, sqlState: '42000', message: 'no' })], read: readErr },
  { name: 'EOF', samples: [Buffer.from([0xfe, 1, 0, 2, 0])], read: readEof },
  {
    name: 'column definition',
    samples: [definition('c'), writeColumnDefinition(column('c', 0xfd))],
    read: readColumnDefinition,
  },
  {
    name: 'column to be renamed',
    samples: [definition('c')],
    read: (payload) => renameColumn(payload, (name) => name),
  },
  {
    name: 'row',
    samples: [writeTextRow(['1', null, 'x'.repeat(300)])],
    read: (payload) => readTextRow(payload, 3),
  },
  {
    name: 'length-encoded integer',
    samples: [Buffer.from([0xfe, 1, 2, 3, 4, 5, 6, 7, 8])],
    read: (payload) => String(new PayloadReader(payload).lenencOrNull()),
  },
  {
    name: 'execution',
    samples: [Buffer.from([0x17, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3, 0, 8, 0, 1, 2])],
    read: readExecution,
  },
];

/** As far as we read it, with nine parameters, on a connection that is new to it. */
function readExecution(payload: Buffer): Buffer | null {
  if (payload.length < 5) return null;
  const statement = new PreparedStatements().add({
    preparePayload: Buffer.from('\x16SELECT ?'),
    originalName: null,
    textBytes: 9,
    under: { schema: null, variables: new Map() },
    fingerprint: '',
    effects: [],
  });
  statement.parameters = 9;
  statement.boundTypes = Buffer.alloc(18);
  statement.backend = { owner: newConnection(), id: 77 };
  return executePayload(statement, payload);
}

const payloads: Target = {
  name: 'payloads',
  make(random) {
    const parser = random.pick(parsers);
    return {
      bytes: mutate(random.pick(parser.samples), random),
      check(payload) {
        const before = payload.toString('hex');
        const outcome = outcomeOf(() => parser.read(payload));
        if (payload.toString('hex') !== before) throw new Error(`${parser.name}: the payload was changed`);
        if (sizeOf(outcome) > 8 * payload.length + 200)
          throw new Error(`${parser.name}: more came out than went in`);
      },
    };
  },
};

/** What a tracker made of a reply in pieces: what went to the client, and how it ended. */
function tracking(
  stream: readonly Buffer[],
  form: (typeof samples)[number]['form'],
  options: TrackOptions,
): { sent: string; end: unknown } {
  const { tracker, forwarded, oks, errs, eofs, prepared, files } = track(form, options);
  let left = 0;
  const outcome = outcomeOf(() => {
    for (const piece of stream) left += tracker.done ? piece.length : piece.length - tracker.feed(piece, 0);
    return left;
  });
  const counts = [oks.length, errs.length, eofs.length, prepared.length, files(), tracker.rows];
  return { sent: forwarded().toString('hex'), end: { outcome, done: tracker.done, counts } };
}

const replies: Target = {
  name: 'replies',
  make(random) {
    const sample = random.pick(samples);
    const packets = sample.packets.map(({ payload }, i) => toPackets(payload, i + 1));
    const bytes = random.oneIn(4) ? bytesOf(sample.packets) : Buffer.concat(mutatePackets(packets, random));
    const options = random.pick<TrackOptions>([
      {},
      { tracked: true },
      { shownId: 7 },
      { definition: (payload) => Buffer.concat([payload]) },
    ]);
    const cut = random.below(2 ** 30);
    return {
      bytes,
      check(stream) {
        const whole = tracking([stream], sample.form, options);
        const inPieces = tracking(pieces(stream, randomOf(cut)), sample.form, options);
        same('in one piece, and in several', whole.end, inPieces.end);
        // Behind an error nothing counts; what was sent before it may have been held back.
        const isRefused = 'refused' in (whole.end as { outcome: object }).outcome;
        const alike = isRefused ? inPieces.sent.startsWith(whole.sent) : inPieces.sent === whole.sent;
        if (!alike) throw new Error(`sent ${whole.sent} and ${inPieces.sent}`);
        if (whole.sent.length > 4 * stream.length + 100) throw new Error('more was sent than came');
      },
    };
  },
};

export const wireTargets: readonly Target[] = [framing, payloads, replies];
