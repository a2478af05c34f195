// Who is let in: the login, and COM_CHANGE_USER, each within login_timeout.

import type { InstanceSettings } from '../../config/types.js';
import { FleetError, isFleetError } from '../../errors.js';
import type { Events } from '../../observe/events.js';
import { ServerStatus } from '../../wire/constants.js';
import type { Frame } from '../../wire/framing.js';
import { readChangeUser, type HandshakeResponse } from '../../wire/handshake.js';
import { writeErr, writeOk, type ErrPacket } from '../../wire/reply-packets.js';
import { errPayload, toErrPacket } from '../command/error-reply.js';
import type { Multiplexer } from '../queue/multiplexer.js';
import { LOGIN_PACKET_BYTES, type ClientChannel } from './client-channel.js';
import { acceptLogin, authenticate, type Door } from './client-login.js';
import type { ClientSession } from './client-session.js';
import { SchemaCheck } from './schema-check.js';

/** How often a session may fail to become another user; MariaDB's number, so that passwords cannot be tried that way. */
const MOST_REFUSED_CHANGES = 3;

export class Admission {
  private readonly schemas: SchemaCheck;

  constructor(
    private readonly settings: InstanceSettings,
    private readonly events: Events,
    private readonly multiplexer: Multiplexer,
    private readonly door: () => Door,
  ) {
    this.schemas = new SchemaCheck(multiplexer);
  }

  /** The client has `login_timeout` for it; then it is sent away. */
  async inTime(channel: ClientChannel, done: Promise<unknown>): Promise<void> {
    const { loginTimeoutMs } = this.settings;
    const late = new FleetError('LOGIN_TIMEOUT', { seconds: loginTimeoutMs / 1000 });
    const deadline = setTimeout(() => {
      this.refuse(channel, late);
    }, loginTimeoutMs);
    await done.finally(() => clearTimeout(deadline));
  }

  /** Sends a client away that has not logged in. */
  refuse(channel: ClientChannel, cause: unknown): void {
    const error = this.told(channel, cause);
    // A denied login has been told as one.
    if (!isFleetError(error, 'ACCESS_DENIED'))
      this.events.publish({ type: 'session-refused', address: channel.address, reason: error.message });
    channel.farewell(errPayload(error));
  }

  /**
   * Greets a client and lets it show who it is.
   * @returns what it said
   * @throws what `acceptLogin` throws, CHARSET_REFUSED
   */
  async checkLogin(channel: ClientChannel, id: number): Promise<HandshakeResponse> {
    const response = await acceptLogin(channel, id, this.door());
    this.checkCharset(response.collation);
    return response;
  }

  /** The server's own error for a schema that does not exist ends the login, as it would there. */
  async checkSchema(client: ClientSession): Promise<boolean> {
    const err = await this.schemas.check(client);
    if (err === null) return true;
    client.channel.reply(writeErr(err));
    client.channel.end();
    return false;
  }

  /** Serves COM_CHANGE_USER of a session that has given up everything. */
  async changeUser(client: ClientSession, frame: Frame): Promise<void> {
    const { channel } = client;
    channel.stopListening(frame);
    try {
      const refused = await this.tryToChange(client, frame);
      if (refused === null) channel.reply(writeOk({ status: ServerStatus.AUTOCOMMIT }));
      else this.stayAsBefore(client, refused);
      client.open();
      client.answered();
    } catch (cause) {
      const error = this.told(channel, cause);
      // Who came too late has its answer.
      if (!channel.ending) channel.reply(errPayload(error));
      client.end(error.message);
    }
  }

  /** @returns what a server refuses without an end of the session */
  private async tryToChange(client: ClientSession, { payload }: Frame): Promise<ErrPacket | null> {
    const { channel, session } = client;
    const size = payload.length;
    if (size > LOGIN_PACKET_BYTES)
      throw new FleetError('PACKET_TOO_LARGE', { size, max: LOGIN_PACKET_BYTES });
    const change = readChangeUser(payload, session.capabilities);
    const collation = change.collation ?? session.collation;
    try {
      if (client.refusedChanges >= MOST_REFUSED_CHANGES) throw new FleetError('UNKNOWN_COMMAND', {});
      await this.inTime(channel, authenticate(channel, this.door(), { ...change, scramble: null }));
      this.checkCharset(collation);
    } catch (cause) {
      if (!isFleetError(cause, 'ACCESS_DENIED', 'CHARSET_REFUSED', 'UNKNOWN_COMMAND')) throw cause;
      return toErrPacket(this.told(channel, cause));
    }
    const { schema } = session;
    session.restart({ collation, schema: change.schema });
    const err = await this.schemas.check(client);
    if (err !== null) session.schema = schema;
    return err;
  }

  /** As on MariaDB: the session is empty, but goes on as who it was, where it was; MySQL ends it. */
  private stayAsBefore(client: ClientSession, err: ErrPacket): void {
    client.refusedChanges++;
    client.session.changeRefused(err, this.door().collation);
    client.channel.reply(writeErr(err));
  }

  /** As the servers: statements cannot be read in character sets whose ASCII letters are not of one byte. */
  private checkCharset(collation: number): void {
    const charset = this.multiplexer.known?.facts.collations.get(collation)?.charset;
    if (charset !== undefined && /^(ucs2|utf16|utf32)/.test(charset))
      throw new FleetError('CHARSET_REFUSED', { charset });
  }

  /** The error for the client; what is to be known of it beside is published. */
  private told({ address }: ClientChannel, cause: unknown): FleetError {
    if (isFleetError(cause, 'ACCESS_DENIED'))
      this.events.publish({
        type: 'login-failed',
        address,
        user: String(cause.cause),
        reason: cause.message,
      });
    if (isFleetError(cause)) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    this.events.publish({ type: 'internal-error', where: 'login', message });
    return new FleetError('INTERNAL', { detail: message });
  }
}
