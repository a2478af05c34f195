// Before a command is sent: its session's state is brought onto the connection, and nobody else's is lost by that.

import type { InstanceSettings } from '../../config/types.js';
import { FleetError } from '../../errors.js';
import { difference, queryCommand, setVariables, type StateCommand } from '../../session/difference.js';
import type { ConnectionState } from '../../session/connection-state.js';
import type { Hold } from '../../session/holds.js';
import { preparedUnder } from '../../session/prepared-under.js';
import type { Preparation } from '../../session/prepared-statements.js';
import type { Session } from '../../session/session.js';
import type { Literal } from '../../session/variables.js';
import type { Statement } from '../../sql/types.js';
import { Command, MAX_PACKET_PAYLOAD, ServerStatus } from '../../wire/constants.js';
import { BackendGone } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import type { Slot } from '../queue/slot.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import { mayDoAnything } from '../state/hidden-effects.js';
import { clearingStep, lastInsertIdStep, schemaCollationStep } from '../state/diagnostics-turn.js';
import { textStatementSteps } from './prepare-again.js';
import { hasDiagnosticsOf, leaveDiagnostics, saveDiagnostics } from '../state/save-diagnostics.js';
import { askLoginRole } from '../state/login-role.js';
import { keepProfilesApart } from '../state/profiles.js';
import { askWhatIsInDoubt, isInDoubt } from '../state/state-application.js';
import { exchangeVariables, saveAllVariables } from '../state/variable-exchange.js';

/** @throws PACKET_TOO_LARGE for what the server would answer by closing the connection; it takes less than its limit only */
export function checkSize({ length }: Buffer, { facts }: Live): void {
  const max = facts.maxAllowedPacket;
  if (length >= max) throw new FleetError('PACKET_TOO_LARGE', { size: length, max });
}

/**
 * To be called for a command, in which more may stand than the client wrote. Replies are numbered on from its last packet:
 * https://mariadb.com/kb/en/0-packet/#sequence-number
 * @param written as the client sent it
 * @param payload as it is to be sent
 * @throws PACKET_TOO_LARGE; PACKETS_ADDED where it would take another number of packets
 */
export function checkSent(written: Buffer, payload: Buffer, live: Live): void {
  checkSize(payload, live);
  const [sent, needed] = [written, payload].map(({ length }) => Math.floor(length / MAX_PACKET_PAYLOAD) + 1);
  if (sent === undefined || needed === undefined || sent === needed) return;
  // What is shorter than before had better have been so from the beginning.
  const [length, most] = sent < needed ? [payload.length, sent] : [written.length, needed];
  const bytes = length - MAX_PACKET_PAYLOAD * most + 1;
  throw new FleetError('PACKETS_ADDED', { needed, sent, bytes });
}

/**
 * Before another session's state replaces that of the last one, what only the server knows of it is asked for.
 * @param resident the last one; null where it is gone
 * @throws BackendGone
 */
async function settleResident(resident: Session | null, live: Live): Promise<void> {
  if (resident !== null && hasDiagnosticsOf(resident, live.state)) saveDiagnostics(resident, live);
  if (isInDoubt(live.state)) await askWhatIsInDoubt(resident, live);
}

/**
 * The connection is the owner's from now on.
 * @throws BackendGone
 */
export async function moveIn(
  owner: TurnOwner,
  slot: Slot,
  live: Live,
  { backend: { poolSize } }: InstanceSettings,
): Promise<void> {
  if (slot.resident !== owner) {
    await settleResident(owner.residentSession(slot), live);
    // Else whoever has them would wait for this connection, where another is free.
    if (poolSize > 1) await saveAllVariables(live);
    slot.moveIn(owner);
  }
  owner.session.movesTo(live.state);
}

/**
 * Keeps the session's statement that the server has just prepared.
 * @param session null where it was cancelled: the client will never close what it does not know of
 * @param made what was sent, with the session's own values where they had to be put in
 * @returns the id that the client gets
 */
export function registerPrepared(
  ok: { readonly statementId: number; readonly parameters: number },
  made: Pick<Preparation, 'preparePayload' | 'originalName'>,
  { effects, fingerprint, payload }: ClientCommand,
  session: Session | null,
  state: ConnectionState,
): number {
  if (session === null) {
    state.unusedStatements.push(ok.statementId);
    return ok.statementId;
  }
  const statement = session.statements.add({
    ...made,
    textBytes: payload.length,
    under: preparedUnder(session),
    fingerprint,
    effects,
  });
  statement.parameters = ok.parameters;
  statement.backend = { owner: state, id: ok.statementId };
  return statement.id;
}

/** @throws SESSION_STATE_LOST where the last value of a sequence is gone, or would be another session's */
function checkSequences({ code, effects }: ClientCommand, session: Session, { state }: Live): void {
  if (code === Command.STMT_PREPARE || !effects.some(({ sequence }) => sequence === 'reads')) return;
  const isForeign = state.sequencesOf !== null && state.sequencesOf !== session;
  const isGone = session.sequencesOn !== null && session.sequencesOn !== state;
  if (!isForeign && !isGone) return;
  const detail = isForeign
    ? 'another session has taken the next value of a sequence since, and LASTVAL() would be that one’s'
    : 'the backend connection on which LASTVAL() was known is gone';
  session.sequencesOn = null;
  throw new FleetError('SESSION_STATE_LOST', { detail });
}

