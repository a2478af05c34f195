// Bringing a backend connection into a session's state, and learning from replies what the state has become.

import { preparedUnder } from '../../session/prepared-under.js';
import type { Session } from '../../session/session.js';
import type { ConnectionState } from '../../session/connection-state.js';
import {
  askByShow,
  askPlainly,
  charsetVariables,
  hasCollation,
  isCarried,
  isPlain,
  literalOf,
  namesToAsk,
  readPlainAnswer,
  type Literal,
} from '../../session/variables.js';
import { canRestore } from '../../session/text-statements.js';
import type { Statement } from '../../sql/types.js';
import { ServerStatus } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import type { Outcome } from '../backend/reply-progress.js';
import { fatesOf } from './fates.js';

/** Where a session without a schema is while it cannot be without: everybody has this one, and nothing of anybody's is in it. */
export const ELSEWHERE = 'information_schema';

/**
 * Notes what a session's statements have done to its state, by what the server told and, where it tells nothing, by what
 * was read. Values that only the server knows are left in doubt.
 */
export function learn(
  session: Session,
  state: ConnectionState,
  statements: readonly Statement[],
  outcome: Outcome,
): void {
  if (outcome.status !== null) session.status = lasting(outcome.status, session, statements);
  const told = learnTold(session, state, statements, outcome);
  const fates = fatesOf(statements, outcome);
  for (const [i, statement] of statements.entries()) {
    for (const { name, value } of statement.assigns) {
      for (const asked of namesToAsk(name)) {
        if (told.has(asked)) continue;
        if (asked === name && value.kind === 'literal' && outcome.err === null)
          session.variables.set(name, value.sql);
        state.doubt(asked);
      }
    }
    for (const name of statement.userVariables.assigned)
      state.userVariables.give(name, session.userVariables);
    const fate = fates[i] ?? 'unknown';
    if (assignsNames(statement) && (fate === 'done' || fate === 'unknown')) {
      state.names = undefined;
      session.namesAssigned();
    } else if (fate === 'done') {
      for (const name of assignedAlone(statement)) {
        state.setAlone.add(name);
        session.setAlone.add(name);
      }
    }
    if (!told.has('schema')) learnSchema(session, state, statement, outcome, statements.length === 1);
    if (fate !== 'not-run') learnTextStatement(session, state, statement, fate !== 'done');
    if (statement.sequence === 'takes') {
      state.sequencesOf = session;
      session.sequencesOn = state;
    }
    if (statement.role !== null && outcome.err === null) session.role = state.role = statement.role;
    if (outcome.err === null) learnTables(session, state, statement);
  }
  session.adoptNames(state);
}

/** Status flags without those that a SET STATEMENT has brought about for itself. */
function lasting(status: number, session: Session, statements: readonly Statement[]): number {
  if (!statements.some(({ setsForItself }) => setsForItself)) return status;
  const ofSqlMode = ServerStatus.ANSI_QUOTES | ServerStatus.NO_BACKSLASH_ESCAPES;
  return (status & ~ofSqlMode) | (session.status & ofSqlMode);
}

/** What a session's text prepared statements are after a PREPARE or DEALLOCATE. */
export function learnTextStatement(
  session: Session,
  state: ConnectionState,
  statement: Statement,
  failed: boolean,
): void {
  const { prepare, deallocate } = statement;
  const name = prepare?.name ?? deallocate;
  if (name === null) return;
  // A PREPARE that fails has dropped what had its name.
  session.textStatements.delete(name);
  state.textStatements.drop(name);
  if (prepare === null || failed || !canRestore(name, prepare.text)) return;
  const { assigned } = statement.userVariables;
  session.textStatements.set(name, { text: prepare.text, under: preparedUnder(session), assigned });
  state.textStatements.give(name, session.textStatements);
}

/** Whose the temporary tables are that a statement made, took away or renamed. */
export function learnTables(session: Session, state: ConnectionState, statement: Statement): void {
  const { temporaryTables } = state;
  for (const { qualifier, name } of statement.droppedTables) {
    temporaryTables.dropped(session, qualifier ?? session.schema ?? '', name);
  }
  for (const { from } of statement.temporaryTables.renamed) temporaryTables.renamedByOwner(session, from);
  for (const { qualifier, name } of statement.createdTables) {
    const schema = qualifier ?? session.schema;
    // Names beyond ASCII depend on the character set in which they were sent.
    if (schema !== null && /^[\x20-\x7e]+$/.test(name + schema))
      temporaryTables.created(session, schema, name);
  }
}

/** SET NAMES names the connection's character set; SET CHARACTER SET leaves it to the schema. */
function assignsNames({ assigns }: Statement): boolean {
  const names = [...charsetVariables, 'character_set_connection'];
  return names.every((variable) => assigns.some(({ name }) => name === variable));
}

/** What is not converted keeps the collation that it had. */
function assignedAlone({ assigns }: Statement): string[] {
  return assigns
    .filter(({ name, value }) => hasCollation(name) && !(value.kind === 'literal' && value.sql === 'NULL'))
    .map(({ name }) => name);
}

