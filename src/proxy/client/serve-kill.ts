// KILL in whatever form it comes: its ids are the port's, and would be somebody else's on the server.

import { FleetError } from '../../errors.js';
import { boundValues } from '../../session/execute-parameters.js';
import { keepTypes, type PreparedStatement } from '../../session/prepared-statements.js';
import { replaceParts } from '../../sql/substitute.js';
import type { KillEffect, Statement } from '../../sql/types.js';
import { Collation, ColumnFlag, Command, FieldType, lastingStatus } from '../../wire/constants.js';
import { writeOk } from '../../wire/reply-packets.js';
import { column } from '../../wire/result-set.js';
import type { ClientCommand } from '../command/command.js';
import type { ClientSession } from './client-session.js';
import { prepareHere } from './prepare-here.js';

/** Answers a command that does nothing but kill: prepares it, or carries it out. */
export function serveKill(client: ClientSession, command: ClientCommand, killed: KillEffect): void {
  const { code, payload, statement, lastSequence } = command;
  // Some drivers prepare whatever they send, also what is to cancel the statement that keeps the backend busy.
  if (code === Command.STMT_PREPARE) prepareKill(client, command, killed);
  else if (killed.id !== 'parameter') kill(client, killed, lastSequence);
  else kill(client, { ...killed, id: statement === null ? null : boundId(statement, payload) }, lastSequence);
}

function prepareKill(client: ClientSession, command: ClientCommand, { id }: KillEffect): void {
  const parameter = column('?', FieldType.NULL, {
    collation: Collation.binary,
    length: 0,
    flags: ColumnFlag.BINARY,
  });
  prepareHere(client, command, id === 'parameter' ? [parameter] : []);
}

/** The id that an execution of `KILL ?` binds; null where it is no number. */
function boundId(statement: PreparedStatement, payload: Buffer): number | null {
  const [bound] = boundValues(statement, payload) ?? [];
  keepTypes(statement, payload);
  const id = bound?.value == null || bound.value === '' ? NaN : Number(bound.value);
  return Number.isSafeInteger(id) ? id : null;
}

export function kill(client: ClientSession, { what, id }: KillEffect, lastSequence: number): void {
  const victim = victimOf(client, id);
  if (victim !== client.id) {
    client.host.kill(victim, what, client);
    client.answer(writeOk({ status: statusOf(client) }), lastSequence);
  } else if (what === 'query') {
    throw new FleetError('QUERY_INTERRUPTED', {});
  } else {
    client.answerError(new FleetError('CONNECTION_KILLED', {}), lastSequence);
    client.end('it killed itself');
  }
}

/** @throws UNKNOWN_THREAD for what is no plain number */
function victimOf(client: ClientSession, id: KillEffect['id']): number {
  if (id === null || id === 'parameter') throw new FleetError('UNKNOWN_THREAD', { id: 'NULL' });
  return id === 'self' ? client.id : id;
}

/**
 * Of several statements those that kill are carried out at once, before the first. Where one of them means nobody, none of
 * the others is run.
 * @returns the command with statements in their place that have the same answer
 */
export function killAmong(client: ClientSession, effects: readonly Statement[], payload: Buffer): Buffer {
  const kills = effects.filter((effect) => effect.kill !== null);
  for (const { kill: effect } of kills) {
    const id = victimOf(client, effect?.id ?? null);
    if (id === client.id) throw new FleetError('QUERY_INTERRUPTED', {});
    client.host.kill(id, effect?.what ?? 'query', client);
  }
  const replaced = replaceParts(
    payload.subarray(1),
    kills.map(({ start, end }) => ({ start, end, by: 'DO 0' })),
  );
  return Buffer.concat([payload.subarray(0, 1), replaced.text]);
}

function statusOf(client: ClientSession): number {
  return client.session.status & lastingStatus;
}
