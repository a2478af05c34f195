// What begins and ends transactions.
import { readAdministration } from './locks.js';
import { accept, acceptOneOf, atEnd, obscure, peek } from './reading.js';
import type { Reading } from './reading.js';

/** `BEGIN [WORK]`; anything else behind it is a block of statements. */
export function readBegin(reading: Reading): void {
  accept(reading, 'WORK');
  if (atEnd(reading)) {
    begin(reading);
    return;
  }
  reading.takesRest = true;
  obscure(reading.draft, 'a block of statements');
}

/** `START TRANSACTION ...`, or the start of replication. */
export function readStart(reading: Reading): void {
  if (accept(reading, 'TRANSACTION')) {
    begin(reading);
    return;
  }
  readAdministration(reading);
}

function begin({ draft }: Reading): void {
  draft.usesSchema = false;
  draft.beginsTransaction = true;
  draft.endsTransaction = true;
}

/** `COMMIT [WORK] [AND [NO] CHAIN] [[NO] RELEASE]`. */
export function readCommit(reading: Reading): void {
  reading.draft.writes = true;
  readEnd(reading);
}

/** The same for ROLLBACK; `ROLLBACK TO [SAVEPOINT] x` ends nothing. */
export function readRollback(reading: Reading): void {
  const { draft } = reading;
  draft.usesSchema = false;
  if (peek(reading) === 'TO' || (peek(reading) === 'WORK' && peek(reading, 1) === 'TO')) return;
  readEnd(reading);
}

function readEnd(reading: Reading): void {
  const { draft } = reading;
  draft.usesSchema = false;
  draft.endsTransaction = true;
  accept(reading, 'WORK');
  if (accept(reading, 'AND', 'CHAIN')) draft.beginsTransaction = true;
  else accept(reading, 'AND', 'NO', 'CHAIN');
  // Together with CHAIN, and with anything behind it, it is no statement to a server.
  if (accept(reading, 'RELEASE')) draft.endsConnection = atEnd(reading) && !draft.beginsTransaction;
}

/** SAVEPOINT and RELEASE SAVEPOINT: matters of the transaction that is open. */
export function readSavepoint({ draft }: Reading): void {
  draft.usesSchema = false;
}

/** XA: a transaction by another name, which outlives the session once it is prepared. */
export function readXa(reading: Reading): void {
  const { draft } = reading;
  if (accept(reading, 'RECOVER')) {
    // A list of those that are prepared.
    draft.usesSchema = false;
    draft.isRead = true;
    return;
  }
  const step = acceptOneOf(reading, 'START', 'BEGIN', 'COMMIT', 'ROLLBACK');
  draft.beginsTransaction = step === 'START' || step === 'BEGIN';
  draft.endsTransaction = step === 'COMMIT' || step === 'ROLLBACK';
  obscure(draft, 'XA');
}
