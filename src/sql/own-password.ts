// Statements that give the account they run under another password, as far as that stands in the text.
import { isPlainString, textOf } from './literals.js';
import { accept, atEnd } from './reading.js';
import type { Reading } from './reading.js';

/** Reads what follows SET: `PASSWORD [FOR CURRENT_USER] = PASSWORD('...')`, on MySQL also without the function. */
export function readSetPassword(reading: Reading): void {
  accept(reading, 'PASSWORD');
  if (accept(reading, 'FOR') && !acceptCurrentUser(reading)) return;
  if (!accept(reading, '=') && !accept(reading, ':=')) return;
  // MariaDB takes a bare string for the hash of a password.
  const isCall = accept(reading, 'PASSWORD', '(');
  if (!isCall && reading.mode.mariadb) return;
  const password = acceptString(reading);
  if (password !== null && (!isCall || accept(reading, ')')) && atEnd(reading))
    reading.draft.ownPassword = password;
}

/** Reads what follows ALTER: `USER CURRENT_USER IDENTIFIED BY '...'`. MariaDB (10.11) takes it, and leaves the password as it is. */
export function readAlterUser(reading: Reading): void {
  if (reading.mode.mariadb || !accept(reading, 'USER')) return;
  accept(reading, 'IF', 'EXISTS');
  if (!acceptCurrentUser(reading) || !accept(reading, 'IDENTIFIED', 'BY')) return;
  const password = acceptString(reading);
  if (password !== null && atEnd(reading)) reading.draft.ownPassword = password;
}

/** MySQL also takes USER() for it. */
function acceptCurrentUser(reading: Reading): boolean {
  if (accept(reading, 'USER', '(', ')')) return true;
  if (!accept(reading, 'CURRENT_USER')) return false;
  accept(reading, '(', ')');
  return true;
}

function acceptString(reading: Reading): string | null {
  const token = reading.tokens[reading.at];
  if (token === undefined || !isPlainString(reading.text, token)) return null;
  reading.at += 1;
  return textOf(reading.text, token, reading.mode);
}
