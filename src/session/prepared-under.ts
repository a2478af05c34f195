// The settings under which a statement was prepared and which it keeps: whoever prepares it again has to bring them back.

import type { ConnectionState } from './connection-state.js';
import { initDb, setVariables, type StateCommand } from './difference.js';
import type { Session } from './session.js';
import { isWide, type Literal } from './variables.js';

/** What a server goes by when it prepares: where names without a schema are, and how the text is read. */
export interface PreparedUnder {
  readonly schema: string | null;
  /** Values of those of `readingVariables` that the session had set. */
  readonly variables: ReadonlyMap<string, Literal>;
}

const readingVariables: readonly string[] = ['sql_mode', 'character_set_client', 'collation_connection'];

/** What the session's statements are prepared under at this moment. */
export function preparedUnder({ schema, variables }: Session): PreparedUnder {
  const own = readingVariables.flatMap((name) => {
    const value = variables.get(name);
    return value === undefined ? [] : ([[name, value]] as const);
  });
  return { schema, variables: new Map(own) };
}

/** Whether what the session prepares at this moment is prepared under the same. */
export function isPreparedUnder({ schema, variables }: PreparedUnder, session: Session): boolean {
  const now = preparedUnder(session);
  return (
    now.schema === schema && readingVariables.every((name) => now.variables.get(name) === variables.get(name))
  );
}

/** The commands that lead from what `session` wants now, which is in force, to what it had, and back. */
export function stepsUnder(
  under: PreparedUnder,
  session: Session,
  state: ConnectionState,
): { readonly before: readonly StateCommand[]; readonly after: readonly StateCommand[] } {
  const before: StateCommand[] = [];
  const after: StateCommand[] = [];
  if (under.schema !== null && under.schema !== session.schema) {
    before.push(initDb(state, under.schema));
    // From a schema nothing leads back to none: the session's next turn that needs none gets a renewed connection.
    if (session.schema !== null) after.push(initDb(state, session.schema));
  }
  const had = (name: string): Literal => under.variables.get(name) ?? state.initialValue(name);
  const wants = (name: string): Literal => session.wanted(name, state);
  const changed = readingVariables.filter((name) => had(name) !== wants(name));
  if (changed.length > 0) {
    const wide = isWide(had('collation_connection')) || isWide(wants('collation_connection'));
    const assign = (assigned: readonly string[], value: (name: string) => Literal) =>
      assigned.map((name) => [name, value(name)] as const);
    const names = changed.includes('sql_mode') && changed.length === 1 ? null : session.names;
    const alone = names === null ? [] : [...session.setAlone].filter((name) => !changed.includes(name));
    before.push(setVariables(state, session, null, assign(changed, had), wide));
    after.push(setVariables(state, session, names, assign([...changed, ...alone], wants), wide));
  }
  return { before, after };
}
