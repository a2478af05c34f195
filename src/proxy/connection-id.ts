// SELECT CONNECTION_ID(): answered here, so that a tool can learn what to KILL while the backend is busy or down.

import type { ServerFacts, Session } from '../session/session.js';
import { Collation, ColumnFlag, Command, FieldType } from '../wire/constants.js';
import { column, textResultSet } from '../wire/result-set.js';
import type { ClientCommand } from './command.js';

const plainQuestion =
  /^\s*(?:\/\*(?!!|M!).*?\*\/\s*)*SELECT\s+(?<call>CONNECTION_ID\(\s*\))(?:\s+(?:AS\s+)?(?<alias>[a-z_]\w*|`[^`]+`|'[^'\\]+'))?\s*(?:\/\*(?!!|M!).*?\*\/\s*)*;?\s*$/is;

/** The reply to a command that asks for nothing but its session's id; null for any other. */
export function connectionIdReply(
  command: ClientCommand,
  session: Session,
  facts: ServerFacts,
): Buffer | null {
  if (command.code !== Command.QUERY || command.effects[0]?.usesConnectionId !== true) return null;
  const asked = plainQuestion.exec(command.text?.toString('latin1') ?? '');
  if (asked?.groups === undefined) return null;
  const { call = '', alias } = asked.groups;
  const name = alias?.replace(/^[`'](.*)[`']$/s, '$1') ?? call;
  // The servers differ in the type of the function.
  const type = facts.mariadb ? FieldType.LONG : FieldType.LONGLONG;
  const definition = column(name, type, {
    collation: Collation.binary,
    length: facts.mariadb ? 10 : 21,
    flags: ColumnFlag.NOT_NULL | ColumnFlag.UNSIGNED | ColumnFlag.BINARY,
  });
  return textResultSet([definition], [[String(session.id)]], session.status, command.lastSequence + 1);
}
