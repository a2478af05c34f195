// SELECT and its kin, EXPLAIN, DESCRIBE, and the statements that change rows.
import { variableName } from './literals.js';
import { readAdministration } from './locks.js';
import { accept, acceptOneOf, atEnd, needsSchemaFor, peek, qualifiedName, skipWords } from './reading.js';
import type { Reading } from './reading.js';
import { namesUnqualifiedTable, surelyNeedsSchema } from './schema.js';
import { Kind, type Token } from './token.js';

/** SELECT, VALUES, TABLE, in parentheses or not. */
export function readQuery(reading: Reading): void {
  const { draft, tokens } = reading;
  reading.isQuery = true;
  draft.isRead = true;
  draft.usesSchema = namesUnqualifiedTable(tokens);
  draft.needsSchema = surelyNeedsSchema(tokens);
}

/** INSERT, UPDATE, DELETE, REPLACE, wherever in the statement they stand. */
export function readChange({ draft }: Reading): void {
  draft.writes = true;
  draft.mayRunTriggers = true;
}

/** INSERT and REPLACE as the statement's verb. */
export function readInsert(reading: Reading): void {
  const { draft, tokens } = reading;
  readChange(reading);
  const options = reading.at;
  skipWords(reading, ...changeOptions);
  const ignores = tokens.slice(options, reading.at).some(({ word }) => word === 'IGNORE');
  draft.updatesDuplicates = !ignores && tokens.some((_, at) => isOnDuplicate(tokens, at));
  accept(reading, 'INTO');
  readTarget(reading, () => true);
}

function isOnDuplicate(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.word === 'DUPLICATE' && tokens[at - 1]?.word === 'ON' && tokens[at + 1]?.word === 'KEY';
}

/** UPDATE as the statement's verb. */
export function readUpdate(reading: Reading): void {
  readChange(reading);
  skipWords(reading, ...changeOptions);
  readTarget(reading, () => peek(reading) === 'SET');
}

/** What stands between DELETE and FROM, or between FROM and USING, may be aliases. */
export function readDelete(reading: Reading): void {
  readChange(reading);
  skipWords(reading, ...changeOptions);
  if (!accept(reading, 'FROM') || reading.tokens.some(({ word }) => word === 'USING')) return;
  readTarget(
    reading,
    () => atEnd(reading) || ['WHERE', 'ORDER', 'LIMIT', 'RETURNING'].includes(peek(reading)),
  );
}

const changeOptions = ['LOW_PRIORITY', 'DELAYED', 'HIGH_PRIORITY', 'QUICK', 'IGNORE'];

/** @param isOnly whether, with its name read, it is the only table outside of queries */
function readTarget(reading: Reading, isOnly: () => boolean): void {
  const { draft } = reading;
  const target = qualifiedName(reading);
  if (target === null) return;
  needsSchemaFor(draft, target);
  draft.usesSchema = target.qualifier === null || !isOnly() || namesUnqualifiedTable(reading.tokens);
}

const changes = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE']);

/** `WITH a AS (...) ...`: what it is, the first verb outside the parentheses says. */
export function readWith(reading: Reading): void {
  let depth = 0;
  for (const { word } of reading.tokens) {
    if (word === '(') depth += 1;
    else if (word === ')') depth -= 1;
    else if (depth === 0 && word === 'SELECT') break;
    else if (depth === 0 && changes.has(word)) {
      readChange(reading);
      return;
    }
  }
  readQuery(reading);
}

const queryStarts = ['SELECT', 'WITH', 'VALUES', 'TABLE', '('];

/** EXPLAIN and DESCRIBE, of a statement or a table. */
export function readExplain(reading: Reading): void {
  const { draft } = reading;
  draft.isRead = true;
  const runs = skipExplainOptions(reading);
  if (accept(reading, 'FOR')) {
    draft.usesConnectionId = true;
    draft.usesSchema = false;
  } else readExplained(reading, runs);
}

/** ANALYZE runs the statement that it explains; ANALYZE TABLE is something else. */
export function readAnalyze(reading: Reading): void {
  acceptOneOf(reading, 'LOCAL', 'NO_WRITE_TO_BINLOG');
  if (acceptOneOf(reading, 'TABLE', 'TABLES') !== '') {
    readAdministration(reading);
    return;
  }
  reading.draft.isRead = true;
  skipExplainOptions(reading);
  readExplained(reading, true);
}

/** Moves past the options of EXPLAIN; true where one of them makes it run the statement. */
function skipExplainOptions(reading: Reading): boolean {
  let runs = false;
  for (;;) {
    if (accept(reading, 'ANALYZE')) runs = true;
    else if (accept(reading, 'FORMAT', '=')) reading.at += 1;
    else if (accept(reading, 'FOR', 'SCHEMA') || accept(reading, 'FOR', 'DATABASE')) reading.at += 1;
    else if (peek(reading) === 'INTO') explainInto(reading);
    else if (acceptOneOf(reading, 'EXTENDED', 'PARTITIONS') === '') return runs;
  }
}

/** `EXPLAIN INTO @x ...` */
function explainInto(reading: Reading): void {
  const target = reading.tokens[reading.at + 1];
  if (target?.kind === Kind.UserVariable)
    reading.draft.userVariables.assigned.push(variableName(reading.text, target, reading.mode));
  reading.draft.isRead = false;
  reading.at += 2;
}

function readExplainedQuery({ draft, tokens }: Reading): void {
  draft.usesSchema = namesUnqualifiedTable(tokens);
  draft.needsSchema = surelyNeedsSchema(tokens);
}

function readExplained(reading: Reading, runs: boolean): void {
  const { draft } = reading;
  if (queryStarts.includes(peek(reading))) {
    const mayChange = reading.draft.isRead;
    if (runs) readWith(reading);
    else readExplainedQuery(reading);
    draft.isRead &&= mayChange;
  } else if (changes.has(peek(reading))) {
    if (runs) readChange(reading);
    if (runs) draft.isRead = false;
  } else if (!atEnd(reading)) {
    const described = qualifiedName(reading);
    draft.usesSchema = draft.needsSchema = described?.qualifier === null;
  }
}
