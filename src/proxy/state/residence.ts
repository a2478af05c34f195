// Where an instance has several connections: which of them a session cannot do without, and what it leaves behind on the others.

import type { ConnectionState } from '../../session/connection-state.js';
import type { Session } from '../../session/session.js';
import { hasDiagnosticsOf } from './save-diagnostics.js';

/** Whether the connection has something that the session could not have on another. */
export function isBoundTo(session: Session, state: ConnectionState): boolean {
  const { namedLocks, temporaryTables, userVariables, sequencesOf } = state;
  return (
    namedLocks.ownedBy(session).length > 0 ||
    temporaryTables.namesOf(session).length > 0 ||
    userVariables.unsavedOf(session.userVariables).length > 0 ||
    sequencesOf === session ||
    (session.diagnostics.question !== null && hasDiagnosticsOf(session, state))
  );
}

/** The session goes on on another connection: what this one has of it is as good as another session's. */
export function leave(session: Session, state: ConnectionState): void {
  state.disclaim(session);
  state.userVariables.disown(session.userVariables);
  state.textStatements.disown(session.textStatements);
}
