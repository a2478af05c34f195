// What locks tables or the server for as long as the session wants, and administration, which commits.
import { accept, acceptOneOf, name, needsSchemaFor, obscure, qualifiedName } from './reading.js';
import type { Reading } from './reading.js';

/** Statements about accounts, replication, plugins: no effect on the session but that they commit. */
export function readAdministration(reading: Reading): void {
  const { draft, tokens } = reading;
  reading.callsFrom = tokens.length;
  draft.writes = true;
  draft.endsTransaction = true;
}

/** `LOCK TABLES ...`. */
export function readLock(reading: Reading): void {
  if (acceptOneOf(reading, 'TABLE', 'TABLES') === '') {
    obscure(reading.draft, 'LOCK INSTANCE');
    return;
  }
  reading.draft.locks.push('lock-tables');
  needsFirst(reading);
  reading.draft.endsTransaction = true;
}

/** The first of the tables comes next. */
export function needsFirst(reading: Reading): void {
  const first = qualifiedName(reading);
  if (first !== null) needsSchemaFor(reading.draft, first);
}

/** `UNLOCK TABLES`, which also ends FLUSH TABLES WITH READ LOCK. */
export function readUnlock(reading: Reading): void {
  if (acceptOneOf(reading, 'TABLE', 'TABLES') === '') {
    obscure(reading.draft, 'UNLOCK INSTANCE');
    return;
  }
  reading.draft.locks.push('unlock-tables');
  reading.draft.endsTransaction = true;
  reading.draft.usesSchema = false;
}

/** `FLUSH ...`: with READ LOCK or FOR EXPORT it keeps locks. */
export function readFlush(reading: Reading): void {
  readAdministration(reading);
  reading.draft.usesSchema = reading.tokens.some(({ word }) => word === 'TABLE' || word === 'TABLES');
  const keeps = reading.tokens.some(
    ({ word }, at) =>
      (word === 'READ' && reading.tokens[at + 1]?.word === 'LOCK') ||
      (word === 'FOR' && reading.tokens[at + 1]?.word === 'EXPORT'),
  );
  if (keeps) reading.draft.locks.push('flush-read-lock');
}

/** MariaDB's `BACKUP STAGE ...`, `BACKUP LOCK t` and `BACKUP UNLOCK`: https://mariadb.com/kb/en/backup-stage/ */
export function readBackup(reading: Reading): void {
  const { draft } = reading;
  readAdministration(reading);
  switch (acceptOneOf(reading, 'STAGE', 'LOCK', 'UNLOCK')) {
    case 'STAGE':
      draft.usesSchema = false;
      draft.locks.push(accept(reading, 'END') ? 'backup-stage-end' : 'backup-stage');
      return;
    case 'LOCK':
      draft.locks.push('backup-lock');
      needsFirst(reading);
      return;
    case 'UNLOCK':
      draft.usesSchema = false;
      draft.locks.push('backup-unlock');
      return;
    default:
      obscure(draft, 'BACKUP');
  }
}

/** `HANDLER t OPEN | READ | CLOSE`. */
export function readHandler(reading: Reading): void {
  const { draft } = reading;
  const table = qualifiedName(reading);
  draft.handler = table?.name ?? null;
  const what = acceptOneOf(reading, 'OPEN', 'CLOSE');
  if (what === 'CLOSE') draft.locks.push('handler-close');
  if (what !== 'OPEN') return;
  if (table !== null) needsSchemaFor(draft, table);
  draft.locks.push('handler-open');
  accept(reading, 'AS');
  draft.handler = name(reading) ?? draft.handler;
}
