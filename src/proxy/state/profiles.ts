// SHOW PROFILES: the connection keeps the statements of whoever had profiling on, for whoever asks. Nobody is to read another's.
// https://mariadb.com/kb/en/show-profiles/

import type { Session } from '../../session/session.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import { leaveDiagnostics } from './save-diagnostics.js';

/** What SHOW and SELECT find them by. */
const tables = ['profiles', 'profile', 'profiling'];

/** A statement that is profiled itself has the kept ones dropped. */
const dropProfiles = 'SET @@session.profiling=1,@@session.profiling_history_size=0';

/** Drops what another session may have left, before one asks for profiles or adds its own. */
export function keepProfilesApart({ effects }: ClientCommand, session: Session, live: Live): void {
  const { connection, state } = live;
  const { profilesOf } = state;
  if (profilesOf === session) return;
  const profiles =
    session.wanted('profiling', state) !== state.initialValue('profiling') ||
    effects.some(({ assigns }) => assigns.some(({ name }) => name === 'profiling'));
  // Where nobody has any, there is nothing to be found.
  const asks = profilesOf !== null && effects.some(({ mentions }) => tables.some(mentions));
  if (!profiles && !asks) return;
  state.profilesOf = session;
  if (profilesOf === null) return;
  leaveDiagnostics(session, live);
  connection.clearAway(dropProfiles);
  connection.clearAway('SET @@session.profiling=0');
  state.learn('profiling', "'OFF'");
  state.learn('profiling_history_size', '0');
}
