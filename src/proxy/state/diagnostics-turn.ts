// The diagnostics of sessions on a shared connection: what was saved of them is given back to statements that ask for it.

import type { ConnectionState } from '../../session/connection-state.js';
import type { Diagnostics } from '../../session/diagnostics.js';
import { needsFreshSchema, queryCommand, setVariables, type StateCommand } from '../../session/difference.js';
import { isPreparedUnder } from '../../session/prepared-under.js';
import { levelOf, warningsReply } from '../../session/saved-warnings.js';
import type { Session } from '../../session/session.js';
import { ofSchema, quoted } from '../../session/variables.js';
import { countLiteral, substitute, type SessionValues, type Substitution } from '../../sql/substitute.js';
import type { DiagnosticsRead } from '../../sql/types.js';
import { Command, lastingStatus } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import { clearDiagnostics, onlyLooks } from './given-conditions.js';
import { ifShort, shortText, type ClientCommand } from '../command/command.js';
import { leaveDiagnostics } from './save-diagnostics.js';

const showWarnings = /^\s*SHOW\s+(WARNINGS|ERRORS)(?:\s+LIMIT\s+(\d+)(?:\s*(,|OFFSET)\s*(\d+))?)?[\s;]*$/i;

/** The reply to SHOW WARNINGS and SHOW ERRORS where the connection does not have the session's; null for anything else. */
export function savedWarningsReply(
  command: ClientCommand,
  session: Session,
  { facts, state }: Live,
): Buffer | null {
  const { saved } = session.diagnostics;
  const asked = askedWarnings(command);
  if (asked === null || saved === null || state.diagnosticsOf === session) return null;
  const form = command.code === Command.QUERY ? 'text' : 'binary';
  const [, what = '', first, joint, second] = asked;
  const [offset, count] =
    joint === ',' ? [Number(first), Number(second)] : [Number(second ?? 0), Number(first ?? Infinity)];
  const rows = saved.rows
    .filter((row) => /^w/i.test(what) || levelOf(row) === 'Error')
    .slice(offset, offset + count);
  // As behind any rows.
  session.diagnostics.rowCount = '-1';
  state.rowCountOf = null;
  return warningsReply(saved, rows, form, session, facts, session.status & lastingStatus);
}

function askedWarnings(command: ClientCommand): RegExpExecArray | null {
  const { code, statement } = command;
  // Servers open no cursor for it, asked or not.
  const executed = code === Command.STMT_EXECUTE ? statement : null;
  return showWarnings.exec(
    executed === null ? shortText(command) : ifShort(executed.preparePayload.subarray(1)),
  );
}

/** The command's text with the session's own values in it, where the connection would give another session's. */
export function ownValues(command: ClientCommand, session: Session, live: Live): Substitution | null {
  const { effects, text } = command;
  if (text === null || effects.some(({ verb }) => verb === 'CREATE' || verb === 'ALTER')) return null;
  const { diagnostics } = session;
  const own = hasOf(session, 'warnings', live.state);
  const ownCount = hasOf(session, 'row-count', live.state);
  const ownRows = hasOf(session, 'found-rows', live.state);
  const asksDiagnostics = effects.some((effect) => effect.diagnostics.length > 0);
  const identity = ownIdentity(command, session, live);
  if (identity === null && ((ownCount && ownRows) || !asksDiagnostics)) return null;
  // What a prepared statement asks of the last one is put in at its execution; who its session is does not change.
  if (command.code !== Command.QUERY) return substitute(text, session.sqlMode(live.facts), identity ?? {});
  if (!own && askedWarnings(command) !== null) return noWarnings;
  const asked = executedText(command, session) ?? text;
  const counted = countStatement(asked, diagnostics);
  if (counted !== null && !own) return counted;
  const values = {
    ...identity,
    ...(own ? {} : warningCounts(diagnostics)),
    ...(ownCount ? {} : { rowCount: diagnostics.rowCount }),
    ...(ownRows ? {} : { foundRows: diagnostics.foundRows ?? '0' }),
  };
  return substitute(asked, session.sqlMode(live.facts), values);
}

/**
 * The text that the command's EXECUTE runs, where that can be sent in its place; null where it needs values, or the session
 * reads it otherwise than it was prepared.
 */
function executedText({ effects }: ClientCommand, session: Session): Buffer | null {
  const [execute, , ...more] = effects;
  if (execute?.runs == null || more.length > 0 || execute.runs.includes('?')) return null;
  const prepared = execute.execute === null ? undefined : session.textStatements.get(execute.execute);
  if (prepared !== undefined && !isPreparedUnder(prepared.under, session)) return null;
  return Buffer.from(execute.runs, 'latin1');
}

/**
 * The text of a prepared statement with what the session's last one left in it, for one execution; null where the connection
 * has that, or it is not asked for.
 */
export async function filledStatement(
  command: ClientCommand,
  session: Session,
  live: Live,
): Promise<Substitution | null> {
  const { code, effects, statement } = command;
  const { state } = live;
  const asked = effects.flatMap(({ diagnostics }) => diagnostics).filter((what) => what !== 'last-insert-id');
  if (
    asked.length === 0 ||
    code !== Command.STMT_EXECUTE ||
    statement === null ||
    askedWarnings(command) !== null
  )
    return null;
  const { backend } = statement;
  const isPlain = backend?.owner === state && backend.filledName === undefined;
  if (isPlain && asked.every((what) => hasOf(session, what, state))) return null;
  leaveDiagnostics(session, live);
  const { diagnostics } = session;
  await diagnostics.known;
  const text = statement.preparePayload.subarray(1);
  const { rowCount, foundRows } = diagnostics;
  return (
    countStatement(text, diagnostics) ??
    substitute(text, session.sqlMode(live.facts), {
      ...warningCounts(diagnostics),
      rowCount,
      foundRows: foundRows ?? '0',
    })
  );
}

