// The bodies of stored routines, asked of the server as far as it lets the account see them, and read.

import { quoted } from '../../session/variables.js';
import { isPlainName } from '../../session/user-variables.js';
import { readBody } from '../../sql/program-body.js';
import { withSqlMode } from '../../sql/sql-mode.js';
import type { RoutineCall, SqlMode, Statement } from '../../sql/types.js';
import type { BackendConnection } from '../backend/backend-connection.js';

/** A statement that a routine may run. */
export interface HiddenStatement {
  readonly statement: Statement;
  /** It has run if the command ended without an error. */
  readonly isCertain: boolean;
  /** The schema in which its names are. */
  readonly schema: string;
}

/** What routines may run. */
export interface HiddenStatements {
  readonly statements: readonly HiddenStatement[];
  /** All bodies were seen and understood; else the routines may do anything besides. */
  readonly isComplete: boolean;
}

/** Routines that are read for one command, those that they call counted. */
const MOST_ROUTINES = 40;

/**
 * What the routines may run, and those that they call.
 * @param schema of names without one
 * @throws BackendGone
 */
export async function readRoutines(
  calls: readonly RoutineCall[],
  schema: string | null,
  connection: BackendConnection,
  mode: SqlMode,
): Promise<HiddenStatements> {
  const statements: HiddenStatement[] = [];
  const seen = new Set<string>();
  let isComplete = true;
  let next = located(calls, schema);
  while (next.length > 0 && seen.size <= MOST_ROUTINES) {
    const unseen = next.filter((call) => !seen.has(keyOf(call)));
    for (const call of unseen) seen.add(keyOf(call));
    const bodies = await Promise.all(unseen.map((call) => readRoutine(call, connection, mode)));
    const read = bodies.flatMap((body) => body ?? []);
    isComplete &&= !bodies.includes(null) && read.every(({ statement }) => isUnderstood(statement));
    statements.push(...read);
    next = read.flatMap(({ statement, schema: inside }) => located(statement.calls, inside));
  }
  if (seen.size === 1) return { statements, isComplete };
  // Of several routines it is not known which ran, and in which order.
  const uncertain = statements.map((part) => ({ ...part, isCertain: false }));
  return { statements: uncertain, isComplete: isComplete && next.length === 0 };
}

function isUnderstood({ opaque, callsOnly, execute }: Statement): boolean {
  return (opaque === null || callsOnly) && execute === null;
}

interface Located extends RoutineCall {
  readonly qualifier: string;
}

function located(calls: readonly RoutineCall[], schema: string | null): Located[] {
  return calls.map((call) => ({ ...call, qualifier: call.qualifier ?? schema ?? '' }));
}

function keyOf({ kind, qualifier, name }: Located): string {
  return `${kind} ${qualifier}.${name}`.toLowerCase();
}

async function readRoutine(
  { kind, qualifier, name }: Located,
  connection: BackendConnection,
  mode: SqlMode,
): Promise<readonly HiddenStatement[] | null> {
  // Other names depend on the character set.
  if (!isPlainName(qualifier) || !isPlainName(name)) return null;
  const [row] =
    (await connection.ask(
      'SELECT HEX(CONVERT(ROUTINE_DEFINITION USING utf8mb4)),SQL_MODE FROM information_schema.ROUTINES ' +
        `WHERE ROUTINE_SCHEMA=${quoted(qualifier)} AND ROUTINE_NAME=${quoted(name)} AND ROUTINE_TYPE='${kind}' LIMIT 1`,
    )) ?? [];
  const [hex, sqlMode] = row ?? [];
  // In the mode of another database its language is another, too.
  if (hex == null || sqlMode == null || !/^[0-9A-F]+$/.test(hex) || /ORACLE/i.test(sqlMode)) return null;
  const body = readBody(Buffer.from(hex, 'hex'), withSqlMode({ ...mode, charset: 'utf8mb4' }, sqlMode));
  return body.map((part) => ({ ...part, schema: qualifier }));
}
