// Whether and how this server renames temporary tables, tried on the first that a session creates.

import type { Session } from '../../session/session.js';
import type { RenameStatement } from '../../session/temporary-tables.js';
import type { Statement } from '../../sql/types.js';
import { ServerStatus } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';

/** Without a privilege on the base tables only RENAME TABLE works, and only on newer MariaDB servers; elsewhere ALTER TABLE. */
const ways: readonly RenameStatement[] = ['RENAME TABLE', 'ALTER TABLE'];

/**
 * Tries the ways of renaming there and back, once a connection. Not in a transaction, which a renaming may commit.
 * @throws BackendGone
 */
export async function learnToRename(
  session: Session,
  live: Live,
  statements: readonly Statement[],
): Promise<void> {
  const { temporaryTables } = live.state;
  const table = statements.flatMap(({ createdTables }) => createdTables).at(-1);
  if (table === undefined || temporaryTables.renames !== null || isInTransaction(session)) return;
  const schema = table.qualifier ?? session.schema;
  if (schema === null) return;
  live.state.diagnosticsOf = live.state.foundRowsOf = null;
  live.state.countsAreStale();
  for (const how of ways) {
    const [there, back] = temporaryTables.trial(how, schema, table.name);
    if ((await live.connection.ask(there)) === null) continue;
    temporaryTables.renames = (await live.connection.ask(back)) === null ? 'none' : how;
    return;
  }
  temporaryTables.renames = 'none';
}

/** As of the reply that has just come, which may itself have begun the transaction. */
function isInTransaction({ status }: Session): boolean {
  return (status & ServerStatus.IN_TRANS) !== 0;
}
