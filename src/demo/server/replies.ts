// Packets of a reply, numbered on from the command's.

import type { ClientChannel } from '../../proxy/client/client-channel.js';
import { frame } from '../../wire/framing.js';
import { writeErr, writeOk } from '../../wire/reply-packets.js';
import { MAX_PACKET_PAYLOAD, ServerStatus } from '../../wire/constants.js';
import { asMySqlError } from '../engine/engine-errors.js';
import type { Outcome } from '../execute/outcome.js';
import { encodingOf } from '../session/charsets.js';
import { statusFlags, type Session } from '../session/session.js';
import { resultPayloads } from './result-rows.js';

/** Payloads are gathered to writes of about this size. */
const WRITE_BYTES = 64 * 1024;

export interface Reply {
  /** One payload. */
  send(payload: Buffer): void;
  ok(session: Session): void;
  error(error: unknown): void;
  /** An OK or a result set; `more` says that another reply follows. Waits for a client that takes its rows slowly. */
  outcome(outcome: Outcome, session: Session, protocol: 'text' | 'binary', more: boolean): Promise<void>;
}

export function createReply(channel: ClientChannel, lastSequence: number): Reply {
  let sequence = (lastSequence + 1) & 0xff;
  const framed = (payload: Buffer) => {
    const bytes = frame(payload, sequence);
    sequence = (sequence + Math.floor(payload.length / MAX_PACKET_PAYLOAD) + 1) & 0xff;
    return bytes;
  };
  const send = (payload: Buffer) => channel.output.push(framed(payload));
  return {
    send,
    ok: (session) => send(writeOk({ status: statusFlags(session), warnings: session.warnings.length })),
    error(error) {
      const { errno, sqlState, message } = asMySqlError(error);
      send(writeErr({ errno, sqlState, message }));
    },
    async outcome(outcome, session, protocol, more) {
      const status = statusFlags(session) | (more ? ServerStatus.MORE_RESULTS_EXISTS : 0);
      const warnings = session.warnings.length;
      if (outcome.kind === 'done') {
        const { affectedRows, lastInsertId } = outcome;
        send(
          writeOk({ affectedRows, lastInsertId, status, warnings, info: Buffer.from(outcome.info, 'utf8') }),
        );
        return;
      }
      const results = session.variables.get('character_set_results');
      const encoding = encodingOf(results === null ? null : String(results));
      const format = { protocol, encoding, status, warnings };
      await sendGathered(channel, resultPayloads(outcome.columns, outcome.rows, format), framed);
    },
  };
}

/** Sends payloads in few writes, no faster than the client takes them. */
async function sendGathered(
  channel: ClientChannel,
  payloads: Iterable<Buffer>,
  framed: (payload: Buffer) => Buffer,
): Promise<void> {
  let gathered: Buffer[] = [];
  let size = 0;
  for (const payload of payloads) {
    const bytes = framed(payload);
    gathered.push(bytes);
    size += bytes.length;
    if (size < WRITE_BYTES) continue;
    channel.output.push(Buffer.concat(gathered));
    gathered = [];
    size = 0;
    if (channel.output.full) await new Promise<void>((resolve) => channel.output.onRoom(resolve));
  }
  channel.output.push(Buffer.concat(gathered));
}
