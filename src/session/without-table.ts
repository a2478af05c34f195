// Which statements open no table: servers keep the warnings of before over them (tried on MariaDB 10.11).
import { BODY } from '../sql/read.js';
import type { Statement } from '../sql/types.js';

/** Verbs of statements that need no table unless they have a subquery. */
const tableless: ReadonlySet<string> = new Set(
  'SELECT VALUES DO GET USE BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE UNLOCK DEALLOCATE XA HELP RESET PURGE SIGNAL RESIGNAL'.split(
    ' ',
  ),
);

const definable = '(DATABASE|SCHEMA|USER|ROLE|SERVER|PROCEDURE|FUNCTION|PACKAGE|EVENT)\\b';
const definer = '(DEFINER ?= ?\\S+ )?';
// Of roles, of another account, and of all tables of a schema or of all schemas.
const granted = /^(PROXY ON |((?! ON ).)*( ON (\S+\.)?\* |$))/i;
const from = /\bfrom\b(?! dual\b)/i;
const explained = new RegExp(`^(FORMAT ?= ?\\S+ )?(SELECT|VALUES)\\b(?!.*${from.source})`, 'i');

/** Such as only look like others of their verb that open tables, by what stands behind the verb. */
const tablelessForms: Readonly<Record<string, RegExp>> = {
  SHOW: /^(FULL )?(CREATE (DATABASE|SCHEMA|USER|PROCEDURE|FUNCTION|PACKAGE|EVENT|TRIGGER)|GRANTS|PROCESSLIST|PRIVILEGES|MASTER|SLAVE|REPLICA|ALL|BINARY|BINLOG|RELAYLOG|ENGINE|PROFILES|CONTRIBUTORS|AUTHORS)\b/i,
  CREATE: new RegExp(`^(OR REPLACE )?${definer}(AGGREGATE )?${definable}`, 'i'),
  DROP: new RegExp(`^(${definable}|(TRIGGER|PREPARE)\\b)`, 'i'),
  ALTER: new RegExp(`^${definer}${definable}`, 'i'),
  RENAME: /^USER\b/i,
  GRANT: granted,
  REVOKE: granted,
  EXPLAIN: explained,
  DESCRIBE: explained,
  DESC: explained,
  ANALYZE: explained,
  FLUSH: /^(?!(LOCAL |NO_WRITE_TO_BINLOG )?TABLES? )/i,
};

/** Whether all that the statement does is in its text. To define a routine does nothing of what its body says. */
export function isJudged({ verb, opaque }: Statement): boolean {
  return opaque === null || (opaque === BODY && (verb === 'CREATE' || verb === 'ALTER'));
}

/** Whether the statement at `at` opens no table. */
export function isWithoutTable(statements: readonly Statement[], at: number, text: Buffer | null): boolean {
  const statement = statements[at];
  if (statement === undefined) return true;
  const { verb, start, end, diagnostics, prepare, runs, sequence, setsForItself } = statement;
  if (verb === 'SHOW' && diagnostics.includes('warnings')) return true;
  if (!isJudged(statement) || sequence !== null) return false;
  // What EXECUTE runs is the next statement, and not in the text.
  if (runs !== null) return true;
  if (prepare !== null) return prepare.text !== null && needsNone(prepare.text);
  const own =
    statements[at - 1]?.runs ?? text?.toString('latin1', start, Math.min(end, start + LOOKED_AT)) ?? '';
  return needsNone(own, verb, setsForItself);
}

/** Of a statement's text. */
const LOOKED_AT = 65_536;

function needsNone(text: string, verb = verbOf(text), setsForItself = false): boolean {
  const words = text
    .replace(notWords, (part) => standIns[part[0] ?? ''] ?? "''")
    .replace(withFrom, '$1()')
    .trim()
    .replace(/\s+/g, ' ');
  const form = tablelessForms[verb];
  if (form !== undefined) return form.test(words.slice(words.indexOf(' ') + 1));
  if (verb !== 'SET') return tableless.has(verb) && !from.test(words);
  return setsForItself
    ? / FOR (SELECT|VALUES|DO|SET) /i.test(words) && !from.test(words)
    : !(/\bselect\b/i.test(words) && from.test(words));
}

/**
 * Strings, quoted names, and comments that no server reads. What is not closed goes to the end: looked for again from each of its
 * quotes, a long one would take forever.
 */
const notWords =
  /'(?:[^'\\]|\\.?)*(?:'|$)|"(?:[^"\\]|\\.?)*(?:"|$)|`[^`]*(?:`|$)|\/\*(?!M?!)(?:[^*]|\*(?!\/))*(?:\*\/|$)/gs;

/** Functions with a FROM among their arguments. */
const withFrom = /\b(EXTRACT|TRIM|SUBSTR|SUBSTRING)\s*\((?:[^()]|\([^()]*\))*\)/gi;

const standIns: Readonly<Record<string, string>> = { '`': 'name', '/': ' ' };

function verbOf(text: string): string {
  return /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? '';
}
