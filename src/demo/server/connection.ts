// One client connection of the demo backend: login, then commands in order until either side ends it.

import type { Socket } from 'node:net';
import { isFleetError } from '../../errors.js';
import { ClientChannel, type ChannelListener } from '../../proxy/client/client-channel.js';
import { errPayload } from '../../proxy/command/error-reply.js';
import { memoryOnly } from '../../proxy/spool/spool.js';
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
    .then((accepted) => serveCommands(channel, house, accepted))
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

/** A connection whose login was accepted. */
interface Conversation {
  readonly channel: ClientChannel;
  readonly house: House;
  readonly place: Workplace;
  readonly end: () => void;
  readonly listener: ChannelListener;
  login: Login;
  /** Commands that came while another was running. */
  readonly queue: Frame[];
  running: boolean;
}

function serveCommands(channel: ClientChannel, house: House, accepted: Login): void {
  const { database } = house;
  const end = () => channel.destroy();
  const session = openSession(database, accepted, channel.address);
  house.enter(accepted.account, end);
  const conversation: Conversation = {
    channel,
    house,
    place: { database, session, statements: new Map(), nextStatement: 1 },
    end,
    listener: {
      frame(frame: Frame) {
        conversation.queue.push(frame);
        runQueue(conversation).catch((error: unknown) => refuse(channel, error));
      },
      broken: end,
      closed() {
        closeSession(database, conversation.place.session);
        house.leave(conversation.login.account, end);
      },
    },
    login: accepted,
    queue: [],
    running: false,
  };
  channel.reply(writeOk({ status: statusFlags(session) }));
  channel.maxPacketBytes = MAX_PACKET_BYTES;
  channel.listen(conversation.listener);
}

/** Runs the commands in order; one that comes meanwhile is taken by the run that is under way. */
async function runQueue(conversation: Conversation): Promise<void> {
  const { queue, channel } = conversation;
  if (conversation.running) return;
  conversation.running = true;
  for (let frame = queue.shift(); frame !== undefined && !channel.ending; frame = queue.shift()) {
    await runFrame(conversation, frame);
  }
  conversation.running = false;
}

async function runFrame(conversation: Conversation, frame: Frame): Promise<void> {
  const { channel, place, login: current } = conversation;
  const [command] = frame.payload;
  if (command === Command.QUIT) {
    channel.end();
  } else if (command === Command.CHANGE_USER) {
    await changeUser(conversation, frame);
  } else if (command === Command.RESET_CONNECTION) {
    renewSession(conversation, { ...current, schema: place.session.schema });
    createReply(channel, frame.lastSequence).ok(place.session);
  } else {
    await runCommand(place, frame.payload, createReply(channel, frame.lastSequence));
  }
}

/** The session as it is after a login, with nothing of what was done since. */
function renewSession({ house, place, channel }: Conversation, next: Login): void {
  closeSession(house.database, place.session);
  place.statements.clear();
  place.session = openSession(house.database, next, channel.address);
}

async function changeUser(conversation: Conversation, frame: Frame): Promise<void> {
  const { channel, house, login: current, end } = conversation;
  const change = readChangeUser(frame.payload, current.capabilities);
  channel.stopListening(frame);
  await checkPassword(channel, house, { ...change, scramble: null });
  house.leave(current.account, end);
  const collation = change.collation ?? current.collation;
  conversation.login = { ...current, account: change.user, schema: change.schema, collation };
  house.enter(change.user, end);
  renewSession(conversation, conversation.login);
  channel.reply(writeOk({ status: statusFlags(conversation.place.session) }));
  channel.listen(conversation.listener);
}
