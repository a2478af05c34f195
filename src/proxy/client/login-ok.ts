// The OK that ends a login, with what MariaDB's driver for Node must be told to know its own letters.

import type { ServerFacts } from '../../session/session.js';
import { ServerStatus } from '../../wire/constants.js';
import type { HandshakeResponse } from '../../wire/handshake.js';
import { writeOk, writeTellingOk } from '../../wire/reply-packets.js';
import { writeVariable } from '../../wire/session-track.js';

/**
 * The driver takes the collation of the greeting, which is the server's, for its session's until it is told otherwise, and would
 * write latin1 into a session that is utf8mb4. It reads what an OK tells also where session tracking was not agreed on.
 */
export function loginOk(
  { attributes, collation }: Pick<HandshakeResponse, 'attributes' | 'collation'>,
  facts: Pick<ServerFacts, 'collations'> | undefined,
): Buffer {
  const status = ServerStatus.AUTOCOMMIT;
  const charset = facts?.collations.get(collation)?.charset;
  if (charset === undefined || attributes.get('_client_name') !== 'MariaDB connector/Node')
    return writeOk({ status });
  // Told of utf8mb4 it would leave out the SET NAMES that gives its session the collation that it has on a server.
  return writeTellingOk(
    status,
    writeVariable('character_set_client', charset === 'utf8mb4' ? 'utf8mb3' : charset),
  );
}
