// Transactions of a session, and the one that the engine has.

import { quoteName } from '../catalog/catalog.js';
import { mysqlError } from '../mysql-error.js';
import type { Session } from '../session/session.js';
import type { Database } from './database.js';
import { createStorage } from './table-storage.js';

/** Before a statement that uses tables: with autocommit off it begins a transaction. */
export function beginImplicitly(session: Session): void {
  if (session.variables.get('autocommit') === 0) session.inTransaction = true;
}

export function begin(database: Database, session: Session): void {
  commit(database, session);
  session.inTransaction = true;
}

/** Before a statement that writes: a transaction that only read so far becomes the engine's. */
export function beginWriting(database: Database, session: Session): void {
  if (!session.inTransaction || database.writer.owner === session.connectionId) return;
  database.engine.execute('BEGIN');
  database.writer.take(session.connectionId);
}

export function commit(database: Database, session: Session): void {
  end(database, session, 'COMMIT');
}

export function rollback(database: Database, session: Session): void {
  end(database, session, 'ROLLBACK');
  restoreTemporary(database, session);
}

/** The engine rolls back what was done to temporary tables as well; that they are there is not part of a transaction. */
function restoreTemporary(database: Database, session: Session): void {
  const prefix = `${session.connectionId}:`;
  const found = database.engine
    .query(`SELECT name FROM sqlite_temp_master WHERE type = 'table'`)
    .map((row) => String(row[0]));
  const there = new Set(
    found.filter((name) => name.startsWith(prefix)).map((name) => `temp.${quoteName(name)}`),
  );
  for (const table of session.temporary.values()) {
    if (!there.delete(table.storage)) createStorage(database.engine, table);
  }
  for (const storage of there) database.engine.execute(`DROP TABLE ${storage}`);
}

function end(database: Database, session: Session, how: 'COMMIT' | 'ROLLBACK'): void {
  session.inTransaction = false;
  if (database.writer.owner !== session.connectionId) return;
  try {
    database.engine.execute(how);
  } finally {
    database.writer.release(session.connectionId);
  }
}

/** Outside of a transaction a savepoint is over at once, as on a server. */
export function savepoint(database: Database, session: Session, name: string): void {
  if (!session.inTransaction) return;
  beginWriting(database, session);
  database.engine.execute(`SAVEPOINT ${quoteName(name)}`);
}

export function toSavepoint(
  database: Database,
  session: Session,
  name: string,
  what: 'ROLLBACK TO' | 'RELEASE',
): void {
  if (database.writer.owner !== session.connectionId) throw mysqlError('SAVEPOINT_MISSING', { name });
  database.engine.execute(`${what} ${quoteName(name)}`);
}
