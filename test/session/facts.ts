// A server as sessions know it, and connections to it.
import { ConnectionState } from '../../src/session/connection-state.js';
import { Session, type ServerFacts, type SessionStart } from '../../src/session/session.js';
import type { StateCommand } from '../../src/session/difference.js';
import { Capability } from '../../src/wire/constants.js';

export const facts: ServerFacts = {
  version: '5.5.5-10.11.19-MariaDB',
  mariadb: true,
  versionNumber: 101_119,
  collationDatabase: 'latin1_swedish_ci',
  sqlMode: 'STRICT_TRANS_TABLES',
  collations: new Map([
    [8, { collation: 'latin1_swedish_ci', charset: 'latin1' }],
    [45, { collation: 'utf8mb4_general_ci', charset: 'utf8mb4' }],
  ]),
  defaultCollations: new Map([
    ['latin1', 'latin1_swedish_ci'],
    ['utf8mb4', 'utf8mb4_general_ci'],
  ]),
  maxAllowedPacket: 16 * 1024 * 1024,
};

/** Values that the server gives a new session. */
const initial: readonly (readonly [string, string])[] = [
  ['autocommit', "'ON'"],
  ['character_set_client', "'utf8mb4'"],
  ['character_set_results', "'utf8mb4'"],
  ['collation_connection', "'utf8mb4_general_ci'"],
  ['sql_mode', "'STRICT_TRANS_TABLES'"],
  ['sql_select_limit', '18446744073709551615'],
  ['time_zone', "'SYSTEM'"],
];

/** A connection that has just logged in. */
export const newConnection = (schema: string | null = null): ConnectionState =>
  new ConnectionState(schema, new Map(initial));

let lastId = 0;

/** A session of a client that says so at login; unless told otherwise it speaks utf8mb4 and has no schema. */
export function newSession(start: Partial<SessionStart> = {}): Session {
  const capabilities = Capability.PROTOCOL_41 | Capability.MULTI_STATEMENTS;
  return new Session(++lastId, { capabilities, collation: 45, schema: null, ...start });
}

/** The commands as people read them: `USE x`, `multi-statements on`, or the statement. */
export function shown(commands: readonly StateCommand[]): string[] {
  return commands.map(({ payload }) => {
    const rest = payload.toString('utf8', 1);
    if (payload[0] === 0x02) return `USE ${rest}`;
    if (payload[0] === 0x1b) return `multi-statements ${payload.readUInt16LE(1) === 0 ? 'on' : 'off'}`;
    return rest;
  });
}
