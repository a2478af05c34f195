// SHOW PROCESSLIST through the port: the sessions of the instance, what each does and why it waits. Answered here, also while
// the backend is busy or away.

import { FieldType } from '../../wire/constants.js';
import { column, textResultSet, type ColumnDefinition, type TextValue } from '../../wire/result-set.js';
import type { ClientSession } from './client-session.js';
import { shortText, type ClientCommand } from '../command/command.js';
import { sessionStatus } from './session-status.js';

const question = /^\s*SHOW\s+(?<full>FULL\s+)?PROCESSLIST[\s;]*$/i;

/** As MySQL and MariaDB name them. */
const columns: readonly ColumnDefinition[] = [
  column('Id', FieldType.LONGLONG, { length: 21 }),
  column('User', FieldType.VAR_STRING),
  column('Host', FieldType.VAR_STRING),
  column('db', FieldType.VAR_STRING),
  column('Command', FieldType.VAR_STRING),
  column('Time', FieldType.LONG, { length: 7 }),
  column('State', FieldType.VAR_STRING),
  column('Info', FieldType.VAR_STRING, { length: 1024 }),
];

/** Of a statement, so much is shown without FULL. */
const SHORT_INFO = 100;

/** The reply to SHOW [FULL] PROCESSLIST; null for any other command. */
export function processListReply(client: ClientSession, command: ClientCommand): Buffer | null {
  const asked = question.exec(shortText(command));
  if (asked === null) return null;
  const isFull = asked.groups?.full !== undefined;
  const own = command.text?.toString() ?? '';
  const rows = [...client.host.all].map((session) => row(session, isFull, session === client ? own : null));
  return textResultSet(columns, rows, client.session.status, command.lastSequence + 1);
}

/** @param text of the statement, where it is the asker's own; of others' only the fingerprint is shown */
function row(client: ClientSession, isFull: boolean, text: string | null): TextValue[] {
  const { id, clientAddress, schema, state, reason, since, fingerprint } = sessionStatus(client);
  const isIdle = state === 'idle' || state === 'pinned';
  const info = isIdle ? null : (text ?? fingerprint ?? null);
  return [
    String(id),
    client.host.settings.client.user,
    clientAddress,
    schema,
    isIdle ? 'Sleep' : 'Query',
    String(Math.floor((Date.now() - since) / 1000)),
    reason === undefined ? state : `${state}: ${reason}`,
    isFull ? info : (info?.slice(0, SHORT_INFO) ?? null),
  ];
}
