// SELECT CONNECTION_ID(): answered here, so that a tool can learn what to KILL while the backend is busy or down.

import type { ServerFacts, Session } from '../../session/session.js';
import { askedConnectionId } from '../../sql/questions.js';
import { Collation, ColumnFlag, Command, FieldType } from '../../wire/constants.js';
import { column, textResultSet } from '../../wire/result-set.js';
import type { ClientCommand } from './command.js';

/** The reply to a command that asks for nothing but its session's id; null for any other. */
export function connectionIdReply(
  command: ClientCommand,
  session: Session,
  facts: ServerFacts,
): Buffer | null {
  if (command.code !== Command.QUERY || command.effects[0]?.usesConnectionId !== true) return null;
  const name = command.text === null ? null : askedConnectionId(command.text, session.sqlMode(facts));
  if (name === null) return null;
  // The servers differ in the type of the function.
  const type = facts.mariadb ? FieldType.LONG : FieldType.LONGLONG;
  const definition = column(name, type, {
    collation: Collation.binary,
    length: facts.mariadb ? 10 : 21,
    flags: ColumnFlag.NOT_NULL | ColumnFlag.UNSIGNED | ColumnFlag.BINARY,
  });
  return textResultSet([definition], [[String(session.id)]], session.status, command.lastSequence + 1);
}
