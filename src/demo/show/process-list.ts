// Who is connected: SHOW PROCESSLIST and INFORMATION_SCHEMA.PROCESSLIST.

import type { CellValue } from '../execute/context.js';
import type { Database } from '../execute/database.js';

export const processNames = ['ID', 'USER', 'HOST', 'DB', 'COMMAND', 'TIME', 'STATE', 'INFO'];

/** One row for each connection; times in seconds. */
export function processRows(database: Database, now = Date.now()): CellValue[][] {
  return [...database.sessions.values()].map((session) => [
    session.connectionId,
    session.account,
    session.address,
    session.schema,
    session.running === null ? 'Sleep' : 'Query',
    Math.max(0, Math.floor((now - session.now.getTime()) / 1000)),
    session.running === null ? '' : 'executing',
    session.running,
  ]);
}