/** The commands that bring the connection into the state that `command` needs. @throws PACKET_TOO_LARGE, SESSION_STATE_LOST, BackendGone */
export async function stepsTo(command: ClientCommand, session: Session, live: Live): Promise<StateCommand[]> {
  checkSize(command.payload, live);
  checkSequences(command, session, live);
  clearLeftovers(session, live);
  keepProfilesApart(command, session, live);
  await askLoginRole(command.effects, session, live);
  const tables = tableSteps(command, session, live);
  const steps = aroundDifference(tables, session, live);
  for (const step of [clearingStep(command, session, live), schemaCollationStep(command, session, live)])
    if (step !== null) steps.push(step);
  const statements = textStatementSteps(command, session, live);
  steps.push(...statements.steps);
  if (tables.length + statements.steps.length > 0) live.state.countsAreStale();
  steps.push(...(await exchangeVariables(command, session, live, statements.retyped)));
  const insertId = lastInsertIdStep(command, session, live);
  if (insertId !== null) steps.push(insertId);
  for (const { payload } of steps) checkSize(payload, live);
  if (steps.length > 0) leaveDiagnostics(session, live);
  return steps;
}

/** What ended sessions have left goes, whatever comes of it; their tables once whoever has the connection can drop them. */
function clearLeftovers(session: Session, live: Live): void {
  const { connection, state } = live;
  const leftovers = state.takeLeftovers(!fixingTables.some((hold) => session.holds.has(hold)));
  if (leftovers.length === 0) return;
  leaveDiagnostics(session, live);
  state.countsAreStale();
  // The session's own wish is a part of the difference, which comes behind.
  for (const name of readOnlyVariables.filter((name) => isOn(state.valueOf(name)))) {
    connection.clearAway(`SET @@session.${name}='OFF'`);
    state.learn(name, "'OFF'");
  }
  for (const sql of leftovers) connection.clearAway(sql);
}

/** Temporary tables that the command might meet: other sessions' step aside, its own come back. */
function tableSteps(command: ClientCommand, session: Session, { state }: Live): StateCommand[] {
  const { temporaryTables } = state;
  // Renaming may commit, and locked tables forbid it. Either has seen to all tables when it began.
  const { holds } = session;
  if (!temporaryTables.any || holds.has('transaction') || holds.has('table locks')) return [];
  const { effects } = command;
  const meetsAll =
    command.code === Command.FIELD_LIST ||
    (session.status & ServerStatus.AUTOCOMMIT) === 0 ||
    effects.some((effect) => effect.prepare !== null || begins(effect) || mayDoAnything(effect));
  const mayTouch = (name: string): boolean => meetsAll || effects.some((effect) => effect.mentions(name));
  return temporaryTables.renamings(session, mayTouch).map(({ sql, done }) => queryCommand(sql, done));
}

/** Whoever only reads cannot rename: that is done under the one who can, this session or the one before; else under neither. */
function aroundDifference(
  tables: readonly StateCommand[],
  session: Session,
  { state }: Live,
): StateCommand[] {
  const own = difference(state, session);
  const onlyReads = readOnlyVariables.filter((name) => isOn(state.valueOf(name)));
  if (tables.length === 0 || onlyReads.length === 0) return [...tables, ...own];
  const wanted = onlyReads.map((name) => [name, session.wanted(name, state)] as const);
  if (!wanted.some(([, value]) => isOn(value))) return [...own, ...tables];
  const writing = onlyReads.map((name) => [name, "'OFF'"] as const);
  return [
    setVariables(state, session, null, writing),
    ...tables,
    ...own,
    setVariables(state, session, null, wanted),
  ];
}

function isOn(value: Literal): boolean {
  return /^'?(ON|1)'?$/i.test(value);
}

function begins({ beginsTransaction, oneShot, locks, assigns }: Statement): boolean {
  const mayForbid = assigns.some(({ name }) => forbidding.has(name));
  return beginsTransaction || oneShot || mayForbid || locks.includes('lock-tables');
}

/** In these a session may be unable to drop tables, or would begin its next transaction by it. */
const fixingTables: readonly Hold[] = ['transaction', 'table locks', 'settings of the next transaction'];

const readOnlyVariables: readonly string[] = ['tx_read_only', 'transaction_read_only'];

/** Variables with which a session may begin transactions by itself, or such as only read. */
const forbidding: ReadonlySet<string> = new Set(['autocommit', ...readOnlyVariables]);

/**
 * Before the connection begins anew, what its last session left is asked for, and everybody's variables are read, to be set
 * again after; tables cannot be.
 * @param resident whose state is in force; null where it is nobody's, or has been seen to
 * @throws BackendGone
 */
export async function saveBeforeReset(resident: Session | null, live: Live): Promise<void> {
  if (resident !== null) await settleResident(resident, live);
  await saveAllVariables(live);
  await resident?.diagnostics.known;
  live.state.userVariables.forgetKept();
}

/**
 * Asks for what the connection alone knows, so that it outlives the connection. Where that is lost meanwhile, it is told like
 * any loss.
 * @param resident whose state is in force
 */
export async function saveAll(resident: Session, live: Live): Promise<void> {
  leaveDiagnostics(resident, live);
  try {
    if (isInDoubt(live.state)) await askWhatIsInDoubt(resident, live);
    await saveAllVariables(live);
    await resident.diagnostics.known;
  } catch (error) {
    if (!(error instanceof BackendGone)) throw error;
  }
}
