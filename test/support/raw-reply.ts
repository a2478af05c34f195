// Where a reply ends: follows the packets of one command's reply, for clients that did not ask for DEPRECATE_EOF.
import { readLength, type RawPacket } from './raw-packets.js';

/** How the reply of a command is built. */
export type ReplyShape =
  /** OK, ERR, a local-file request or a result set, each perhaps followed by more results. */
  | 'results'
  /** COM_STMT_PREPARE: a header, parameter definitions, column definitions. */
  | 'prepare'
  /** Rows up to EOF (COM_STMT_FETCH), or column definitions up to EOF (COM_FIELD_LIST). */
  | 'until-eof'
  /** One packet (OK, ERR, EOF, a text). */
  | 'one'
  | 'none';

/** What the client has to do after a packet of the reply. */
export type ReplyStep = 'more' | 'done' | { readonly sendFile: string };

const moreResults = 0x0008;
const cursorExists = 0x0040;

export type ReplyFollower = (packet: RawPacket) => ReplyStep;

/** Follows a reply of the shape, packet by packet. Continuations of packets of 16 MB are passed over. */
export function followReply(shape: ReplyShape): ReplyFollower {
  const follow = followers[shape]();
  let continued = false;
  return (packet) => {
    const isContinuation = continued;
    continued = packet.payload.length === 0xffffff;
    return isContinuation ? 'more' : follow(packet);
  };
}

const followers: Record<ReplyShape, () => ReplyFollower> = {
  results: followResults,
  prepare: followPrepare,
  'until-eof': () => (packet) => (isEof(packet) || isError(packet) ? 'done' : 'more'),
  one: () => () => 'done',
  none: () => () => 'done',
};

function followResults(): ReplyFollower {
  let phase: 'header' | 'columns' | 'rows' = 'header';
  return (packet) => {
    if (phase === 'header') {
      const [first] = packet.payload;
      if (first === 0xff) return 'done';
      if (first === 0xfb) return { sendFile: packet.payload.toString('utf8', 1) };
      if (first === 0x00) return okStatus(packet) & moreResults ? 'more' : 'done';
      phase = 'columns';
      return 'more';
    }
    if (isError(packet)) return 'done';
    if (!isEof(packet)) return 'more';
    const status = packet.payload.readUInt16LE(3);
    if (phase === 'columns' && !(status & cursorExists)) {
      phase = 'rows';
      return 'more';
    }
    phase = 'header';
    return status & moreResults ? 'more' : 'done';
  };
}

function followPrepare(): ReplyFollower {
  let left = -1;
  return ({ payload }) => {
    if (left < 0) {
      if (payload[0] !== 0) return 'done';
      const columns = payload.readUInt16LE(5);
      const parameters = payload.readUInt16LE(7);
      // Each list of definitions that is not empty ends with an EOF.
      left = [columns, parameters].reduce((sum, n) => sum + (n > 0 ? n + 1 : 0), 0);
    } else {
      left -= 1;
    }
    return left === 0 ? 'done' : 'more';
  };
}

const isError = ({ payload }: RawPacket): boolean => payload[0] === 0xff;
const isEof = ({ payload }: RawPacket): boolean => payload[0] === 0xfe && payload.length < 9;

function okStatus({ payload }: RawPacket): number {
  const affected = readLength(payload, 1);
  const insertId = readLength(payload, affected.next);
  return payload.readUInt16LE(insertId.next);
}
