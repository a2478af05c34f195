// CREATE, DROP, ALTER and RENAME: which of their tables may be temporary, and what they commit.
import { readAdministration } from './locks.js';
import { readAlterUser } from './own-password.js';
import { readStoredProgram } from './stored-programs.js';
import { accept, acceptOneOf, needsSchemaFor, obscure, peek, qualifiedName } from './reading.js';
import type { Reading } from './reading.js';
import { namesUnqualifiedTable } from './schema.js';
import type { QualifiedName } from './types.js';

/** Reads a qualified name and returns its last part in lower case. */
function tableName(reading: Reading): string | null {
  return qualifiedName(reading)?.name.toLowerCase() ?? null;
}

/** `CREATE [OR REPLACE] [TEMPORARY] ...`; what it creates permanently is of no concern to the session. */
export function readCreate(reading: Reading): void {
  const { draft, tokens } = reading;
  accept(reading, 'OR', 'REPLACE');
  if (readStoredProgram(reading)) return;
  const isTemporary = accept(reading, 'TEMPORARY');
  draft.endsTransaction = !isTemporary;
  draft.writes = !isTemporary;
  if (outsideOfSchemas.has(peek(reading))) draft.usesSchema = false;
  reading.callsFrom = peek(reading) === 'TABLE' ? firstQuery(reading) : tokens.length;
  const created = acceptOneOf(reading, 'TABLE', 'SEQUENCE') === '' ? null : createdTable(reading);
  if (!isTemporary) return;
  if (created === null) {
    obscure(draft, 'CREATE TEMPORARY');
    return;
  }
  draft.createdTables.push(created);
  draft.temporaryTables.created.push(created.name.toLowerCase());
}

/** What has no schema itself. */
const outsideOfSchemas = new Set(['DATABASE', 'SCHEMA', 'USER', 'ROLE', 'SERVER']);

/** What `LIKE` names, and what the query that fills it reads, may be in another schema than the table. */
function createdTable(reading: Reading): QualifiedName | null {
  const { draft, tokens } = reading;
  accept(reading, 'IF', 'NOT', 'EXISTS');
  const created = qualifiedName(reading);
  if (created === null) return null;
  needsSchemaFor(draft, created);
  const rest = tokens.slice(reading.at);
  draft.usesSchema =
    created.qualifier === null ||
    rest.some(({ word }) => bringsTables.has(word)) ||
    namesUnqualifiedTable(rest);
  return created;
}

/** Behind these a CREATE TABLE names other tables or sequences. */
const bringsTables = new Set('LIKE UNION NEXTVAL LASTVAL SETVAL CURRVAL NEXT PREVIOUS'.split(' '));

/** Index of the first token of the query that fills the new table. */
function firstQuery({ tokens }: Reading): number {
  const first = tokens.findIndex(({ word }) => word === 'SELECT' || word === 'VALUES');
  return first < 0 ? tokens.length : first;
}

/** `DROP [TEMPORARY] TABLE a, d.b`, `DROP DATABASE`, `DROP PREPARE`, and the rest of DROP. */
export function readDrop(reading: Reading): void {
  const { draft } = reading;
  reading.callsFrom = reading.tokens.length;
  if (accept(reading, 'PREPARE')) {
    readDeallocated(reading);
    return;
  }
  const isTemporary = accept(reading, 'TEMPORARY');
  draft.endsTransaction = !isTemporary;
  draft.writes = true;
  switch (acceptOneOf(reading, 'TABLE', 'TABLES', 'SEQUENCE', 'DATABASE', 'SCHEMA')) {
    case 'DATABASE':
    case 'SCHEMA':
      draft.mayDropSchema = true;
      draft.usesSchema = false;
      return;
    case '':
      if (outsideOfSchemas.has(peek(reading))) draft.usesSchema = false;
      if (isTemporary) obscure(draft, 'DROP TEMPORARY');
      return;
    default:
      readDropped(reading);
  }
}

function readDropped(reading: Reading): void {
  const { draft } = reading;
  accept(reading, 'IF', 'EXISTS');
  do {
    const dropped = qualifiedName(reading);
    if (dropped === null) {
      obscure(draft, 'DROP TABLE');
      return;
    }
    needsSchemaFor(draft, dropped);
    draft.droppedTables.push(dropped);
    draft.temporaryTables.dropped.push(dropped.name.toLowerCase());
  } while (accept(reading, ','));
  draft.usesSchema = draft.needsSchema;
}

/** The name in `DEALLOCATE PREPARE name` and `DROP PREPARE name`. */
export function readDeallocated(reading: Reading): void {
  const deallocated = tableName(reading);
  if (deallocated === null) {
    obscure(reading.draft, 'DEALLOCATE');
    return;
  }
  reading.draft.deallocate = deallocated;
  reading.draft.usesSchema = false;
}

/** `ALTER [ONLINE] [IGNORE] TABLE [IF EXISTS] t ... RENAME [TO | AS | =] u`. */
export function readAlter(reading: Reading): void {
  readAdministration(reading);
  if (readStoredProgram(reading)) return;
  readAlterUser(reading);
  acceptOneOf(reading, 'ONLINE', 'OFFLINE');
  accept(reading, 'IGNORE');
  if (!accept(reading, 'TABLE')) return;
  accept(reading, 'IF', 'EXISTS');
  const altered = qualifiedName(reading);
  if (altered === null) {
    obscure(reading.draft, 'ALTER TABLE');
    return;
  }
  needsSchemaFor(reading.draft, altered);
  const from = altered.name.toLowerCase();
  for (; reading.at < reading.tokens.length; reading.at += 1) {
    if (accept(reading, 'RENAME')) readNewName(reading, from);
  }
}

/** `TRUNCATE [TABLE] t`. */
export function readTruncate(reading: Reading): void {
  readAdministration(reading);
  accept(reading, 'TABLE');
  const truncated = qualifiedName(reading);
  if (truncated === null) return;
  needsSchemaFor(reading.draft, truncated);
  reading.draft.usesSchema = reading.draft.needsSchema;
}

/** What RENAME of an ALTER TABLE may rename besides the table. */
const parts = ['COLUMN', 'INDEX', 'KEY'];

function readNewName(reading: Reading, from: string): void {
  if (parts.includes(peek(reading))) return;
  acceptOneOf(reading, 'TO', 'AS', '=');
  const to = tableName(reading);
  if (to === null) {
    obscure(reading.draft, 'ALTER TABLE ... RENAME');
    return;
  }
  reading.draft.temporaryTables.renamed.push({ from, to });
}

/** `RENAME TABLE a TO b, c TO d`. */
export function readRename(reading: Reading): void {
  readAdministration(reading);
  if (acceptOneOf(reading, 'TABLE', 'TABLES') === '') return;
  accept(reading, 'IF', 'EXISTS');
  do {
    const from = qualifiedName(reading);
    const to = waits(reading) ? qualifiedName(reading) : null;
    if (from === null || to === null) {
      obscure(reading.draft, 'RENAME TABLE');
      return;
    }
    needsSchemaFor(reading.draft, from);
    reading.draft.temporaryTables.renamed.push({ from: from.name.toLowerCase(), to: to.name.toLowerCase() });
  } while (accept(reading, ','));
}

/** Moves past `[WAIT n | NOWAIT] TO`. */
function waits(reading: Reading): boolean {
  if (accept(reading, 'WAIT')) reading.at += 1;
  accept(reading, 'NOWAIT');
  return accept(reading, 'TO');
}