function hasOf(session: Session, what: DiagnosticsRead, state: ConnectionState): boolean {
  if (what === 'found-rows') return state.foundRowsOf === session;
  return state.diagnosticsOf === session && (what !== 'row-count' || state.rowCountOf === session);
}

/**
 * The session's id, and that it has no schema where the connection has one; null where neither is asked for. What is prepared
 * may be prepared again where there is one.
 */
function ownIdentity(
  command: ClientCommand,
  session: Session,
  { state }: Live,
): Pick<SessionValues, 'connectionId' | 'schema'> | null {
  const { code, effects } = command;
  const asksId = effects.some(({ usesConnectionId }) => usesConnectionId);
  const isWithout =
    code === Command.STMT_PREPARE ? session.schema === null : needsFreshSchema(state, session);
  const asksSchema = isWithout && schemaQuestion(command) === 'answered';
  if (!asksId && !asksSchema) return null;
  return { ...(asksId && { connectionId: String(session.id) }), ...(asksSchema && { schema: 'none' }) };
}

/**
 * Whether a command asks for the name of the current schema before it goes to one, and whether that can be put in for it: not
 * into definitions and texts that another statement brings, and not where a column is called by the name that the question gives it.
 */
export function schemaQuestion({ effects, text }: ClientCommand): 'none' | 'answered' | 'open' {
  const use = effects.findIndex((effect) => effect.use !== null);
  const before = use < 0 ? effects : effects.slice(0, use);
  if (!before.some(({ asksOfSchema }) => asksOfSchema.includes('name'))) return 'none';
  const isOpen = effects.some(
    ({ verb, prepare, runs }) => verb === 'CREATE' || verb === 'ALTER' || prepare !== null || runs !== null,
  );
  return isOpen || (text !== null && quotedQuestion.test(text.toString('latin1'))) ? 'open' : 'answered';
}

const quotedQuestion = /[`"]\s*(DATABASE|SCHEMA)\s*\(/i;

/**
 * A session without a schema has the server's own collation in the place of the schema's, where the connection has a schema;
 * the assignment that a statement needs before it asks, or null.
 */
export function schemaCollationStep(
  { effects }: ClientCommand,
  session: Session,
  { facts, state }: Live,
): StateCommand | null {
  const asks = effects.some(({ asksOfSchema }) => asksOfSchema.includes('collation'));
  if (!asks || !needsFreshSchema(state, session) || session.variables.has(ofSchema)) return null;
  return setVariables(state, session, null, [[ofSchema, quoted(facts.collationDatabase)]]);
}

function warningCounts({ warningCount, errorCount }: Diagnostics) {
  return { warningCount, errorCount };
}

/** What a session without warnings gets while another's are on the connection. */
const noWarnings: Substitution = { text: Buffer.from('SHOW WARNINGS LIMIT 0'), originalName: (name) => name };

/**
 * Another session's warnings have to go before a statement that reads them and can be given neither values nor conditions
 * instead.
 */
export function clearingStep(command: ClientCommand, session: Session, live: Live): StateCommand | null {
  const { code, effects } = command;
  const reads = effects.some(
    ({ diagnostics, verb }, at) =>
      diagnostics.includes('warnings') && (verb === 'GET' || at > 0 || code === Command.STMT_EXECUTE),
  );
  if (!reads || live.state.diagnosticsOf === session || onlyLooks(command, session, live)) return null;
  if (askedWarnings(command) !== null && session.diagnostics.saved !== null) return null;
  return queryCommand(clearDiagnostics, () => undefined);
}

/** SHOW COUNT(*) WARNINGS is the server's short form of SELECT @@session.warning_count. */
function countStatement(text: Buffer, { warningCount, errorCount }: Diagnostics): Substitution | null {
  const asked = /^\s*SHOW\s+COUNT\s*\(\s*\*\s*\)\s+(WARNING|ERROR)S[\s;]*$/i.exec(ifShort(text));
  if (asked === null) return null;
  const what = (asked[1] ?? '').toLowerCase();
  const value = what === 'warning' ? warningCount : errorCount;
  return {
    text: Buffer.from(`SELECT ${countLiteral(value)}`),
    originalName: () => `@@session.${what}_count`,
  };
}

/** LAST_INSERT_ID() can be set back: the assignment that a statement needs before it, or null. */
export function lastInsertIdStep(command: ClientCommand, session: Session, live: Live): StateCommand | null {
  const { state } = live;
  const { effects } = command;
  const reads = effects.some(
    (effect) => effect.diagnostics.includes('last-insert-id') || effect.opaque !== null,
  );
  const mayRead = effects.some(({ mayRunTriggers }) => mayRunTriggers);
  const finds = findsLastRow(command, session);
  // Nothing makes the server look for a row that is not the last one of the connection.
  const value = finds ? '0' : session.diagnostics.lastInsertId;
  const isInForce = 'of' in state.insertId ? state.insertId.of === session : state.insertId.value === value;
  if (!(reads || mayRead || finds) || isInForce) return null;
  const step = queryCommand(`SET @@session.last_insert_id=${value}`, () => (state.insertId = { value }));
  // A round trip for what some trigger might want to know would be too much.
  return { ...step, isCertain: effects.every(({ diagnostics }) => diagnostics.length === 0) };
}

/** With sql_auto_is_null a condition `id IS NULL` finds the row that was inserted last. */
function findsLastRow(command: ClientCommand, { variables }: Session): boolean {
  const isOn = /^'?(1|ON)'?$/i.test(variables.get('sql_auto_is_null') ?? '');
  return isOn && /\bIS\s+NULL\b/i.test(shortText(command));
}
