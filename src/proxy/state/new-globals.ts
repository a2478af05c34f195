// SET GLOBAL: sessions that begin from now on begin with the new value, those that are there keep the one they have.

import type { ConnectionState } from '../../session/connection-state.js';
import {
  askByShow,
  DEFAULT,
  initialLiteralOf,
  isCarried,
  unquoted,
  type Literal,
} from '../../session/variables.js';
import type { Session } from '../../session/session.js';
import { Command } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import { leaveDiagnostics } from './save-diagnostics.js';
import { liftSelectLimit } from './state-application.js';

/** What a new session begins with, which was another value before. */
export interface NewGlobal {
  readonly name: string;
  readonly before: Literal;
  readonly now: Literal;
}

/** What a connection has from its login and no statement changes. */
const fixedAtLogin: ReadonlySet<string> = new Set(['max_allowed_packet', 'net_buffer_length']);

/** Whether its client, as soon as it has the answer, may open a session that is to begin with what the command has set. */
export function answersLate({ code, effects }: ClientCommand): boolean {
  const [only] = effects;
  // Replies of several statements may be large, and are not kept back.
  return (
    code !== Command.STMT_PREPARE && effects.length === 1 && only !== undefined && only.globals.length > 0
  );
}

/**
 * Asks for the variables that a command has set for new sessions.
 * @param set their names
 * @throws BackendGone
 */
export async function askNewGlobals(
  set: readonly string[],
  session: Session,
  live: Live,
): Promise<NewGlobal[]> {
  const names = set.filter(isCarried);
  if (names.length === 0) return [];
  const { connection, state } = live;
  leaveDiagnostics(session, live);
  connection.cork();
  liftSelectLimit(live);
  const answers = [connection.ask(askByShow(names, 'GLOBAL')), connection.ask(askByShow(names))] as const;
  connection.uncork();
  const [shown = [], own = []] = (await Promise.all(answers)).map((rows) => rows ?? []);
  const inSession = new Map(own.map(([name, value]) => [name, value]));
  const changed = shown.flatMap(([name, value]) => changeOf(name, value, inSession, state));
  const carried = changed.filter(({ name }) => !fixedAtLogin.has(name));
  if (carried.length < changed.length) live.outdated = 'what it has from its login was set anew';
  return carried;
}

function changeOf(
  name: string | null | undefined,
  shown: string | null | undefined,
  inSession: ReadonlyMap<string | null | undefined, string | null | undefined>,
  state: ConnectionState,
): NewGlobal[] {
  if (name == null || shown == null) return [];
  const now = initialLiteralOf(name, shown);
  const before = state.initialValue(name);
  if (now === before || now === DEFAULT) return [];
  // A variable without a value of the session's own is the new one already.
  const isShared = !fixedAtLogin.has(name) && inSession.get(name) === shown && state.valueOf(name) === before;
  return isShared ? [] : [{ name, before, now }];
}

/** The connection's own values stay. */
export function noteNewGlobals(live: Live, changes: readonly NewGlobal[]): void {
  for (const { name, now } of changes) live.state.setInitialValue(name, now);
  const sqlMode = changes.find(({ name }) => name === 'sql_mode');
  if (sqlMode !== undefined) live.facts = { ...live.facts, sqlMode: unquoted(sqlMode.now) };
}
