// One client connection of the demo backend: login, then commands in order until either side ends it.

import type { Socket } from 'node:net';
import { isFleetError } from '../../errors.js';
import { ClientChannel, errPayload } from '../../proxy/client-channel.js';
import { memoryOnly } from '../../proxy/spool.js';
import { Command } from '../../wire/constants.js';
import type { Frame } from '../../wire/framing.js';
import { readChangeUser } from '../../wire/handshake.js';
import { writeErr, writeOk } from '../../wire/reply-packets.js';
import type { Database } from '../execute/database.js';
import { MySqlError } from '../mysql-error.js';
import { statusFlags } from '../session/session.js';
import { runCommand, type Workplace } from './commands.js';
import { checkPassword, closeSession, login, openSession, type Entrance, type Login } from './login.js';
import { createReply } from './replies.js';

const LOGIN_TIMEOUT_MS = 10_000;
const MAX_PACKET_BYTES = 64 * 1024 * 1024;
const BUFFER_BYTES = 1024 * 1024;
const STALL_MS = 300_000;

export interface House extends Entrance {
  readonly database: Database;
  /** `account` has logged in on this connection; `end` ends it. An older connection of the account is ended now. */
  enter(account: string, end: () => void): void;
  leave(account: string, end: () => void): void;
}

/** Serves one connection until it ends. */
export function serveConnection(socket: Socket, connectionId: number, house: House): void {
  socket.setNoDelay(true);
  const channel = new ClientChannel(socket, { spool: memoryOnly(BUFFER_BYTES), stallMs: STALL_MS });
  const deadline = setTimeout(() => channel.destroy(), LOGIN_TIMEOUT_MS);
  login(channel, connectionId, house)
    .then((accepted) => {
      // The older connection's session goes before the new one comes, as its locks and transaction do.
      serveCommands(channel, house, accepted);
    })
    .catch((error: unknown) => refuse(channel, error))
    .finally(() => clearTimeout(deadline));
}

/** The client is told why, if it is still there. */
function refuse(channel: ClientChannel, error: unknown): void {
  if (isFleetError(error)) channel.reply(errPayload(error));
  else if (error instanceof MySqlError) channel.reply(writeErr(error));
  else throw error;
  channel.end();
}

function serveCommands(channel: ClientChannel, house: House, accepted: Login): void {
  const { database } = house;
  let current = accepted;
  const end = () => channel.destroy();
  house.enter(current.account, end);
  const place: Workplace = {
    database,
    session: openSession(database, current, channel.address),
    statements: new Map(),
    nextStatement: 1,
  };
  channel.reply(writeOk({ status: statusFlags(place.session) }));
  channel.maxPacketBytes = MAX_PACKET_BYTES;

  /** The session as it was after a login, with nothing of what was done since. */
  const renewSession = (next: Login) => {
    closeSession(database, place.session);
    place.statements.clear();
    place.session = openSession(database, next, channel.address);
  };
  const changeUser = async (frame: Frame) => {
    const change = readChangeUser(frame.payload, current.capabilities);
    channel.stopListening(frame);
    await checkPassword(channel, house, { ...change, scramble: null });
    house.leave(current.account, end);
    current = {
      ...current,
      account: change.user,
      schema: change.schema,
      collation: change.collation ?? current.collation,
    };
    house.enter(current.account, end);
    renewSession(current);
    channel.reply(writeOk({ status: statusFlags(place.session) }));
    channel.listen(listener);
  };
  const run = async (frame: Frame) => {
    const [command] = frame.payload;
    if (command === Command.QUIT) {
      channel.end();
    } else if (command === Command.CHANGE_USER) {
      await changeUser(frame);
    } else if (command === Command.RESET_CONNECTION) {
      renewSession({ ...current, schema: place.session.schema });
      createReply(channel, frame.lastSequence).ok(place.session);
    } else {
      await runCommand(place, frame.payload, createReply(channel, frame.lastSequence));
    }
  };

  const queue: Frame[] = [];
  let running = false;
  const pump = async () => {
    if (running) return;
    running = true;
    for (let frame = queue.shift(); frame !== undefined && !channel.ending; frame = queue.shift())
      await run(frame);
    running = false;
  };
  const listener = {
    frame(frame: Frame) {
      queue.push(frame);
      pump().catch((error: unknown) => refuse(channel, error));
    },
    broken: () => channel.destroy(),
    closed() {
      closeSession(database, place.session);
      house.leave(current.account, end);
    },
  };
  channel.listen(listener);
}
