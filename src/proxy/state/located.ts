// The tables that a command's statements make and drop, each with the schema in which its statement ran.

import type { Session } from '../../session/session.js';
import type { QualifiedName, Statement } from '../../sql/types.js';
import type { ClientCommand } from '../command/command.js';

/**
 * The statements, in order: behind a USE, names are in its schema, and a prepared statement stays in the schema in which it
 * was prepared.
 * @param session as it was when the command was sent
 */
export function located({ effects, statement }: ClientCommand, session: Session): readonly Statement[] {
  if (!effects.some(movesTables)) return effects;
  let schema = statement === null ? session.schema : statement.under.schema;
  let executed: string | null | undefined;
  return effects.map((effect) => {
    const here = executed === undefined ? schema : executed;
    // What EXECUTE runs is the next effect.
    executed = effect.execute === null ? undefined : session.textStatements.get(effect.execute)?.under.schema;
    if (effect.use !== null) schema = effect.use;
    const locate = ({ qualifier, name }: QualifiedName): QualifiedName => ({
      qualifier: qualifier ?? here,
      name,
    });
    return {
      ...effect,
      createdTables: effect.createdTables.map(locate),
      droppedTables: effect.droppedTables.map(locate),
    };
  });
}

/** Whether it may make or drop a temporary table. */
export function movesTables({ createdTables, droppedTables }: Statement): boolean {
  return createdTables.length > 0 || droppedTables.length > 0;
}
