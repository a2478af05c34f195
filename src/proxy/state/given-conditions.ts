// GET DIAGNOSTICS where its session's conditions are not on the connection: what was saved of them is assigned instead.

import { assignmentFor, statementItems } from '../../session/conditions.js';
import type { Session } from '../../session/session.js';
import { readGetDiagnostics, type GetDiagnostics } from '../../sql/get-diagnostics.js';
import { Command } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import type { DressedCommand } from '../locks/lock-edits.js';
import { leaveDiagnostics } from './save-diagnostics.js';

/** Whatever needs a table clears the diagnostics area. */
export const clearDiagnostics = 'DO (SELECT COUNT(*) FROM information_schema.ENGINES WHERE FALSE)';

/** A GET DIAGNOSTICS at the byte offsets `start` to `end` (exclusive) of a command's text. */
interface Look {
  readonly start: number;
  readonly end: number;
  readonly get: GetDiagnostics;
}

/** Whether nothing of the command but such statements reads the warnings on the connection. */
export function onlyLooks(command: ClientCommand, session: Session, live: Live): boolean {
  const reading = command.effects.filter(({ diagnostics }) => diagnostics.includes('warnings'));
  return looksOf(command, session, live).length === reading.length;
}

/**
 * The command with assignments in the place of the GET DIAGNOSTICS with which it begins; null where there is none, or what it
 * asks for is on the connection.
 * @throws BackendGone
 */
export async function withConditions(
  command: ClientCommand,
  session: Session,
  live: Live,
): Promise<DressedCommand | null> {
  const looks = looksOf(command, session, live);
  const [first] = looks;
  if (first === undefined || isOnConnection(looks, session, live)) return null;
  leaveDiagnostics(session, live);
  await session.diagnostics.known;
  const text = command.text ?? Buffer.alloc(0);
  const parts: Buffer[] = [];
  let copied = 0;
  for (const { start, end, get } of looks) {
    const assignment = await assignmentOf(get, session, live);
    if (assignment === null) break;
    parts.push(text.subarray(copied, start), assignment);
    copied = end;
  }
  if (parts.length === 0) return null;
  const edited = Buffer.concat([...parts, text.subarray(copied)]);
  const payload = Buffer.concat([Buffer.from([Command.QUERY]), edited]);
  return {
    command: { ...command, code: Command.QUERY, text: edited, payload, statement: null },
    originalName: null,
  };
}

function isOnConnection(looks: readonly Look[], session: Session, { state }: Live): boolean {
  if (state.diagnosticsOf !== session) return false;
  const counts = looks.some(({ get }) => get.items.some(({ item }) => item === 'ROW_COUNT'));
  return !counts || state.rowCountOf === session;
}

function looksOf({ code, text, effects, statement }: ClientCommand, session: Session, live: Live): Look[] {
  if (effects.every(({ verb }) => verb !== 'GET') || code === Command.STMT_PREPARE) return [];
  const mode = session.sqlMode(live.facts);
  if (text === null) {
    const get = statement === null ? null : readGetDiagnostics(statement.preparePayload.subarray(1), mode);
    return get === null ? [] : [{ start: 0, end: 0, get }];
  }
  const looks: Look[] = [];
  for (let at = 0; at < effects.length; at++) {
    const effect = effects[at];
    if (effect === undefined) break;
    const { start, end, userVariables } = effect;
    const executed = userVariables.mentioned.length > 0 ? undefined : (effect.runs ?? undefined);
    const get = readGetDiagnostics(
      executed === undefined ? text.subarray(start, end) : Buffer.from(executed, 'latin1'),
      mode,
    );
    // A number that one of them has assigned is not known yet.
    if (get === null || (looks.length > 0 && get.condition?.includes('@') === true)) break;
    looks.push({ start, end, get });
    // What EXECUTE runs is the next effect.
    if (executed !== undefined) at++;
  }
  return looks;
}

/** The statement that does to the variables what `get` would; null where the server refuses `get` for its items. */
async function assignmentOf(get: GetDiagnostics, session: Session, live: Live): Promise<Buffer | null> {
  const { saved, rowCount } = session.diagnostics;
  const conditions = saved?.conditions ?? [];
  if (get.condition === null) return assignmentFor(get, statementItems(conditions.length, rowCount));
  const number = await numberOf(get.condition, live);
  const condition = conditions[number - 1];
  if (condition !== undefined) return assignmentFor(get, condition);
  // The server puts its complaint behind the conditions that it has.
  await live.connection.ask(clearDiagnostics);
  const items = get.items.flatMap(({ target, item }) => [Buffer.from(','), target, Buffer.from(`=${item}`)]);
  return Buffer.concat([Buffer.from('GET DIAGNOSTICS CONDITION 0 '), ...items.slice(1)]);
}

/** The number of the condition that is asked for, from 1; 0 for none. @throws BackendGone */
async function numberOf(written: Buffer, { connection }: Live): Promise<number> {
  const text = written.toString('latin1');
  if (/^\d+$/.test(text)) return Number(text);
  const rows = await connection.ask(`SELECT CAST(${text} AS SIGNED) LIMIT 1`);
  return Number(rows?.[0]?.[0] ?? 0);
}
