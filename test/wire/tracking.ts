// A reply tracker whose doings are kept for the test to look at.
import type { EofPacket, ErrPacket, OkPacket, PrepareOk } from '../../src/wire/reply-packets.js';
import type { ReplyForm } from '../../src/wire/reply-phase.js';
import { ReplyTracker } from '../../src/wire/reply-tracker.js';
import { createSplitter, type RawPacket } from '../support/raw-packets.js';

export interface Tracking {
  readonly tracker: ReplyTracker;
  /** What has been forwarded so far. */
  readonly forwarded: () => Buffer;
  readonly oks: OkPacket[];
  readonly errs: ErrPacket[];
  readonly eofs: { readonly eof: EofPacket; readonly behind: string }[];
  readonly prepared: PrepareOk[];
  readonly files: () => number;
  /** How much had been forwarded when the reply was said to be between rows, and the number of the last packet. */
  readonly between: { readonly at: number; readonly sequence: number }[];
}

export interface TrackOptions {
  /** CLIENT_SESSION_TRACK was agreed on. */
  readonly tracked?: boolean;
  /** A prepared statement is shown under this id. */
  readonly shownId?: number;
  /** What the client sees of a column definition. */
  readonly definition?: (payload: Buffer) => Buffer;
}

/** A tracker of a reply to a command of one packet. */
export function track(form: ReplyForm, options: TrackOptions = {}): Tracking {
  const { tracked = false, shownId, definition } = options;
  const pieces: Buffer[] = [];
  const oks: OkPacket[] = [];
  const errs: ErrPacket[] = [];
  const eofs: Tracking['eofs'] = [];
  const prepared: PrepareOk[] = [];
  const between: Tracking['between'] = [];
  let files = 0;
  const tracker = new ReplyTracker(form, 0, tracked, {
    // Copied: what is forwarded may be a part of the chunk that came.
    forward: (bytes) => void pieces.push(Buffer.from(bytes)),
    betweenRows: (sequence) => void between.push({ at: Buffer.concat(pieces).length, sequence }),
    ok: (ok) => void oks.push(ok),
    err: (err) => void errs.push(err),
    ...(definition === undefined ? {} : { definition }),
    eof: (eof, behind) => void eofs.push({ eof, behind }),
    prepared: (statement) => {
      prepared.push(statement);
      return shownId ?? statement.statementId;
    },
    localInfile: () => {
      files++;
    },
  });
  const forwarded = (): Buffer => Buffer.concat(pieces);
  return { tracker, forwarded, oks, errs, eofs, prepared, files: () => files, between };
}

/** Feeds the pieces in order; answers how many bytes behind the reply's end were left over. */
export function feed({ tracker }: Tracking, ...pieces: readonly Buffer[]): number {
  let left = 0;
  for (const piece of pieces) {
    if (tracker.done) left += piece.length;
    else left += piece.length - tracker.feed(piece, 0);
  }
  return left;
}

/** The packets of a byte stream. @throws when it does not end with a whole packet */
export function packetsOf(bytes: Buffer): readonly RawPacket[] {
  const packets = createSplitter().push(bytes);
  const total = packets.reduce((sum, packet) => sum + packet.bytes.length, 0);
  if (total !== bytes.length) throw new Error(`${bytes.length - total} bytes of half a packet at the end`);
  return packets;
}
