// Which command goes where: answered here, acted on here, refused, or sent to the backend.

import { FleetError, isFleetError, type ClientError } from '../../errors.js';
import type { ServerFacts } from '../../session/session.js';
import type { Statement } from '../../sql/types.js';
import { Capability, Command, lastingStatus, refusedCommands } from '../../wire/constants.js';
import type { Frame } from '../../wire/framing.js';
import { writeEof, writeOk } from '../../wire/reply-packets.js';
import { tooLarge } from './client-channel.js';
import type { ClientSession } from './client-session.js';
import { onlyEffect, readCommand, statementId, type ClientCommand } from '../command/command.js';
import { connectionIdReply } from '../command/connection-id.js';
import { openingVariablesReply } from './opening-variables.js';
import { prepareHere } from './prepare-here.js';
import { processListReply } from './process-list.js';
import { kill, killAmong, serveKill } from './serve-kill.js';
import { assumedFacts } from '../backend/server-facts.js';
import { internalError } from '../turn/turn-errors.js';
import { setLocally } from './set-locally.js';

export function serve(client: ClientSession, frame: Frame): void {
  try {
    serveOrRefuse(client, frame);
  } catch (error) {
    // A fault of ours, which is to cost nobody else anything. What is left of this session cannot be relied upon.
    client.endWith(internalError(error, 'serving a command', client.host.events), frame.lastSequence + 1);
  }
}

function serveOrRefuse(client: ClientSession, frame: Frame): void {
  try {
    serveCommand(client, frame);
  } catch (error) {
    if (!isFleetError(error)) throw error;
    client.answerError(error as ClientError, frame.lastSequence);
  }
}

/** @throws a ClientError that the client gets as the command's answer */
function serveCommand(client: ClientSession, frame: Frame): void {
  const { payload, lastSequence } = frame;
  if (frame.oversized > 0) {
    // It may have been a preparation.
    client.session.statements.forgetLast();
    throw tooLarge(frame, client.channel.maxPacketBytes);
  }
  if (frame.sequence !== 0) {
    client.endWith(new FleetError('PACKETS_OUT_OF_ORDER', {}), lastSequence + 1);
    return;
  }
  const code = payload[0] ?? -1;
  switch (code) {
    case Command.QUIT:
      client.end('the client said COM_QUIT');
      return;
    case Command.PING:
      ok(client, lastSequence);
      return;
    case Command.QUERY:
      query(client, frame);
      return;
    case Command.STMT_SEND_LONG_DATA:
    case Command.STMT_CLOSE:
      withoutReply(client, frame);
      return;
    case Command.SET_OPTION:
      setOption(client, frame);
      return;
    case Command.PROCESS_KILL:
      kill(client, { what: 'connection', id: processId(payload) }, lastSequence);
      return;
    case Command.RESET_CONNECTION:
      client.beginAnew(() => {
        client.session.restart();
        ok(client, lastSequence);
      });
      return;
    case Command.CHANGE_USER:
      client.host.changeUser(client, frame);
      return;
    default:
      other(client, frame, code);
  }
}

function other(client: ClientSession, frame: Frame, code: number): void {
  const refused = refusedCommands.get(code);
  if (refused !== undefined) throw new FleetError('COMMAND_REFUSED', { command: refused });
  const command = readCommand(frame, client.session, facts(client));
  const { statement } = command;
  const only = onlyEffect(command);
  if (only?.processes != null && code === Command.STMT_PREPARE) {
    prepareHere(client, command, []);
    return;
  }
  const processes = processListReply(client, command, facts(client));
  if (processes !== null) {
    client.answerPackets(processes);
    return;
  }
  const killed = only?.kill ?? null;
  if (killed !== null && (killed.id !== null || code === Command.STMT_EXECUTE)) {
    serveKill(client, command, killed);
    return;
  }
  // A statement that is not on the connection has nothing there to be reset.
  if (code === Command.STMT_RESET && statement !== null && !statement.cursorOpen) {
    statement.longData.clear();
    ok(client, frame.lastSequence);
    return;
  }
  client.submit(command);
}

function query(client: ClientSession, frame: Frame): void {
  const command = readCommand(frame, client.session, facts(client));
  const { effects, payload } = command;
  const killed = onlyEffect(command)?.kill ?? null;
  if (killed !== null) {
    serveKill(client, command, killed);
    return;
  }
  if (client.session.multiStatements && effects.some((effect) => effect.kill !== null)) {
    query(client, { ...frame, payload: killAmong(client, effects, payload) });
    return;
  }
  if (
    !client.session.has(Capability.LOCAL_FILES) &&
    effects.some((effect: Statement) => effect.loadsLocalFile)
  ) {
    throw new FleetError('LOCAL_INFILE_REFUSED', {});
  }
  const reply =
    processListReply(client, command, facts(client)) ??
    (effects.length === 1 ? connectionIdReply(command, client.session, facts(client)) : null);
  if (reply !== null) client.answerPackets(reply);
  else if (client.host.multiplexer.isFreeFor(client) || !answeredWhileBusy(client, command))
    client.submit(command);
}

function answeredWhileBusy(client: ClientSession, command: ClientCommand): boolean {
  const { session, host } = client;
  const { known } = host.multiplexer;
  if (setLocally(command, session, facts(client))) {
    ok(client, command.lastSequence);
    return true;
  }
  const reply = known === null ? null : openingVariablesReply(command, session, known);
  if (reply !== null) client.answerPackets(reply);
  return reply !== null;
}

function processId(payload: Buffer): number {
  if (payload.length < 5)
    throw new FleetError('MALFORMED_PACKET', { detail: 'COM_PROCESS_KILL without an id' });
  return payload.readUInt32LE(1);
}

function withoutReply(client: ClientSession, { payload }: Frame): void {
  const { statements } = client.session;
  const id = payload.length >= 5 ? statementId(payload) : 0;
  if (payload[0] === Command.STMT_CLOSE) {
    statements.remove(id);
    client.cursorMayHaveClosed();
  } else {
    // Kept here until the execution, so that it needs no hold on the connection and survives its loss.
    statements.find(id)?.longData.add(payload, client.channel.maxPacketBytes);
  }
  client.answered();
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_set_option.html */
function setOption(client: ClientSession, { payload, lastSequence }: Frame): void {
  const option = payload.length >= 3 ? payload.readUInt16LE(1) : -1;
  if (option !== 0 && option !== 1) throw new FleetError('UNKNOWN_COMMAND', {});
  client.session.multiStatements = option === 0;
  client.answer(writeEof({ warnings: 0, status: statusOf(client) }), lastSequence);
}

function ok(client: ClientSession, lastSequence: number): void {
  client.answer(writeOk({ status: statusOf(client) }), lastSequence);
}

/** The flags of the last reply that still hold for an answer of ours. */
function statusOf(client: ClientSession): number {
  return client.session.status & lastingStatus;
}

function facts(client: ClientSession): ServerFacts {
  return client.host.multiplexer.known?.facts ?? assumedFacts;
}
