// The role that the login has: asked for before a session sets another one, for nothing else leads back to it.

import type { Session } from '../../session/session.js';
import type { Statement } from '../../sql/types.js';
import type { Live } from '../backend/backend-link.js';
import { leaveDiagnostics } from './save-diagnostics.js';

/** @throws BackendGone */
export async function askLoginRole(
  effects: readonly Statement[],
  session: Session,
  live: Live,
): Promise<void> {
  const { connection, state, facts } = live;
  const setsRole = session.role !== null || effects.some(({ role }) => role !== null);
  if (!setsRole || state.loginRole !== null) return;
  leaveDiagnostics(session, live);
  const role = (await connection.ask('SELECT CURRENT_ROLE() LIMIT 1'))?.[0]?.[0] ?? null;
  if (role === null) state.loginRole = 'NONE';
  // MySQL answers with what it takes.
  else state.loginRole = facts.mariadb ? `\`${role.replaceAll('`', '``')}\`` : role;
}
