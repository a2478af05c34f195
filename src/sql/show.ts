// SHOW: what it tells of the session, and whether it needs the current schema.
import { likePattern } from './pattern.js';
import { accept, acceptOneOf, peek, qualifiedName, skipWords } from './reading.js';
import type { Reading } from './reading.js';
import { judgeSystemVariable, readsDiagnostics, tellingVariables } from './session-functions.js';
import { textOf } from './literals.js';
import { Kind } from './token.js';

/** What SHOW shows of the schema that it names or else of the current one. */
const ofSchema = ['TABLES', 'TABLE', 'EVENTS', 'TRIGGERS'];
const ofTable = ['COLUMNS', 'FIELDS', 'INDEX', 'INDEXES', 'KEYS'];

/** Reads what follows SHOW. */
export function readShow(reading: Reading): void {
  const { draft } = reading;
  draft.isRead = true;
  draft.processes = readProcesses(reading);
  const isGlobal = accept(reading, 'GLOBAL');
  skipWords(reading, 'SESSION', 'LOCAL', 'FULL', 'EXTENDED');
  const isOpen = accept(reading, 'OPEN');
  const hasQuery = reading.tokens.some(({ word }) => word === 'SELECT');
  draft.needsSchema = !isOpen && needsSchema(reading);
  draft.usesSchema = draft.needsSchema || hasQuery;
  if (accept(reading, 'COUNT', '(', '*', ')')) readWarnings(reading);
  else if (accept(reading, 'VARIABLES') && !isGlobal) readVariables(reading);
  else if (acceptOneOf(reading, 'EXPLAIN', 'ANALYZE') !== '') draft.usesConnectionId = true;
  else readWarnings(reading);
}

function readProcesses({ tokens }: Reading): 'short' | 'full' | null {
  const [, first, second, third] = tokens;
  if (first?.word === 'PROCESSLIST' && second === undefined) return 'short';
  return first?.word === 'FULL' && second?.word === 'PROCESSLIST' && third === undefined ? 'full' : null;
}

function needsSchema(reading: Reading): boolean {
  const start = reading.at;
  const needs = namesNoSchema(reading);
  reading.at = start;
  return needs;
}

function namesNoSchema(reading: Reading): boolean {
  if (acceptOneOf(reading, ...ofSchema) !== '') {
    accept(reading, 'STATUS');
    return acceptOneOf(reading, 'FROM', 'IN') === '';
  }
  if (acceptOneOf(reading, ...ofTable) !== '') {
    acceptOneOf(reading, 'FROM', 'IN');
    if (qualifiedName(reading)?.qualifier !== null) return false;
    return acceptOneOf(reading, 'FROM', 'IN') === '';
  }
  if (!accept(reading, 'CREATE')) return false;
  if (acceptOneOf(reading, 'DATABASE', 'SCHEMA', 'USER') !== '') return false;
  skipWords(
    reading,
    'TABLE',
    'VIEW',
    'SEQUENCE',
    'PROCEDURE',
    'FUNCTION',
    'PACKAGE',
    'BODY',
    'TRIGGER',
    'EVENT',
  );
  return qualifiedName(reading)?.qualifier === null;
}

function readWarnings(reading: Reading): void {
  if (peek(reading) === 'WARNINGS' || peek(reading) === 'ERRORS') readsDiagnostics(reading.draft, 'warnings');
}

/** Words and symbols of `WHERE Variable_name IN (...) OR Variable_name = ...`: it shows what its strings name. */
const naming = new Set(['LIKE', 'WHERE', 'VARIABLE_NAME', 'IN', 'OR', '=', '(', ')', ',']);

/** SHOW VARIABLES shows some that tell of the last statement; which are shown, the pattern says. */
function readVariables(reading: Reading): void {
  const rest = reading.tokens.slice(reading.at);
  const strings = rest.filter(({ kind }) => kind === Kind.String);
  const isNaming = rest.every(({ kind, word }) => kind === Kind.String || naming.has(word));
  const patterns = strings.map((token) => likePattern(textOf(reading.text, token, reading.mode)));
  const isShown = (name: string): boolean =>
    !isNaming || strings.length === 0 || patterns.some((matches) => matches(name));
  for (const name of tellingVariables) if (isShown(name)) judgeSystemVariable(reading.draft, name);
}
