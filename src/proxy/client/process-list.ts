// SHOW PROCESSLIST through the port: the sessions of the instance, what each does and why it waits. Answered here, also while
// the backend is busy or away.

import type { ServerFacts } from '../../session/session.js';
import { Collation, ColumnFlag, Command, FieldType } from '../../wire/constants.js';
import {
  binaryResultSet,
  column,
  textResultSet,
  type ColumnDefinition,
  type TextValue,
} from '../../wire/result-set.js';
import type { ClientSession } from './client-session.js';
import { onlyEffect, type ClientCommand } from '../command/command.js';
import { sessionStatus } from './session-status.js';

const number = { collation: Collation.binary };
const always = { flags: ColumnFlag.NOT_NULL };

/** As MySQL and MariaDB name them. */
const columns: readonly ColumnDefinition[] = [
  column('Id', FieldType.LONGLONG, { ...number, length: 21 }),
  column('User', FieldType.VAR_STRING, always),
  column('Host', FieldType.VAR_STRING, always),
  column('db', FieldType.VAR_STRING),
  column('Command', FieldType.VAR_STRING, always),
  column('Time', FieldType.LONG, { ...number, length: 7 }),
  column('State', FieldType.VAR_STRING),
  column('Info', FieldType.VAR_STRING, { length: 1024 }),
];

/** MariaDB's last one. */
const progress = column('Progress', FieldType.DOUBLE, { ...number, length: 7, decimals: 3 });

/** Of a statement, so much is shown without FULL. */
const SHORT_INFO = 100;

/** The reply to COM_PROCESS_INFO and SHOW [FULL] PROCESSLIST, also by EXECUTE or prepared; null for any other command. */
export function processListReply(
  client: ClientSession,
  command: ClientCommand,
  { mariadb }: ServerFacts,
): Buffer | null {
  const isCommand = command.code === Command.PROCESS_INFO;
  const asked = isCommand ? 'short' : (onlyEffect(command)?.processes ?? null);
  if (asked === null) return null;
  const own = command.text?.toString() ?? null;
  const rows = [...client.host.all].map((session) => [
    ...row(session, asked === 'full', session === client ? own : null),
    ...(mariadb ? ['0.000'] : []),
  ]);
  const write = command.code === Command.STMT_EXECUTE ? binaryResultSet : textResultSet;
  const shown = mariadb ? [...columns, progress] : columns;
  return write(shown, rows, client.session.status, command.lastSequence + 1);
}

/** @param text of the statement, where it is the asker's own; of others' only the fingerprint is shown */
function row(client: ClientSession, isFull: boolean, text: string | null): TextValue[] {
  const { id, clientAddress, schema, state, reason, since, fingerprint } = sessionStatus(client);
  const isIdle = state === 'idle' || state === 'pinned';
  const info = isIdle ? null : (text ?? fingerprint ?? null);
  return [
    String(id),
    client.host.settings.client.user,
    `${clientAddress}:${client.channel.port}`,
    schema,
    isIdle ? 'Sleep' : 'Query',
    String(Math.floor((Date.now() - since) / 1000)),
    reason === undefined ? state : `${state}: ${reason}`,
    isFull ? info : (info?.slice(0, SHORT_INFO) ?? null),
  ];
}
