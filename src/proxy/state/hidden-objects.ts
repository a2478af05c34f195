// Temporary tables and text prepared statements that routines made or took away: which, their bodies say; whether, the server.

import { preparedUnder } from '../../session/prepared-under.js';
import type { Session } from '../../session/session.js';
import { canRestore } from '../../session/text-statements.js';
import { isPlainName } from '../../session/user-variables.js';
import { emptyDraft } from '../../sql/reading.js';
import type { QualifiedName, Statement } from '../../sql/types.js';
import type { BackendConnection } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';
import type { HiddenStatement } from './routine-bodies.js';

/** Tables that are looked for one by one. */
const MOST_TABLES = 50;

/**
 * Looks for the temporary tables that the routines may have made, and for those that the session had there.
 * @returns a statement that makes the first and drops what of either is not there; null where that cannot be found out
 * @throws BackendGone
 */
export async function findTables(
  hidden: readonly HiddenStatement[],
  session: Session,
  { connection, state, facts }: Live,
): Promise<readonly Statement[] | null> {
  const named = hidden.flatMap(({ statement, schema }) => [
    ...statement.createdTables.map(({ qualifier, name }) => ({ qualifier: qualifier ?? schema, name })),
    ...statement.temporaryTables.renamed.map(({ to }) => ({ qualifier: schema, name: to })),
  ]);
  const tables = unique([...state.temporaryTables.tablesInPlace(session), ...named]);
  if (tables.length > MOST_TABLES || !tables.every(({ qualifier, name }) => isPlainName(qualifier + name)))
    return null;
  const answers = await Promise.all(tables.map((table) => isTemporary(table, connection)));
  if (answers.includes(null)) return null;
  const createdTables = tables.filter((_, i) => answers[i] === true);
  const droppedTables = tables.filter((_, i) => answers[i] === false);
  return [{ ...emptyDraft(Buffer.alloc(0), session.sqlMode(facts), '', 0, 0), createdTables, droppedTables }];
}

interface Located extends QualifiedName {
  readonly qualifier: string;
}

function unique(tables: readonly Located[]): Located[] {
  return [
    ...new Map(tables.map((table) => [`${table.qualifier}.${table.name}`.toLowerCase(), table])).values(),
  ];
}

/** Null where the answer is none that we can read. */
async function isTemporary(
  { qualifier, name }: Located,
  connection: BackendConnection,
): Promise<boolean | null> {
  const rows = await connection.ask(`SHOW CREATE TABLE ${quote(qualifier)}.${quote(name)}`);
  if (rows === null) return false;
  const created = /^CREATE( TEMPORARY)? /.exec(rows[0]?.[1] ?? '');
  return created === null ? null : created[1] !== undefined;
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/**
 * Notes the text statements that the routines certainly left or took away.
 * @param moves how often the server prepared or dropped one
 * @returns whether that is all that was done to text statements
 */
export function noteTextStatements(
  hidden: readonly HiddenStatement[],
  moves: number,
  session: Session,
  live: Live,
): boolean {
  const parts = hidden.filter(({ statement }) => statement.prepare !== null || statement.deallocate !== null);
  if (parts.length !== moves || !parts.every(({ isCertain }) => isCertain)) return false;
  const last = new Map(
    parts.map((part) => [part.statement.prepare?.name ?? part.statement.deallocate ?? '', part]),
  );
  for (const [name, { statement }] of last) {
    const text = statement.prepare?.text ?? null;
    if (statement.prepare !== null && !canRestore(name, text)) return false;
    session.textStatements.delete(name);
    live.state.textStatements.drop(name);
    if (statement.prepare === null || !canRestore(name, text)) continue;
    session.textStatements.set(name, { text, under: preparedUnder(session), assigned: [] });
    live.state.textStatements.give(name, session.textStatements);
  }
  return true;
}
