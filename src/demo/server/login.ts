// The connection phase of the demo backend: greeting, password check, the session that comes of it.

import { randomBytes } from 'node:crypto';
import type { ClientChannel } from '../../proxy/client/client-channel.js';
import { authenticate, type Claim } from '../../proxy/client/client-login.js';
import { newScramble, type AuthPlugin } from '../../wire/auth.js';
import { Capability, offeredToAll, Collation, ServerStatus } from '../../wire/constants.js';
import { readHandshakeResponse, writeGreeting } from '../../wire/handshake.js';
import { schemaOf } from '../execute/context.js';
import type { Database } from '../execute/database.js';
import { setNames } from '../execute/run-set.js';
import { rollback } from '../execute/transaction.js';
import { collationNumbered } from '../session/charsets.js';
import { createSession, type Session } from '../session/session.js';
import { serverVersion } from '../session/system-variables.js';

/** Who may come in, and by which plugin they are asked first. */
export interface Entrance {
  readonly plugin: AuthPlugin;
  /** The password of an account; undefined where there is no such account. */
  password(account: string): string | undefined;
}

export interface Login {
  readonly connectionId: number;
  readonly account: string;
  readonly capabilities: number;
  /** Number of the collation that the client asked for. */
  readonly collation: number;
  readonly schema: string | null;
}

/** Greets a client and checks its password. @throws FleetError ACCESS_DENIED, MALFORMED_PACKET, ... */
export async function login(
  channel: ClientChannel,
  connectionId: number,
  entrance: Entrance,
): Promise<Login> {
  const scramble = newScramble();
  const { plugin } = entrance;
  channel.reply(
    writeGreeting({
      serverVersion,
      threadId: connectionId,
      scramble,
      capabilities: offeredToAll,
      collation: Collation.utf8mb4_general_ci,
      status: ServerStatus.AUTOCOMMIT,
      plugin,
    }),
  );
  const response = readHandshakeResponse((await channel.read()).payload);
  await checkPassword(channel, entrance, { ...response, scramble: { bytes: scramble, plugin } });
  const { user: account, capabilities, collation, schema } = response;
  return { connectionId, account, capabilities, collation, schema };
}

/** @throws FleetError ACCESS_DENIED */
export async function checkPassword(channel: ClientChannel, entrance: Entrance, claim: Claim): Promise<void> {
  // An unknown account takes the way of a wrong password.
  const password = entrance.password(claim.user) ?? randomBytes(16).toString('hex');
  await authenticate(channel, { user: claim.user, password }, claim);
}

/** A session as it is after a login. @throws MySqlError 1049 */
export function openSession(database: Database, login: Login, address: string): Session {
  const session = createSession({
    connectionId: login.connectionId,
    account: login.account,
    address,
    countsFound: (login.capabilities & Capability.FOUND_ROWS) !== 0,
    multiStatements: (login.capabilities & Capability.MULTI_STATEMENTS) !== 0,
    globals: database.globals,
    locks: database.locks,
  });
  const collation = collationNumbered(login.collation);
  setNames(session, collation.charset, collation.name)();
  if (login.schema !== null) session.schema = schemaOf(database, session, login.schema);
  database.sessions.set(login.connectionId, session);
  return session;
}

/** Lets go of all that a session holds. */
export function closeSession(database: Database, session: Session): void {
  session.ended.abort();
  rollback(database, session);
  for (const table of session.temporary.values())
    database.engine.execute(`DROP TABLE IF EXISTS ${table.storage}`);
  for (const [name, holder] of database.locks)
    if (holder === session.connectionId) database.locks.delete(name);
  database.sessions.delete(session.connectionId);
}
