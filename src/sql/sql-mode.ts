// What of sql_mode and the character set changes how a text is read.
import type { Draft } from './reading.js';
import type { AssignedValue, SqlMode } from './types.js';

/** Modes that include ANSI_QUOTES and IGNORE_SPACE. */
const ansiLike = ['ANSI', 'DB2', 'MAXDB', 'MSSQL', 'ORACLE', 'POSTGRESQL'];

/**
 * The mode under which a text is read after sql_mode was set.
 * @param value sql_mode as the server shows it, or as a statement sets it: names with commas between them
 */
export function withSqlMode(mode: SqlMode, value: string): SqlMode {
  const names = value.toUpperCase().split(',');
  const isAnsi = ansiLike.some((name) => names.includes(name));
  return {
    ...mode,
    ansiQuotes: isAnsi || names.includes('ANSI_QUOTES'),
    ignoreSpace: isAnsi || names.includes('IGNORE_SPACE'),
    noBackslashEscapes: names.includes('NO_BACKSLASH_ESCAPES'),
  };
}

/** The mode for what follows the statement in the same text; null where that is not known. */
export function modeAfter(mode: SqlMode, draft: Draft): SqlMode | null {
  if (draft.verb === 'EXECUTE' || (draft.verb === 'SET' && draft.opaque !== null)) return null;
  let next = mode;
  for (const { name, value } of draft.assigns) {
    if (name !== 'sql_mode' && name !== 'character_set_client') continue;
    const text = stringOf(value);
    if (text === null) return null;
    next = name === 'sql_mode' ? withSqlMode(next, text) : { ...next, charset: text.toLowerCase() };
  }
  return next;
}

/** The content of a string literal as SET yields it; null for numbers and what is no literal. */
function stringOf(value: AssignedValue): string | null {
  if (value.kind !== 'literal' || !value.sql.startsWith("'")) return null;
  return value.sql.slice(1, -1).replaceAll("''", "'");
}
