// Receives clients: limits, login, the registry of sessions, and their end.

import type { Socket } from 'node:net';
import type { InstanceSettings } from '../../config/types.js';
import { FleetError } from '../../errors.js';
import type { Events } from '../../observe/events.js';
import type { ConnectionState } from '../../session/connection-state.js';
import { Session } from '../../session/session.js';
import type { Frame } from '../../wire/framing.js';
import type { BackendGone } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';
import type { Account } from '../account.js';
import { Admission } from './admission.js';
import { ClientChannel } from './client-channel.js';
import type { Door } from './client-login.js';
import { ClientSession } from './client-session.js';
import { LastCall } from './last-call.js';
import { LockWaits } from '../locks/lock-waits.js';
import { Farewell } from './farewell.js';
import type { SessionHost } from './session-host.js';
import type { NewGlobal } from '../state/new-globals.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import type { Multiplexer } from '../queue/multiplexer.js';
import type { Holder } from '../queue/slot.js';
import { loginOk } from './login-ok.js';
import { Sessions } from './sessions.js';
import type { Spool } from '../spool/spool.js';

/** Ms in which a client that is in the middle of its login at a stop finishes it, to be told of the stop. */
const LAST_LOGINS_MS = 500;

/** Characters kept of the name that a client's program gives itself: the status document has it for every session. */
const PROGRAM_NAME = 128;

export class Reception implements SessionHost {
  readonly lockWaits = new LockWaits();
  readonly settings: InstanceSettings;
  readonly sessions: Sessions;
  private readonly arriving = new Set<ClientChannel>();
  private readonly farewell = new Farewell();
  private readonly admission: Admission;
  private tried: () => void = () => undefined;
  /** Resolves when the backend has been tried once: until then nothing is known of the server that the greeting could say. */
  private readonly firstAttempt = new Promise<void>((resolve) => (this.tried = resolve));
  private emptied: (() => void) | null = null;
  private readonly lastCall = new LastCall();
  private isDraining = false;

  /** @param lastId ids count on from here; a start that differs from run to run keeps old ids from meaning new sessions */
  constructor(
    private readonly account: Account,
    readonly events: Events,
    readonly multiplexer: Multiplexer,
    door: () => Door,
    private readonly spool: Spool,
    lastId: number,
  ) {
    this.settings = account.settings;
    this.sessions = new Sessions(lastId);
    this.admission = new Admission(account.settings, events, multiplexer, door);
  }

  get all(): Iterable<ClientSession> {
    return this.sessions.all;
  }

  get draining(): boolean {
    return this.isDraining;
  }

  backendTried(): void {
    this.tried();
    const { known } = this.multiplexer;
    if (known !== null) this.sessions.limitPackets(known.facts.maxAllowedPacket);
  }

  backendLost(live: Live, error: BackendGone, holder: Holder | null): void {
    this.sessions.connectionLost(live, error, holder);
    this.lockWaits.lost(live.state.namedLocks);
  }

  passwordChanged(password: string, session: number): void {
    this.account.changePassword(password);
    this.events.publish({ type: 'password-changed', session });
  }

  globalsChanged(changes: readonly NewGlobal[]): void {
    this.sessions.keepBefore(changes);
    this.multiplexer.globalsChanged(changes);
  }

  stateLost(state: ConnectionState, why: string, by: TurnOwner): void {
    this.sessions.stateLost(state, why, by);
    this.lockWaits.lost(state.namedLocks);
  }

  accept(socket: Socket): void {
    const { settings } = this;
    const channel = new ClientChannel(socket, { spool: this.spool, stallMs: settings.stallTimeoutMs });
    const full = this.sessions.size >= settings.maxSessions || this.arriving.size >= settings.maxSessions;
    if (full) {
      const error = new FleetError('TOO_MANY_SESSIONS', { max: settings.maxSessions });
      this.events.publish({ type: 'session-refused', address: channel.address, reason: error.message });
      channel.sendError(error, 0);
      channel.end();
      return;
    }
    this.arriving.add(channel);
    void this.welcome(channel).finally(() => this.arriving.delete(channel));
  }

  kill(id: number, what: 'query' | 'connection', by: ClientSession): void {
    this.sessions.kill(id, what, by);
  }

  changeUser(client: ClientSession, frame: Frame): void {
    client.beginAnew(() => {
      void this.admission.changeUser(client, frame);
    });
  }

  closed(session: ClientSession): void {
    this.sessions.remove(session);
    this.farewell.seeOff(session.channel);
    if (this.sessions.size === 0) this.emptied?.();
  }

  /** From now on who comes, or is about to log in, is told of the stop: where a login ends, for there the answer has its place. */
  close(): void {
    this.lastCall.end();
    this.tried();
  }

  /** Lets running commands and transactions finish, at most `deadlineMs`; idle sessions are told and ended at once. */
  async drain(deadlineMs: number): Promise<void> {
    this.isDraining = true;
    this.lastCall.left();
    for (const channel of this.arriving) this.farewell.seeOff(channel);
    setTimeout(() => this.cutOffArriving(), LAST_LOGINS_MS).unref();
    const empty = new Promise<void>((resolve) => (this.emptied = resolve));
    for (const session of this.sessions.all) session.endIfDraining();
    const quiet = this.sessions.size === 0 ? Promise.resolve() : empty;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, deadlineMs)));
    await Promise.race([quiet.then(() => this.multiplexer.whenIdle()), late]);
    clearTimeout(timer);
    this.endAll();
  }

  /** Waits until all have what they are to get, at most `deadlineMs`; then they are cut off. */
  empty(deadlineMs: number): Promise<void> {
    return this.farewell.over(deadlineMs);
  }

  /** Ends all sessions at once. */
  destroyAll(): void {
    this.farewell.cutOff();
    this.cutOffArriving();
    this.endAll();
  }

  private cutOffArriving(): void {
    for (const channel of this.arriving) channel.destroy();
  }

  private endAll(): void {
    for (const session of this.sessions.all) session.endWith(new FleetError('SHUTTING_DOWN', {}));
  }

  private async welcome(channel: ClientChannel): Promise<void> {
    // However long that takes, it is not the client's doing.
    await this.firstAttempt;
    try {
      await this.admission.inTime(channel, this.logIn(channel));
    } catch (error) {
      // A client that came too late has its answer, and is gone by our doing.
      if (!channel.ending) this.admission.refuse(channel, error);
    }
  }

  private async logIn(channel: ClientChannel): Promise<void> {
    await this.lastCall.check();
    const id = this.sessions.nextId();
    const response = await this.admission.checkLogin(channel, id);
    await this.lastCall.check();
    const session = new Session(id, {
      capabilities: response.capabilities,
      collation: response.collation,
      schema: response.schema ?? this.settings.backend.database ?? null,
    });
    const client = new ClientSession(
      session,
      channel,
      this,
      response.attributes.get('program_name')?.slice(0, PROGRAM_NAME),
    );
    if (!(await this.admission.checkSchema(client))) return;
    if (this.sessions.size >= this.settings.maxSessions) {
      throw new FleetError('TOO_MANY_SESSIONS', { max: this.settings.maxSessions });
    }
    await this.lastCall.check();
    if (channel.ending) return;
    channel.reply(loginOk(response, this.multiplexer.known?.facts));
    this.sessions.add(client);
    channel.maxPacketBytes = this.multiplexer.known?.facts.maxAllowedPacket ?? channel.maxPacketBytes;
    this.events.publish({
      type: 'session-opened',
      session: id,
      address: channel.address,
      tls: channel.encrypted,
      ...(client.program === undefined ? {} : { program: client.program }),
    });
    client.open();
  }
}
