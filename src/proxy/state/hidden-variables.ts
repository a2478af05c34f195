// Variables that a routine or a trigger changed: those of the system by what the server tells or shows, users' by its list.

import type { ConnectionState } from '../../session/connection-state.js';
import type { Session } from '../../session/session.js';
import { isPlainName } from '../../session/user-variables.js';
import { isCarried, literalOf, ofSchema } from '../../session/variables.js';
import type { Statement } from '../../sql/types.js';
import type { Live } from '../backend/backend-link.js';
import { askCounts, askSettings, askUserVariables } from '../backend/session-questions.js';
import { askWhatIsInDoubt, learnTold, mayMove, SOMEWHERE } from './state-application.js';

/** Changes anything, so that the server tells of all that changed without an OK that could have told it. */
const TELL = Buffer.from('\x03SET SESSION session_track_schema=ON', 'latin1');

/**
 * Gives the session what has no owner or another value than before, and counts statements anew.
 * @param ran what may have done it
 * @returns whether the server tells of all variables
 * @throws BackendGone
 */
export async function giveWhatIsListed(
  session: Session,
  ran: readonly Statement[],
  live: Live,
): Promise<boolean> {
  const { state, connection, facts, tracked } = live;
  connection.cork();
  const told = tracked ? connection.run(TELL, 'ok').ended : null;
  const settings = tracked ? null : askSettings(connection, facts);
  const variables = askUserVariables(connection, facts);
  const counts = askCounts(connection, facts);
  connection.uncork();
  const lasting = ran.filter(({ setsForItself }) => !setsForItself);
  if (told !== null) learnTold(session, state, lasting, await told);
  const knowsSettings = settings === null || giveSettings(session, state, await settings);
  const knowsVariables = giveVariables(session, state, await variables);
  state.statementCounts = await counts;
  // Nobody tells of a schema that is dropped, or gone to.
  if (!tracked && (session.schema !== null || ran.some(mayMove))) state.schema = undefined;
  else if (!tracked) state.schema &&= SOMEWHERE;
  // In doubt a session without a schema would run where the connection is.
  if (session.schema === null && state.schema === undefined) await askWhatIsInDoubt(session, live);
  return knowsSettings && knowsVariables;
}

function giveSettings(
  session: Session,
  state: ConnectionState,
  settings: ReadonlyMap<string, string> | null,
): boolean {
  for (const [name, shown] of settings ?? []) {
    // What a schema brings along, a session without one has not from where the connection is.
    if (name === ofSchema && session.schema === null) continue;
    if (!isCarried(name) || state.isInDoubt(name) || state.valueOf(name) === literalOf(name, shown)) continue;
    session.told(name, shown);
    state.learn(name, literalOf(name, shown));
  }
  return settings !== null;
}

/**
 * Whatever nobody is known to have was assigned just now: all that was known has changed hands before.
 * @returns whether all of them are known by names that can be said again
 */
function giveVariables(session: Session, state: ConnectionState, names: readonly string[] | null): boolean {
  state.userVariables.doubt(session.userVariables);
  if (names === null) return false;
  const added = names.filter((name) => state.userVariables.ownerOf(name) === undefined);
  for (const name of added) state.userVariables.give(name, session.userVariables);
  return added.every(isPlainName);
}
