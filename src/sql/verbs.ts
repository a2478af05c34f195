// Which reader reads the statements of which verb.
import { readKill } from './kill.js';
import {
  needsFirst,
  readAdministration,
  readBackup,
  readFlush,
  readHandler,
  readLock,
  readUnlock,
} from './locks.js';
import { readDeallocate, readExecute, readPrepare } from './prepare.js';
import {
  readAnalyze,
  readChange,
  readDelete,
  readExplain,
  readInsert,
  readQuery,
  readUpdate,
  readWith,
} from './queries.js';
import {
  accept,
  acceptOneOf,
  name,
  needsSchemaFor,
  obscure,
  obscureByCall,
  qualifiedName,
} from './reading.js';
import type { Reading } from './reading.js';
import { namesUnqualifiedTable, surelyNeedsSchema } from './schema.js';
import { readsDiagnostics } from './session-functions.js';
import { readSet } from './set.js';
import { readShow } from './show.js';
import { readAlter, readCreate, readDrop, readRename, readTruncate } from './tables.js';
import { readBegin, readCommit, readRollback, readSavepoint, readStart, readXa } from './transactions.js';

/** Reads a statement whose verb is behind `reading.at`, into `reading.draft`. */
type Reader = (reading: Reading) => void;

function readUse(reading: Reading): void {
  const schema = name(reading);
  if (schema === null) {
    obscure(reading.draft, 'USE');
    return;
  }
  reading.draft.use = schema;
  reading.draft.usesSchema = false;
}

function readCall(reading: Reading): void {
  reading.assignsMentioned = true;
  const called = qualifiedName(reading);
  if (called === null) obscure(reading.draft, 'CALL');
  else {
    obscureByCall(reading.draft, 'CALL', { kind: 'PROCEDURE', ...called });
    needsSchemaFor(reading.draft, called);
    reading.draft.usesSchema = called.qualifier === null || namesUnqualifiedTable(reading.tokens);
  }
  reading.callsFrom = reading.at + 1;
}

function readLoad(reading: Reading): void {
  if (accept(reading, 'INDEX')) {
    readAdministration(reading);
    return;
  }
  readChange(reading);
  reading.assignsMentioned = true;
  acceptOneOf(reading, 'DATA', 'XML');
  acceptOneOf(reading, 'LOW_PRIORITY', 'CONCURRENT');
  reading.draft.loadsLocalFile = accept(reading, 'LOCAL');
  reading.callsFrom = assignmentsOfLoad(reading);
}

/** Index of the SET of a LOAD; before it a word and a parenthesis are a character set and a list of columns. */
function assignmentsOfLoad({ tokens }: Reading): number {
  const set = tokens.findIndex(
    ({ word }, at) => word === 'SET' && tokens[at - 1]?.word.startsWith('CHAR') !== true,
  );
  return set < 0 ? tokens.length : set;
}

function readGetDiagnostics(reading: Reading): void {
  reading.assignsMentioned = true;
  readsDiagnostics(reading.draft, 'warnings');
}

function readResignal(reading: Reading): void {
  readsDiagnostics(reading.draft, 'warnings');
}

/** What it does, its expressions do. */
function readDo({ draft, tokens }: Reading): void {
  draft.usesSchema = namesUnqualifiedTable(tokens);
  draft.needsSchema = surelyNeedsSchema(tokens);
}

/** What it does, its expressions do. */
function readSignal(): void {
  return;
}

function readHelp({ draft }: Reading): void {
  draft.isRead = true;
  draft.usesSchema = false;
}

function readChecksum(reading: Reading): void {
  reading.callsFrom = reading.tokens.length;
  if (acceptOneOf(reading, 'TABLE', 'TABLES') !== '') needsFirst(reading);
}

/** `CHECK TABLE t` and its kin; of others of their verb (CHECK VIEW) less is known. */
function readMaintenance(reading: Reading): void {
  readAdministration(reading);
  acceptOneOf(reading, 'LOCAL', 'NO_WRITE_TO_BINLOG');
  if (acceptOneOf(reading, 'TABLE', 'TABLES') !== '') needsFirst(reading);
}

function readShutdown(reading: Reading): void {
  readAdministration(reading);
  reading.draft.endsConnection = true;
}

/** Verbs that keep locks or states of the session that no other field tells of. */
function readUnjudged(reading: Reading): void {
  obscure(reading.draft, reading.draft.verb);
}

const readers: Readonly<Record<string, Reader>> = {
  SELECT: readQuery,
  VALUES: readQuery,
  TABLE: readQuery,
  WITH: readWith,
  SHOW: readShow,
  EXPLAIN: readExplain,
  DESCRIBE: readExplain,
  DESC: readExplain,
  ANALYZE: readAnalyze,
  HELP: readHelp,
  SET: readSet,
  USE: readUse,
  INSERT: readInsert,
  UPDATE: readUpdate,
  DELETE: readDelete,
  REPLACE: readInsert,
  LOAD: readLoad,
  CALL: readCall,
  DO: readDo,
  SIGNAL: readSignal,
  RESIGNAL: readResignal,
  GET: readGetDiagnostics,
  CREATE: readCreate,
  DROP: readDrop,
  ALTER: readAlter,
  RENAME: readRename,
  TRUNCATE: readTruncate,
  BEGIN: readBegin,
  START: readStart,
  COMMIT: readCommit,
  ROLLBACK: readRollback,
  SAVEPOINT: readSavepoint,
  RELEASE: readSavepoint,
  XA: readXa,
  LOCK: readLock,
  UNLOCK: readUnlock,
  FLUSH: readFlush,
  HANDLER: readHandler,
  KILL: readKill,
  PREPARE: readPrepare,
  EXECUTE: readExecute,
  DEALLOCATE: readDeallocate,
  CHECKSUM: readChecksum,
  SHUTDOWN: readShutdown,
  RESTART: readShutdown,
  BACKUP: readBackup,
  BINLOG: readUnjudged,
  CLONE: readUnjudged,
  GRANT: readAdministration,
  REVOKE: readAdministration,
  CHECK: readMaintenance,
  OPTIMIZE: readMaintenance,
  REPAIR: readMaintenance,
  CACHE: readAdministration,
  RESET: readAdministration,
  PURGE: readAdministration,
  CHANGE: readAdministration,
  STOP: readAdministration,
  INSTALL: readAdministration,
  UNINSTALL: readAdministration,
  IMPORT: readAdministration,
};

const readerOf = new Map(Object.entries(readers));

/** Reads the statement by its verb. One that is not known may be a block of statements, labelled or not. */
export function readByVerb(reading: Reading): void {
  const reader = readerOf.get(reading.draft.verb);
  if (reader !== undefined) {
    reader(reading);
    return;
  }
  reading.takesRest = true;
  obscure(reading.draft, 'a statement that is not known');
}
