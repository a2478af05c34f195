// What the last session's statement left behind is saved before another statement overwrites it.

import { askConditions, readConditions } from '../../session/conditions.js';
import type { Diagnostics } from '../../session/diagnostics.js';
import {
  conditionOf,
  countsOf,
  noWarnings,
  readWarnings,
  type SavedWarnings,
} from '../../session/saved-warnings.js';
import type { ConnectionState } from '../../session/connection-state.js';
import type { Session } from '../../session/session.js';
import { Command } from '../../wire/constants.js';
import { toldOnce, type BackendConnection } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';

/**
 * Asks for what the last session's statement left and only the server knows. Sent ahead of the next session's commands in
 * one write; nothing of theirs depends on it.
 */
export function saveDiagnostics(session: Session, live: Live): void {
  const { connection, state } = live;
  const { diagnostics } = session;
  const { question } = diagnostics;
  const hasFoundRows = state.foundRowsOf === session;
  const hasWarnings = state.diagnosticsOf === session;
  state.diagnosticsOf = state.foundRowsOf = null;
  if (question === null) return;
  const hasInsertId = 'of' in state.insertId && state.insertId.of === session;
  const values = connection.ask(
    'SELECT FOUND_ROWS(),LAST_INSERT_ID(),@@session.warning_count,@@session.error_count LIMIT 1',
  );
  const warnings = question.warnings && hasWarnings ? askWarnings(live, diagnostics) : null;
  const done = async (): Promise<void> => {
    const row = (await values)?.[0];
    const saved = await warnings;
    // A server that does not count them has those that it shows.
    const shown = countsOf(saved?.rows ?? []);
    const counts = {
      warningCount: Number(row?.[2] ?? shown.warningCount),
      errorCount: Number(row?.[3] ?? shown.errorCount),
    };
    diagnostics.answered({
      ...(question.foundRows && hasFoundRows ? { foundRows: row?.[0] ?? '0' } : {}),
      ...(row?.[1] == null || !hasInsertId ? {} : { lastInsertId: row[1] }),
      saved: saved === null ? (diagnostics.saved ?? noWarnings) : { ...saved, counts },
    });
  };
  diagnostics.known = done().catch(() => diagnostics.lost());
}

/** Statements of our own are about to overwrite what the session's last one left. */
export function leaveDiagnostics(session: Session, live: Live): void {
  if (hasDiagnosticsOf(session, live.state)) saveDiagnostics(session, live);
  live.state.diagnosticsOf = live.state.foundRowsOf = null;
}

/** Whether the connection has anything of what the session's last statements left. */
export function hasDiagnosticsOf(
  session: Session,
  { diagnosticsOf, foundRowsOf, insertId }: ConnectionState,
): boolean {
  return (
    diagnosticsOf === session || foundRowsOf === session || ('of' in insertId && insertId.of === session)
  );
}

/** What the server keeps of the warnings. */
type Kept = Omit<SavedWarnings, 'counts'>;

/** Both questions leave the warnings where they are. */
function askWarnings({ connection, facts }: Live, diagnostics: Diagnostics): Promise<Kept | null> {
  const shown = toldOnce(showWarnings(connection));
  const question = askConditions(facts);
  const told = question === null ? Promise.resolve(null) : connection.ask(question);
  const { lastError } = diagnostics;
  const both = async (): Promise<Kept | null> => {
    const reply = await shown;
    const answer = (await told)?.[0]?.[0] ?? null;
    if (reply === null) return null;
    const plain = reply.rows.map((row) => conditionOf(row, lastError));
    const known = answer === null ? [] : readConditions(answer, facts);
    return { ...reply, conditions: [...known, ...plain.slice(known.length)] };
  };
  return toldOnce(both());
}

async function showWarnings(connection: BackendConnection): Promise<Omit<Kept, 'conditions'> | null> {
  const bytes: Buffer[] = [];
  const payload = Buffer.concat([Buffer.from([Command.QUERY]), Buffer.from('SHOW WARNINGS')]);
  const { err } = await connection.run(payload, 'query', { forward: (part) => bytes.push(Buffer.from(part)) })
    .ended;
  return err === null ? readWarnings(Buffer.concat(bytes)) : null;
}
