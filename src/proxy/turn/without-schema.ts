// The commands of sessions without a schema, on a connection that has one and cannot be led back to none.

import { initDb, needsFreshSchema, setVariables, type StateCommand } from '../../session/difference.js';
import type { Session } from '../../session/session.js';
import { dropStatement } from '../../session/text-statements.js';
import { isWide, quoted } from '../../session/variables.js';
import { DifferenceFailed } from './take-steps.js';
import { ELSEWHERE } from '../state/state-application.js';
import type { Statement } from '../../sql/types.js';
import { Command, MAX_PACKET_PAYLOAD } from '../../wire/constants.js';
import type { ErrPacket } from '../../wire/reply-packets.js';
import type { Live } from '../backend/backend-link.js';
import { isRenewable } from '../backend/connection-care.js';
import type { ClientCommand } from '../command/command.js';

/**
 * What is to be done about the connection's schema: nothing, or a new connection. Where that would cost the session what it
 * holds, or others what they have there: to have a command refused that surely needs a schema, and to run another in one that
 * has nothing of anybody's.
 */
export type SchemaCare = 'none' | 'renew' | 'refuse' | 'elsewhere';

/** @param held whether the session holds the connection */
export function schemaCare(
  { effects, code, statement }: ClientCommand,
  session: Session,
  live: Live,
  held: boolean,
): SchemaCare {
  if (!needsFreshSchema(live.state, session)) return 'none';
  // A prepared statement runs in the schema in which it was prepared, wherever its session is.
  if (code === Command.STMT_EXECUTE && statement?.under.schema != null) return 'none';
  const isFieldList = code === Command.FIELD_LIST;
  const usesSchema = isFieldList || effects.some((effect) => effect.usesSchema) || mayLeaveSchema(effects);
  if (isRenewable(live) && !held) {
    // What begins to hold the connection without a schema had better find none there.
    const mayWant = code !== Command.STMT_PREPARE && effects.some(mayHold);
    return usesSchema || mayWant ? 'renew' : 'none';
  }
  if (!usesSchema) return 'none';
  if (isFieldList || effects[0]?.needsSchema === true) return 'refuse';
  if (!effects.some(wouldNotice)) return 'elsewhere';
  return held ? 'refuse' : 'renew';
}

/** It asks in which schema it is, where nothing can be put in the place of the question, or goes to that one itself. */
function wouldNotice({ asksOfSchema, prepare, runs, use }: Statement): boolean {
  const asks = asksOfSchema.includes('name') && (prepare !== null || runs !== null);
  return asks || use?.toLowerCase() === ELSEWHERE;
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

const noSchema: ErrPacket = { errno: 1046, sqlState: '3D000', message: 'No database selected' };

const refusal = Buffer.from(
  "SIGNAL SQLSTATE '3D000' SET MYSQL_ERRNO=1046,MESSAGE_TEXT='No database selected'",
);

/** The commands that go last before a session's own, where it is refused or run elsewhere. */
export function stepsFor(care: SchemaCare, session: Session, { state }: Live): StateCommand[] {
  if (care === 'elsewhere') return [initDb(state, ELSEWHERE)];
  if (care !== 'refuse') return [];
  // The letters of its SQLSTATE must not be wide ones.
  const name = 'collation_connection';
  if (!isWide(session.wanted(name, state))) return [];
  return [setVariables(state, session, null, [[name, quoted('latin1_swedish_ci')]], true)];
}

/**
 * The command to be sent in the place of one that is to be refused: the server says what it as good as always would say to
 * the client's, and knows of it when it is asked for its errors.
 * @throws DifferenceFailed with the same for one of several packets, whose reply would be numbered otherwise
 */
export function refused(
  command: ClientCommand,
  session: Session,
  { connection, state }: Live,
): ClientCommand {
  if (command.payload.length >= MAX_PACKET_PAYLOAD) throw new DifferenceFailed(noSchema);
  // A PREPARE that fails drops what had its name.
  for (const { prepare } of command.effects) {
    if (prepare === null) continue;
    session.textStatements.delete(prepare.name);
    state.textStatements.drop(prepare.name);
    connection.clearAway(dropStatement(prepare.name));
  }
  const payload = Buffer.concat([Buffer.from([Command.QUERY]), refusal]);
  return { ...command, code: Command.QUERY, payload, text: refusal, effects: [], statement: null };
}