/** What the server told of the session's state in the OK packets of a reply. */
export function learnTold(
  session: Session,
  state: ConnectionState,
  statements: readonly Statement[],
  outcome: Pick<Outcome, 'changes'>,
): Set<string> {
  const told = new Set<string>();
  const schema = outcome.changes.findLast((change) => change.type === 'schema')?.schema;
  // First: it brings values along.
  if (schema !== undefined && learnMove(session, state, statements, schema === '' ? null : schema))
    told.add('schema');
  // The server tells of values before it restores them.
  const isPassing = statements.some(({ setsForItself }) => setsForItself);
  for (const change of outcome.changes) {
    if (change.type === 'variable' && isPassing) {
      state.doubt(change.name);
    } else if (change.type === 'variable' && isCarried(change.name)) {
      told.add(change.name);
      session.told(change.name, change.value);
      state.learn(change.name, literalOf(change.name, change.value));
    }
  }
  return told;
}

/**
 * Notes where the server says that it is. It also says so when it comes back from a routine or a prepared statement, which have
 * schemas of their own: back to where the connection was, which need not be where a session without a schema is.
 * @returns whether it is where the session is
 */
function learnMove(
  session: Session,
  state: ConnectionState,
  statements: readonly Statement[],
  schema: string | null,
): boolean {
  const isBack = session.schema === null && (schema === state.schema || !statements.some(mayMove));
  state.schema = schema;
  if (!isBack) session.schema = schema;
  return !isBack;
}

/** Its text is not known, and may be a USE; what a routine says leads a session without a schema nowhere. */
export function mayMove({ opaque, callsOnly, execute, runs }: Statement): boolean {
  return (opaque !== null && !callsOnly) || (execute !== null && runs === null);
}

/** The name of no schema: whoever needs one goes there. */
export const SOMEWHERE = '';

function learnSchema(
  session: Session,
  state: ConnectionState,
  statement: Statement,
  outcome: Outcome,
  isOnly: boolean,
): void {
  if (statement.use !== null && outcome.err === null) session.schema = state.schema = statement.use;
  // A session that has none stays without, wherever the connection is then.
  else if (statement.mayDropSchema && isOnly && session.schema === null) state.schema &&= SOMEWHERE;
  else if ((statement.use !== null && !isOnly) || statement.mayDropSchema) state.schema = undefined;
}

/** Whether the connection has something of the session that nobody has asked for yet. */
export function isInDoubt(state: ConnectionState): boolean {
  return state.schema === undefined || state.unknownVariables.length > 0;
}

/**
 * Asks the server for what is in doubt.
 * @param session the one whose state is in force; null when it is gone, and only the connection's state matters
 * @throws BackendGone
 */
export async function askWhatIsInDoubt(session: Session | null, live: Live): Promise<void> {
  const { connection, state } = live;
  const names = state.unknownVariables;
  const plain = names.filter(isPlain);
  const schema = state.schema === undefined ? connection.ask('SELECT DATABASE() LIMIT 1') : null;
  if (plain.length > 0) {
    note(session, state, readPlainAnswer(plain, (await connection.ask(askPlainly(plain))) ?? []));
  }
  noteSchema(session, state, await schema);
  if (names.length > plain.length) await askTheOthers(session, live);
  // What the server did not answer for is no variable that sessions have.
  for (const name of state.unknownVariables) {
    session?.variables.delete(name);
    state.forget(name);
  }
  session?.adoptNames(state);
}

/** @param rows of SELECT DATABASE(); null where that was not asked */
function noteSchema(
  session: Session | null,
  state: ConnectionState,
  rows: readonly (readonly (string | null)[])[] | null,
): void {
  if (rows === null) return;
  state.schema = rows[0]?.[0] ?? null;
  const isElsewhere = session?.schema === null && state.schema === ELSEWHERE;
  if (session !== null && !isElsewhere) session.schema = state.schema;
}

const SELECT_LIMIT = 'sql_select_limit';
const UNLIMITED: Literal = '18446744073709551615';

/** SHOW obeys sql_select_limit; the session's next turn sets it again. */
export function liftSelectLimit({ connection, state }: Live): void {
  if (state.valueOf(SELECT_LIMIT) === UNLIMITED) return;
  connection.clearAway(`SET @@session.${SELECT_LIMIT}=${UNLIMITED}`);
  state.learn(SELECT_LIMIT, UNLIMITED);
}

async function askTheOthers(session: Session | null, live: Live): Promise<void> {
  const { connection, state } = live;
  liftSelectLimit(live);
  const rows = (await connection.ask(askByShow(state.unknownVariables))) ?? [];
  note(
    session,
    state,
    rows.map(([name, shown]) => [name ?? '', shown ?? '']),
  );
}

function note(
  session: Session | null,
  state: ConnectionState,
  told: readonly (readonly [string, string])[],
): void {
  for (const [name, shown] of told) {
    session?.told(name, shown);
    state.learn(name, literalOf(name, shown));
  }
}

/** Whether something is in doubt that has to be known at once. */
export function isUrgent(state: ConnectionState): boolean {
  return state.schema !== undefined && state.unknownVariables.some(isPlain);
}
