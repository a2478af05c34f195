// A command's payload as the backend is to get it: the connection's statement ids, the session's own values.

import { executePayload, type Preparation } from '../../session/prepared-statements.js';
import type { Substitution } from '../../sql/substitute.js';
import { Command } from '../../wire/constants.js';
import { int } from '../../wire/lenenc.js';
import type { ClientCommand } from '../command/command.js';
import { joined } from '../locks/lock-edits.js';

/**
 * @param own the text with the session's own values in it, or null
 * @throws MALFORMED_PACKET
 */
export function payloadFor(command: ClientCommand, own: Substitution | null): Buffer {
  const { code, payload, statement } = command;
  if (own !== null) return Buffer.concat([payload.subarray(0, 1), own.text]);
  if (statement === null) return payload;
  if (code === Command.STMT_EXECUTE) return executePayload(statement, payload);
  return withStatementId(payload, statement.backend?.id ?? 0);
}

/** @param own has names for the columns of a text that is not the client's own; null for one that is */
export function namedLike(
  payload: Buffer,
  own: Pick<Preparation, 'originalName'> | null,
  { statement }: ClientCommand,
): Pick<Preparation, 'preparePayload' | 'originalName'> {
  const ofStatement = joined(statement?.backend?.filledName ?? null, statement?.originalName ?? null);
  return { preparePayload: payload, originalName: own?.originalName ?? ofStatement };
}

export function preparePayload(text: Buffer): Buffer {
  return Buffer.concat([Buffer.from([Command.STMT_PREPARE]), text]);
}

/** The command is sent as `payloadFor` has it: the server knows the types that it binds, where it binds any. */
export function noteTypes({ code, statement }: ClientCommand): void {
  if (code === Command.STMT_EXECUTE && statement !== null) statement.typesKnownAt = statement.backend;
}

/** The COM_STMT_SEND_LONG_DATA payloads that go before an execution. */
export function longDataFor({ code, statement }: ClientCommand): Buffer[] {
  if (statement === null || code !== Command.STMT_EXECUTE) return [];
  return statement.longData.payloads().map((data) => withStatementId(data, statement.backend?.id ?? 0));
}

export function closePayload(statementId: number): Buffer {
  return Buffer.concat([Buffer.from([Command.STMT_CLOSE]), int(statementId, 4)]);
}

function withStatementId(payload: Buffer, id: number): Buffer {
  const out = Buffer.from(payload);
  out.writeUInt32LE(id, 1);
  return out;
}
