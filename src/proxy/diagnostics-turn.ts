// The diagnostics of sessions on a shared connection: saved before another statement overwrites them, given back on demand.

import type { Diagnostics, SavedWarnings } from '../session/diagnostics.js';
import { queryCommand, type StateCommand } from '../session/difference.js';
import type { Session } from '../session/session.js';
import { countLiteral, substitute, type Substitution } from '../sql/substitute.js';
import { Command, lastingStatus } from '../wire/constants.js';
import { frame, FrameReader } from '../wire/framing.js';
import { writeEof } from '../wire/reply-packets.js';
import { readTextRow } from '../wire/result-set.js';
import { toldOnce, type BackendConnection } from './backend-connection.js';
import type { Live } from './backend-link.js';
import { shortText, type ClientCommand } from './command.js';

/**
 * Asks for what the last session's statement left and only the server knows. Sent ahead of the next session's commands in
 * one write; nothing of theirs depends on it.
 */
export function saveDiagnostics(session: Session, { connection, state }: Live): void {
  const { diagnostics } = session;
  const { question } = diagnostics;
  const hasFoundRows = state.foundRowsOf === session;
  state.diagnosticsOf = state.foundRowsOf = null;
  if (question === null) return;
  const hasInsertId = 'of' in state.insertId && state.insertId.of === session;
  const values = connection.ask('SELECT FOUND_ROWS(), LAST_INSERT_ID() LIMIT 1');
  const warnings = question.warnings ? toldOnce(askWarnings(connection)) : Promise.resolve(null);
  const done = async (): Promise<void> => {
    const row = (await values)?.[0];
    diagnostics.answered({
      ...(question.foundRows && hasFoundRows ? { foundRows: row?.[0] ?? '0' } : {}),
      ...(row?.[1] == null || !hasInsertId ? {} : { lastInsertId: row[1] }),
      saved: (await warnings) ?? { head: EMPTY, rows: [] },
    });
  };
  // A connection that is lost in between takes the diagnostics with it.
  done().catch(() => undefined);
}

/** Statements of our own are about to overwrite what the session's last one left. */
export function leaveDiagnostics(session: Session, live: Live): void {
  if (live.state.diagnosticsOf === session) saveDiagnostics(session, live);
  live.state.diagnosticsOf = live.state.foundRowsOf = null;
}

const EMPTY = Buffer.alloc(0);

async function askWarnings(connection: BackendConnection): Promise<SavedWarnings | null> {
  const bytes: Buffer[] = [];
  const payload = Buffer.concat([Buffer.from([Command.QUERY]), Buffer.from('SHOW WARNINGS')]);
  const { err } = await connection.run(payload, 'query', { forward: (part) => bytes.push(Buffer.from(part)) })
    .ended;
  return err === null ? splitReply(Buffer.concat(bytes)) : null;
}

const WARNING_COLUMNS = 3;
const EOF_BYTES = 9;

function splitReply(bytes: Buffer): SavedWarnings {
  const reader = new FrameReader(bytes.length);
  reader.push(bytes);
  const payloads: Buffer[] = [];
  for (let packet = reader.next(); packet !== null; packet = reader.next()) payloads.push(packet.payload);
  // Column count, three definitions, EOF; rows; EOF.
  const head = payloads.slice(0, WARNING_COLUMNS + 2).map((payload, i) => frame(payload, i + 1));
  const rows = payloads.slice(WARNING_COLUMNS + 2, -1).map((payload) => ({
    level: readTextRow(payload, WARNING_COLUMNS)[0]?.toString('latin1') ?? '',
    payload,
  }));
  return { head: Buffer.concat(head), rows };
}

const showWarnings = /^\s*SHOW\s+(WARNINGS|ERRORS)(?:\s+LIMIT\s+(\d+)(?:\s*(,|OFFSET)\s*(\d+))?)?[\s;]*$/i;

