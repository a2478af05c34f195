// KILL: whom it means, and whether the statement or the connection.
import { accept, acceptOneOf, atEnd, obscure } from './reading.js';
import type { Reading } from './reading.js';
import { Kind } from './token.js';
import type { KillEffect } from './types.js';

/** Reads `KILL [HARD | SOFT] [CONNECTION | QUERY [ID]] n`. */
export function readKill(reading: Reading): void {
  acceptOneOf(reading, 'HARD', 'SOFT');
  const what = acceptOneOf(reading, 'CONNECTION', 'QUERY') === 'QUERY' ? 'query' : 'connection';
  // Ids of queries are the server's: what they mean cannot be told from here.
  if (accept(reading, 'ID')) {
    obscure(reading.draft, 'KILL by the id of a query');
    return;
  }
  if (accept(reading, 'USER')) {
    obscure(reading.draft, 'KILL USER');
    // Where it is the account of the port, the connection that all sessions share is among them.
    reading.draft.endsConnection = true;
    return;
  }
  reading.draft.usesSchema = false;
  reading.draft.kill = { what, id: readId(reading) };
}

function readId(reading: Reading): KillEffect['id'] {
  if (accept(reading, 'CONNECTION_ID', '(', ')')) return atEnd(reading) ? 'self' : null;
  const token = reading.tokens[reading.at];
  if (reading.tokens.length > reading.at + 1) return null;
  if (token?.word === '?') return 'parameter';
  if (token?.kind !== Kind.Number) return null;
  const digits = reading.text.toString('latin1', token.start, token.end);
  const id = Number(digits);
  return /^\d+$/.test(digits) && Number.isSafeInteger(id) ? id : null;
}
