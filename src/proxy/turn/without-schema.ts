// The commands of sessions without a schema, on a connection that has one and cannot be led back to none.

import { initDb, needsFreshSchema, setVariables, type StateCommand } from '../../session/difference.js';
import type { Session } from '../../session/session.js';
import { dropStatement } from '../../session/text-statements.js';
import { isWide, ofSchema, quoted } from '../../session/variables.js';
import type { Statement } from '../../sql/types.js';
import { Command } from '../../wire/constants.js';
import type { ErrPacket } from '../../wire/reply-packets.js';
import type { Live } from '../backend/backend-link.js';
import { isRenewable } from '../backend/connection-care.js';
import type { ClientCommand } from '../command/command.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import { schemaQuestion } from '../state/diagnostics-turn.js';
import { ELSEWHERE } from '../state/state-application.js';
import { DifferenceFailed, takeSteps } from './take-steps.js';
import { learnFromReply } from './turn-learning.js';
import { stepsTo } from './turn-preparation.js';

/**
 * What is to be done about the connection's schema: nothing, or a new connection. Where that would cost the session what it
 * holds, or others what they have there: to have a command refused that surely needs a schema, and to run another in one that
 * has nothing of anybody's.
 */
export type SchemaCare = 'none' | 'renew' | 'refuse' | 'elsewhere';

/** @param held whether the session holds the connection */
export function schemaCare(command: ClientCommand, session: Session, live: Live, held: boolean): SchemaCare {
  if (!needsFreshSchema(live.state, session)) return 'none';
  const { effects, code, statement } = command;
  // A prepared statement runs in the schema in which it was prepared, wherever its session is.
  if (code === Command.STMT_EXECUTE && statement?.under.schema != null) return 'none';
  const isFieldList = code === Command.FIELD_LIST;
  const isOpen = schemaQuestion(command) === 'open';
  const usesSchema =
    isFieldList ||
    isOpen ||
    mayLeaveSchema(effects) ||
    effects.some((effect) => effect.usesSchema || callsPackage(effect, session, live));
  if (isRenewable(live) && !held) {
    // What begins to hold the connection without a schema had better find none there.
    const mayWant = code !== Command.STMT_PREPARE && effects.some(mayHold);
    return usesSchema || mayWant ? 'renew' : 'none';
  }
  if (!usesSchema) return 'none';
  if (isFieldList || effects[0]?.needsSchema === true) return 'refuse';
  const wouldNotice = isOpen || effects.some(({ use }) => use?.toLowerCase() === ELSEWHERE);
  if (!live.state.lacksElsewhere && !wouldNotice) return 'elsewhere';
  return held ? 'refuse' : 'renew';
}

/** Under this sql_mode `a.b()` may be a routine of the package `a` in the current schema. */
function callsPackage({ opaque }: Statement, session: Session, { state }: Live): boolean {
  return opaque !== null && /\bORACLE\b/i.test(session.wanted('sql_mode', state));
}

/** Where it went would have to be asked, and the answer would be another session's schema. */
function mayLeaveSchema(effects: readonly Statement[]): boolean {
  return effects.length > 1 && effects.some(({ use, mayDropSchema }) => mayDropSchema || use !== null);
}

/** Once the session holds the connection, no other can be had for it. */
function mayHold({ beginsTransaction, locks, lockCalls, oneShot }: Statement): boolean {
  const isShared = lockCalls !== null && lockCalls.length > 0;
  return beginsTransaction || oneShot || (locks.length > 0 && !isShared);
}

/** Go last before a command that is run where nothing is: it has the collation that a session without a schema has. */
export function stepsElsewhere(session: Session, { state, facts }: Live): StateCommand[] {
  const collation = session.variables.get(ofSchema) ?? quoted(facts.collationDatabase);
  return [initDb(state, ELSEWHERE), setVariables(state, session, null, [[ofSchema, collation]])];
}

const noSchema: ErrPacket = { errno: 1046, sqlState: '3D000', message: 'No database selected' };

const refusal = Buffer.from(
  "SIGNAL SQLSTATE '3D000' SET MYSQL_ERRNO=1046,MESSAGE_TEXT='No database selected'",
);

/**
 * Has the server say to itself what it as good as always would say to the command, so that it knows of it when it is asked for
 * its errors.
 * @throws DifferenceFailed with that, for the client; BackendGone
 */
export async function refuseWithoutSchema(
  owner: TurnOwner,
  command: ClientCommand,
  live: Live,
): Promise<never> {
  const { session } = owner;
  const { connection, state } = live;
  // A PREPARE that fails drops what had its name.
  const prepare = command.effects[0]?.prepare ?? null;
  if (prepare !== null) {
    session.textStatements.delete(prepare.name);
    state.textStatements.drop(prepare.name);
    connection.clearAway(dropStatement(prepare.name));
  }
  const payload = Buffer.concat([Buffer.from([Command.QUERY]), refusal]);
  const said = { ...command, code: Command.QUERY, payload, text: refusal, effects: [], statement: null };
  const steps = await stepsTo(said, session, live);
  // The letters of its SQLSTATE must not be wide ones.
  const name = 'collation_connection';
  if (isWide(session.wanted(name, state)))
    steps.push(setVariables(state, session, null, [[name, quoted('latin1_swedish_ci')]], true));
  await takeSteps(steps, live);
  await learnFromReply(owner, said, live, await connection.run(payload, 'query').ended);
  throw new DifferenceFailed(noSchema);
}
