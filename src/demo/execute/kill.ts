// KILL. An account has one connection, so there is never another one of its own to end.

import { mysqlError, type MySqlError } from '../mysql-error.js';
import type { Session } from '../session/session.js';
import type { Database } from './database.js';

/** What the server answers: 1094 for an id that nobody has, 1095 for another account's, 1317 for one's own. */
export function refuseKill(database: Database, session: Session, id: number): MySqlError {
  const target = database.sessions.get(id);
  if (target === undefined) return mysqlError('NO_SUCH_THREAD', { id: Number.isNaN(id) ? 0 : id });
  return target === session ? mysqlError('QUERY_INTERRUPTED', {}) : mysqlError('KILL_DENIED', { id });
}
