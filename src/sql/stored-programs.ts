// CREATE of what has a body of statements: where the body ends cannot be told without reading its whole grammar.
import { readAdministration } from './locks.js';
import { accept, atEnd, peek } from './reading.js';
import type { Reading } from './reading.js';

const programs = new Set(['PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT', 'PACKAGE']);

/** What may follow a DEFINER clause, besides programs. */
const others = new Set(['AGGREGATE', 'VIEW', 'SQL']);

/** Reads on if a stored program is what CREATE or ALTER is about; else moves at most past DEFINER. */
export function readStoredProgram(reading: Reading): boolean {
  if (accept(reading, 'DEFINER')) skipDefiner(reading);
  accept(reading, 'AGGREGATE');
  if (!programs.has(peek(reading))) return false;
  readAdministration(reading);
  reading.takesRest = true;
  return true;
}

function skipDefiner(reading: Reading): void {
  while (!atEnd(reading) && !programs.has(peek(reading)) && !others.has(peek(reading))) reading.at += 1;
}