/** The reply to SHOW WARNINGS and SHOW ERRORS where the connection has another session's; null for anything else. */
export function savedWarningsReply(command: ClientCommand, session: Session): Buffer | null {
  const { saved } = session.diagnostics;
  const asked = askedWarnings(command);
  if (asked === null || saved === null || saved.head.length === 0) return null;
  const [, what = '', first, joint, second] = asked;
  const [offset, count] =
    joint === ',' ? [Number(first), Number(second)] : [Number(second ?? 0), Number(first ?? Infinity)];
  const rows = saved.rows
    .filter(({ level }) => /^w/i.test(what) || level === 'Error')
    .slice(offset, offset + count);
  const status = session.status & lastingStatus;
  const payloads = [...rows.map(({ payload }) => payload), writeEof({ warnings: 0, status })];
  const packets = payloads.map((payload, i) => frame(payload, WARNING_COLUMNS + 3 + i));
  const definitions = saved.head.subarray(0, -EOF_BYTES);
  const end = frame(writeEof({ warnings: 0, status }), WARNING_COLUMNS + 2);
  return Buffer.concat([definitions, end, ...packets]);
}

function askedWarnings(command: ClientCommand): RegExpExecArray | null {
  return showWarnings.exec(shortText(command));
}

/** The command's text with the session's own values in it, where the connection would give another session's. */
export function ownValues(command: ClientCommand, session: Session, live: Live): Substitution | null {
  const { effects, text } = command;
  if (text === null || effects.some(({ verb }) => verb === 'CREATE' || verb === 'ALTER')) return null;
  const { diagnostics } = session;
  const own = live.state.diagnosticsOf === session;
  const ownCount = own && live.state.rowCountOf === session;
  const ownRows = live.state.foundRowsOf === session;
  const asksDiagnostics = effects.some((effect) => effect.diagnostics.length > 0);
  if (!effects.some((effect) => effect.usesConnectionId) && ((ownCount && ownRows) || !asksDiagnostics))
    return null;
  const connectionId = String(session.id);
  // What a prepared statement asks of the last one changes from execution to execution; its session's id does not.
  if (command.code !== Command.QUERY) return substitute(text, session.sqlMode(live.facts), { connectionId });
  if (!own && askedWarnings(command) !== null) return noWarnings;
  const counted = countStatement(command, diagnostics);
  if (counted !== null && !own) return counted;
  const values = {
    connectionId,
    ...(own ? {} : warningCounts(diagnostics)),
    ...(ownCount ? {} : { rowCount: diagnostics.rowCount }),
    ...(ownRows ? {} : { foundRows: diagnostics.foundRows }),
  };
  return substitute(text, session.sqlMode(live.facts), values);
}

function warningCounts({ warningCount, errorCount }: Diagnostics) {
  return { warningCount, errorCount };
}

/** What a session without warnings gets while another's are on the connection. */
const noWarnings: Substitution = { text: Buffer.from('SHOW WARNINGS LIMIT 0'), originalName: (name) => name };

/**
 * Another session's warnings have to go before a statement that reads them and cannot be given values instead: whatever
 * needs a table clears them.
 */
export function clearingStep(
  { code, effects }: ClientCommand,
  session: Session,
  live: Live,
): StateCommand | null {
  const reads = effects.some(
    ({ diagnostics, verb }) =>
      diagnostics.includes('warnings') && (verb === 'GET' || code === Command.STMT_EXECUTE),
  );
  if (!reads || live.state.diagnosticsOf === session) return null;
  return queryCommand('DO (SELECT COUNT(*) FROM information_schema.ENGINES WHERE FALSE)', () => undefined);
}

/** SHOW COUNT(*) WARNINGS is the server's short form of SELECT @@session.warning_count. */
function countStatement(
  command: ClientCommand,
  { warningCount, errorCount }: Diagnostics,
): Substitution | null {
  const asked = /^\s*SHOW\s+COUNT\s*\(\s*\*\s*\)\s+(WARNING|ERROR)S[\s;]*$/i.exec(shortText(command));
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
  const value = session.diagnostics.lastInsertId;
  const isInForce = 'of' in state.insertId ? state.insertId.of === session : state.insertId.value === value;
  if (!(reads || mayRead) || isInForce) return null;
  const step = queryCommand(`SET @@session.last_insert_id=${value}`, () => (state.insertId = { value }));
  // A round trip for what some trigger might want to know would be too much.
  return { ...step, isCertain: effects.every(({ diagnostics }) => diagnostics.length === 0) };
}
