// Questions about what a session has on its connection, put to the server in forms that a session's settings do not bend.

import type { ServerFacts } from '../../session/session.js';
import type { StatementCounts } from '../../session/connection-state.js';
import type { TextAnswer } from './answer-collector.js';
import { toldOnce, type BackendConnection } from './backend-connection.js';

type Rows = TextAnswer['rows'];

/** More than any of these questions has rows; stronger than a session's sql_select_limit. */
const ALL = 'LIMIT 100000';

/** Counters of triggers, and of statements that make or take away tables, text statements and locks of the session, wherever they stand. */
const counters: readonly string[] = [
  'Executed_triggers',
  ...(
    'create_temporary_table drop_temporary_table create_table drop_table alter_table rename_table create_sequence ' +
    'drop_sequence alter_sequence prepare_sql dealloc_sql ha_open lock_tables flush backup_lock xa_start'
  )
    .split(' ')
    .map((name) => `Com_${name}`),
];

const countersInList = counters.map((name) => `'${name}'`).join(',');

/**
 * How often such statements have run on the connection, also inside of routines; `none` where the server does not count.
 * @throws BackendGone
 */
export function askCounts(
  connection: BackendConnection,
  { mariadb }: Pick<ServerFacts, 'mariadb'>,
): Promise<StatementCounts> {
  const question = mariadb
    ? `SELECT * FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME IN (${countersInList}) ${ALL}`
    : `SHOW SESSION STATUS WHERE Variable_name IN (${countersInList})`;
  return toldOnce(connection.ask(question).then(countsIn));
}

function countsIn(rows: Rows | null): StatementCounts {
  if (rows === null || rows.length === 0) return 'none';
  return new Map(rows.map(([name, value]) => [name ?? '', value ?? '']));
}

/** Names of the user variables on the connection; null where the server does not list them. @throws BackendGone */
export function askUserVariables(
  connection: BackendConnection,
  { mariadb }: ServerFacts,
): Promise<readonly string[] | null> {
  if (!mariadb) return Promise.resolve(null);
  const answer = connection.ask(`SELECT VARIABLE_NAME FROM information_schema.USER_VARIABLES ${ALL}`);
  return toldOnce(answer.then((rows) => rows?.map(([name]) => lower(name)) ?? null));
}

/**
 * Every system variable that a session can set, by name (lower case), as SHOW VARIABLES shows it; null where the server does
 * not tell them from others.
 * @throws BackendGone
 */
export function askSettings(
  connection: BackendConnection,
  { mariadb }: ServerFacts,
): Promise<ReadonlyMap<string, string> | null> {
  if (!mariadb) return Promise.resolve(null);
  const answer = connection.ask(
    "SELECT VARIABLE_NAME, SESSION_VALUE FROM information_schema.SYSTEM_VARIABLES WHERE VARIABLE_SCOPE='SESSION' " +
      `AND READ_ONLY='NO' ${ALL}`,
  );
  return toldOnce(
    answer.then((rows) => rows && new Map(rows.map(([name, value]) => [lower(name), value ?? '']))),
  );
}

function lower(name: string | null | undefined): string {
  return (name ?? '').toLowerCase();
}
