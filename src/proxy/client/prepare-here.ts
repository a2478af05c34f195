// Binary prepared statements that the instance answers itself: drivers prepare whatever they send, also what is not to wait.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_prepare.html

import { preparedUnder } from '../../session/prepared-under.js';
import { lastingStatus } from '../../wire/constants.js';
import { frame } from '../../wire/framing.js';
import { int } from '../../wire/lenenc.js';
import { writeEof } from '../../wire/reply-packets.js';
import { writeColumnDefinition, type ColumnDefinition } from '../../wire/result-set.js';
import type { ClientCommand } from '../command/command.js';
import type { ClientSession } from './client-session.js';

/** Keeps the statement and answers with its id. Its columns, if any, come with the execution, as those of SHOW do. */
export function prepareHere(
  client: ClientSession,
  { payload, effects, fingerprint, lastSequence }: ClientCommand,
  parameters: readonly ColumnDefinition[],
): void {
  const { session } = client;
  const statement = session.statements.add({
    preparePayload: payload,
    originalName: null,
    textBytes: payload.length,
    under: preparedUnder(session),
    fingerprint,
    effects,
  });
  statement.parameters = parameters.length;
  const eof = writeEof({ warnings: 0, status: session.status & lastingStatus });
  const definitions = parameters.length === 0 ? [] : [...parameters.map(writeColumnDefinition), eof];
  const head = [
    Buffer.from([0]),
    int(statement.id, 4),
    int(0, 2),
    int(parameters.length, 2),
    Buffer.alloc(3),
  ];
  const packets = [Buffer.concat(head), ...definitions].map((part, i) => frame(part, lastSequence + 1 + i));
  client.answerPackets(Buffer.concat(packets));
}
