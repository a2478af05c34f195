// Logging a client in: greeting, TLS, password check with either plugin. Nothing of it needs the backend.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { FleetError } from '../../errors.js';
import {
  authResponse,
  FAST_AUTH_SUCCESS,
  isAuthPlugin,
  isRightResponse,
  newScramble,
  type AuthPlugin,
  type Scramble,
} from '../../wire/auth.js';
import { Capability, offeredToAll, ServerStatus } from '../../wire/constants.js';
import {
  isSslRequest,
  readHandshakeResponse,
  writeAuthSwitchRequest,
  writeGreeting,
  type HandshakeResponse,
} from '../../wire/handshake.js';
import type { ClientChannel } from './client-channel.js';

export interface Door {
  readonly user: string;
  readonly password: string;
  /** Null where clients are not offered TLS. */
  readonly tls: { readonly context: SecureContext; readonly required: boolean } | null;
  /** What the greeting says of the server. */
  readonly serverVersion: string;
  /** The number of the collation that the greeting names. */
  readonly collation: number;
  readonly plugin: AuthPlugin;
}

/**
 * Greets a client and checks who it is. The OK packet is left to the caller, who may still have to look at the schema.
 * @returns what the client said; its capabilities are those that were offered
 * @throws ACCESS_DENIED, TLS_REQUIRED, HANDSHAKE_FAILED, MALFORMED_PACKET, PACKET_TOO_LARGE
 */
export async function acceptLogin(
  channel: ClientChannel,
  threadId: number,
  door: Door,
): Promise<HandshakeResponse> {
  const scramble = newScramble();
  const offered = offeredToAll | Capability.LOCAL_FILES | (door.tls === null ? 0 : Capability.SSL);
  channel.reply(
    writeGreeting({
      serverVersion: door.serverVersion,
      threadId,
      scramble,
      capabilities: offered >>> 0,
      collation: door.collation,
      status: ServerStatus.AUTOCOMMIT,
      plugin: door.plugin,
    }),
  );
  const response = await readResponse(channel, door);
  // PHP's clients compress where they are told to, whatever is offered, and would wait for a compressed answer forever.
  if ((response.capabilities & Capability.COMPRESS) !== 0)
    throw new FleetError('HANDSHAKE_FAILED', { detail: 'compression is not offered on this port' });
  await authenticate(channel, door, { ...response, scramble: { bytes: scramble, plugin: door.plugin } });
  return { ...response, capabilities: response.capabilities & offered };
}

async function readResponse(channel: ClientChannel, door: Door): Promise<HandshakeResponse> {
  let { payload } = await channel.read();
  if (isSslRequest(payload)) {
    if (door.tls === null)
      throw new FleetError('HANDSHAKE_FAILED', { detail: 'TLS is not offered on this port' });
    await channel.startTls(door.tls.context);
    ({ payload } = await channel.read());
  } else if (door.tls?.required === true) {
    throw new FleetError('TLS_REQUIRED', {});
  }
  return readHandshakeResponse(payload);
}

/** What a client says to prove who it is, at login and in COM_CHANGE_USER. */
export interface Claim {
  readonly user: string;
  readonly authResponse: Buffer;
  readonly plugin: string | null;
  /** The scramble that the client has just seen; null at COM_CHANGE_USER. */
  readonly scramble: Scramble | null;
}

/**
 * Checks a claim, after a switch of plugins where the client used another than the scramble was for. A wrong user takes the
 * same way as a wrong password.
 * @throws ACCESS_DENIED, whose cause is the name of the user, as it can be shown
 */
export async function authenticate(
  channel: ClientChannel,
  door: Pick<Door, 'user' | 'password'>,
  claim: Claim,
): Promise<void> {
  const plugin = isAuthPlugin(claim.plugin) ? claim.plugin : 'mysql_native_password';
  let response = claim.authResponse;
  const seen = claim.scramble ?? scrambleOfBefore(channel, door, claim);
  let scramble = seen?.plugin === plugin ? seen.bytes : null;
  // A client that names a plugin that we do not know has answered with it, whatever the scramble was for.
  if (scramble === null || (claim.plugin !== null && claim.plugin !== plugin)) {
    scramble = newScramble();
    channel.reply(writeAuthSwitchRequest(plugin, scramble));
    response = (await channel.read()).payload;
  }
  const rightPassword = isRightResponse(plugin, door.password, scramble, response);
  const rightUser = sameText(claim.user, door.user);
  if (!rightPassword || !rightUser) {
    const user = shownName(claim.user);
    const usingPassword = response.length > 0 ? 'YES' : 'NO';
    const details = { user, address: channel.address, usingPassword };
    throw new FleetError('ACCESS_DENIED', details, { cause: user });
  }
  const isSha2 =
    plugin === 'caching_sha2_password' && authResponse(plugin, door.password, scramble).length > 0;
  if (isSha2) channel.reply(FAST_AUTH_SUCCESS);
  channel.scramble = { bytes: scramble, plugin };
}

/**
 * The scramble of the login, where a COM_CHANGE_USER answers to that. MariaDB's Connector/C does, also where it is sent another;
 * other clients wait for one.
 */
function scrambleOfBefore(
  { scramble }: ClientChannel,
  { password }: Pick<Door, 'password'>,
  { plugin, authResponse: response }: Claim,
): Scramble | null {
  if (scramble?.plugin !== (plugin ?? 'mysql_native_password')) return null;
  return isRightResponse(scramble.plugin, password, scramble.bytes, response) ? scramble : null;
}

/** Longer than any name that a server has, and nothing that would do something to a terminal. */
function shownName(name: string): string {
  return name.slice(0, longestShownName).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
}

const longestShownName = 80;

function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
