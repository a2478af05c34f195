// Statements that have to be prepared again on a connection: under the settings that they were prepared under at first.

import { queryCommand, type StateCommand } from '../../session/difference.js';
import type { PreparedStatement } from '../../session/prepared-statements.js';
import { stepsUnder, type PreparedUnder } from '../../session/prepared-under.js';
import type { Session } from '../../session/session.js';
import { dropStatement } from '../../session/text-statements.js';
import type { Substitution } from '../../sql/substitute.js';
import type { Statement } from '../../sql/types.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import { leaveDiagnostics } from '../state/save-diagnostics.js';
import { askWhatIsInDoubt } from '../state/state-application.js';
import { DifferenceFailed, noteTaken, runSteps } from './take-steps.js';

/**
 * Prepares the command's statement on this connection, where it is not. The session's state has to be in force.
 * @param filled its text with values for this execution; null where it needs none
 * @throws DifferenceFailed, BackendGone
 */
export async function prepareAgain(
  { statement }: ClientCommand,
  filled: (Pick<PreparedStatement, 'preparePayload'> & Pick<Substitution, 'originalName'>) | null,
  session: Session,
  live: Live,
): Promise<void> {
  const { connection, state } = live;
  if (statement === null || (filled === null && statement.backend?.owner === state)) return;
  leaveDiagnostics(session, live);
  // The way back leads to where the session is.
  if (state.schema === undefined) await askWhatIsInDoubt(session, live);
  const { before, after } = stepsUnder(statement.under, session, state);
  let id = 0;
  const sink = {
    forward: () => undefined,
    prepared: (ok: { statementId: number }) => (id = ok.statementId),
  };
  connection.cork();
  const brought = runSteps(before, connection);
  const prepared = connection.run((filled ?? statement).preparePayload, 'prepare', sink).ended;
  const taken = runSteps(after, connection);
  connection.uncork();
  const failed = noteTaken(before, await Promise.all(brought));
  const { err } = await prepared;
  const notBack = noteTaken(after, await Promise.all(taken));
  if (err === null && failed !== null) state.unusedStatements.push(id);
  const first = failed ?? err ?? notBack;
  if (first !== null) throw new DifferenceFailed(first);
  statement.backend?.owner.unusedStatements.push(statement.backend.id);
  statement.backend = { owner: state, id, filledName: filled?.originalName };
}

/**
 * Text prepared statements whose names another session has used since; other sessions' are not to be found.
 * @returns the steps, and the user variables whose types they change
 */
export function textStatementSteps(
  { effects }: ClientCommand,
  session: Session,
  { state }: Live,
): { readonly steps: readonly StateCommand[]; readonly retyped: readonly string[] } {
  const retyped: string[] = [];
  const owners = state.textStatements;
  const own = session.textStatements;
  const all = effects.some(mayExecute) ? new Set([...own.keys(), ...owners.names]) : [];
  const stepsFor = (name: string, isWanted: boolean): StateCommand[] => {
    const restore = owners.restore(name, own);
    const statement = own.get(name);
    if (restore !== null && statement !== undefined) {
      owners.spoil(name);
      retyped.push(...statement.assigned);
      const given = (): void => owners.give(name, own);
      const refused = isWanted ? {} : { refused: () => owners.drop(name) };
      const step = { ...queryCommand(restore, given, false), ...refused };
      return preparedUnder(step, statement.under, session, state);
    }
    if (!owners.isForeign(name, own)) return [];
    const dropped = (): void => owners.drop(name);
    return [{ ...queryCommand(dropStatement(name), dropped), refused: dropped }];
  };
  // No command leads back from the schema that such a statement is prepared in.
  const isReachable = (name: string): boolean =>
    session.schema !== null || own.get(name)?.under.schema == null;
  const dropSteps = (name: string): StateCommand[] => {
    const standIn = owners.standIn(name, own);
    if (standIn === null) return stepsFor(name, true);
    return [queryCommand(standIn, () => owners.give(name, own))];
  };
  const { executed, dropped } = namesNeeded(effects);
  const steps = [
    ...[...all]
      .filter((name) => !executed.has(name) && !dropped.has(name) && isReachable(name))
      .flatMap((name) => stepsFor(name, false)),
    ...[...executed].flatMap((name) => stepsFor(name, true)),
    ...[...dropped].flatMap(dropSteps),
  ];
  return { steps, retyped };
}

/** Names that have to be the session's own before the statements run, and those that these only drop. */
function namesNeeded(effects: readonly Statement[]): { executed: Set<string>; dropped: Set<string> } {
  const [executed, dropped, made] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { prepare, execute, deallocate } of effects) {
    // Whatever has a name goes when it is prepared anew.
    if (prepare !== null) made.add(prepare.name);
    if (execute !== null && !made.has(execute)) executed.add(execute);
    if (deallocate !== null && !made.has(deallocate)) dropped.add(deallocate);
  }
  for (const name of executed) dropped.delete(name);
  return { executed, dropped };
}

/** The step among those that bring back what it needs; it counts for nothing where they failed. */
function preparedUnder(
  step: StateCommand,
  under: PreparedUnder,
  session: Session,
  state: Live['state'],
): StateCommand[] {
  const { before, after } = stepsUnder(under, session, state);
  let missing = before.length;
  const done = (taken: () => void) => (): void => {
    missing -= 1;
    taken();
  };
  const ready = (): void => {
    if (missing === 0) step.done();
  };
  return [...before.map((b) => ({ ...b, done: done(b.done) })), { ...step, done: ready }, ...after];
}

/** Functions and triggers may not execute text prepared statements. */
function mayExecute({ opaque, callsOnly, calls }: Statement): boolean {
  return opaque !== null && !(callsOnly && calls.every(({ kind }) => kind === 'FUNCTION'));
}
