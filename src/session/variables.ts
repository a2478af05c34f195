// System variables as values that can be compared and sent again.

/** SQL text of a variable's value: a bare number, DEFAULT, NULL or a quoted string. Equal texts are equal values. */
export type Literal = string;

/** Means DEFAULT to the server: what a new session starts with, where no other value was ever seen. */
export const DEFAULT: Literal = 'DEFAULT';

/**
 * Variables that are not carried by difference: the diagnostics and one-shot values, which have rules of their own, and
 * those that follow the schema or tell of the server.
 */
const notCarried: ReadonlySet<string> = new Set([
  'character_set_connection', // follows collation_connection
  'character_set_database', // follows collation_database
  'character_set_server', // follows collation_server
  'error_count',
  'gtid_seq_no', // for the next transaction only
  'identity',
  'in_transaction',
  'insert_id',
  'last_gtid',
  'last_insert_id',
  'pseudo_thread_id',
  'rand_seed1',
  'rand_seed2',
  'session_track_schema',
  'session_track_state_change',
  'session_track_system_variables',
  'warning_count',
]);

/** The schema brings it along; a session may set it for itself until it goes to a schema again. */
export const ofSchema = 'collation_database';

/** Values that SHOW VARIABLES gives for a moment or a schema, not for the session. */
const momentary: ReadonlySet<string> = new Set(['timestamp', ofSchema]);

/** Variables that know NULL, which is shown as an empty text. None of them takes an empty text. */
const nullable: ReadonlySet<string> = new Set([
  'character_set_results',
  'default_tmp_storage_engine',
  'enforce_storage_engine',
  'innodb_ft_user_stopword_table',
  'innodb_tmpdir',
]);

/** Variables that change together with a character set, whichever of them was named. */
export const charsetVariables = [
  'character_set_client',
  'character_set_results',
  'collation_connection',
] as const;

/** A character set and a collation as SET NAMES takes them. */
export function namesLiteral(charset: string, collation: string): Literal {
  return `${quoted(charset)} COLLATE ${quoted(collation)}`;
}

/** The variables as they are after SET NAMES with such a literal. */
export function namesVariables(names: Literal): [name: (typeof charsetVariables)[number], value: Literal][] {
  const [charset = '', collation = ''] = names.split(' COLLATE ');
  return [
    ['character_set_client', charset],
    ['character_set_results', charset],
    ['collation_connection', collation],
  ];
}

/**
 * Variables that have, beside the character set that they show, a collation of it: the one that SET NAMES was given, or the
 * character set's default one once they were set alone. Parameters have that of the first, columns in replies the second's.
 */
export function hasCollation(name: string): boolean {
  return name === 'character_set_client' || name === 'character_set_results';
}

/** Whether `name` may still have the collation that SET NAMES with `names` has given it, when it is made `value`. */
export function agrees(names: Literal | null | undefined, name: string, value: Literal): boolean {
  // What is not converted keeps the name that it had.
  if (!hasCollation(name) || names == null || value === 'NULL') return true;
  return names.startsWith(`${value} `);
}

/** The text of a string literal without escapes; empty for any other literal. */
export function unquoted(literal: Literal): string {
  return literal.startsWith("'") ? literal.slice(1, -1) : '';
}

/** Whether the difference carries `name`. Names come from statements: what is no plain name is no variable either. */
export function isCarried(name: string): boolean {
  return !notCarried.has(name) && /^[a-z_][a-z0-9_.]{0,255}$/.test(name);
}

/**
 * The literal for a value as the server shows it (SHOW VARIABLES, session tracking).
 * @param shown e.g. `ON`, `18446744073709551615`, `STRICT_TRANS_TABLES`; empty for NULL where the variable knows NULL
 */
export function literalOf(name: string, shown: string): Literal {
  if (shown === '' && nullable.has(name)) return 'NULL';
  if (/^-?\d+(\.\d+)?$/.test(shown)) return shown;
  return quoted(shown);
}

/** Whether a server may refuse `value` for a session: of this variable only 0 and the global value, whatever that is by now, are taken. */
export function isRefused(name: string, value: Literal): boolean {
  return name === 'max_delayed_threads' && value !== '0';
}

/** The literal of a new session's value, given what SHOW VARIABLES says right after the login. */
export function initialLiteralOf(name: string, shown: string): Literal {
  return momentary.has(name) ? DEFAULT : literalOf(name, shown);
}

/** A string literal that every sql_mode reads alike. */
export function quoted(text: string): Literal {
  // What a backslash means depends on NO_BACKSLASH_ESCAPES; in hexadecimal there is none.
  if (text.includes('\\')) return `CONVERT(0x${Buffer.from(text, 'utf8').toString('hex')} USING utf8)`;
  return `'${text.replaceAll("'", "''")}'`;
}

/** The names that have to be asked for after `name` was assigned by reading alone. */
export function namesToAsk(name: string): readonly string[] {
  if (/^(character_set_(client|connection|results)|collation_connection)$/.test(name))
    return charsetVariables;
  if (name === 'character_set_server') return ['collation_server'];
  if (name === 'character_set_database') return [ofSchema];
  return isCarried(name) ? [name] : [];
}

/** The names and values in the reply to `askPlainly`. */
export function readPlainAnswer(
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): [name: string, shown: string][] {
  const [row] = rows;
  return row === undefined ? [] : names.map((name, i) => [name, row[i] ?? '']);
}

/**
 * Asks for variables that SELECT shows as SHOW does (most are not: 1 for ON), without a table and without a trace in the
 * diagnostics. The LIMIT is stronger than a session's sql_select_limit.
 */
export function askPlainly(names: readonly string[]): string {
  return `SELECT ${names.map((name) => `@@session.${name}`).join(',')} LIMIT 1`;
}

/** Asks for any variables (lower case, plain names). A session's sql_select_limit has to be out of the way. */
export function askByShow(names: readonly string[], scope: 'SESSION' | 'GLOBAL' = 'SESSION'): string {
  return `SHOW ${scope} VARIABLES WHERE Variable_name IN (${names.map(quoted).join(',')})`;
}

/** After so many seconds without a command the server ends the connection; the last three count in a transaction only, and 0 is never. */
export const patienceVariables = [
  'wait_timeout',
  'idle_transaction_timeout',
  'idle_readonly_transaction_timeout',
  'idle_write_transaction_timeout',
] as const;

/**
 * Variables that have to be known at once when they were changed: they decide how the next statement is read, and, after a
 * loss, nothing else tells them.
 */
export const plainVariables = [
  ...charsetVariables,
  'sql_mode',
  'sql_select_limit',
  ...patienceVariables,
] as const;

export function isPlain(name: string): boolean {
  return (plainVariables as readonly string[]).includes(name);
}

/** Whether a server under this `collation_connection` takes the letters of a string apart into ones of two or four bytes. */
export function isWide(collation: Literal): boolean {
  return /^'(ucs2|utf16|utf32)/.test(collation);
}
