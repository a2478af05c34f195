// SET: what it assigns to the session, in the order in which the server does.
import { variableName } from './literals.js';
import { accept, acceptOneOf, atEnd, obscure, peek, qualifiedName } from './reading.js';
import type { Reading } from './reading.js';
import { readCharacterSet, readNames } from './set-names.js';
import { surelyNeedsSchema } from './schema.js';
import { readTransactionCharacteristics } from './set-transaction.js';
import { assignedValue, skipValue } from './set-value.js';
import { ownName } from './own-name.js';
import { readSetPassword } from './own-password.js';
import { Kind } from './token.js';
import type { AssignedValue } from './types.js';

/** What a name without a scope of its own belongs to: the last scope keyword counts on, as long as the statement. */
type Scope = 'session' | 'elsewhere';

const elsewhere = ['GLOBAL', 'PERSIST', 'PERSIST_ONLY'];
const ofSession = ['SESSION', 'LOCAL'];

/** Variables that only the next statement or transaction uses, which then go back by themselves. */
const oneShot = new Set(['insert_id', 'rand_seed1', 'rand_seed2', 'gtid_next', 'gtid_seq_no']);

/** `@@name` without a scope means the next transaction for these, and only for these. */
const nextTransaction = new Set([
  'transaction_isolation',
  'transaction_read_only',
  'tx_isolation',
  'tx_read_only',
]);

/** Reads what follows SET. (SET STATEMENT is read elsewhere: it is another statement in a wrapping.) */
export function readSet(reading: Reading): void {
  const { draft } = reading;
  draft.usesSchema = reading.tokens.some(({ word }) => word === 'SELECT' || word === 'TABLE');
  draft.needsSchema = draft.usesSchema && surelyNeedsSchema(reading.tokens);
  if (readSpecial(reading)) return;
  let scope: Scope = 'session';
  do {
    const next = readItem(reading, scope);
    if (next === null) {
      obscure(draft, 'a SET that is not understood');
      return;
    }
    scope = next;
  } while (accept(reading, ','));
  if (!atEnd(reading)) obscure(draft, 'a SET that is not understood');
}

/** The forms of SET that are no list of assignments; true where it was one. */
function readSpecial(reading: Reading): boolean {
  const { draft } = reading;
  const isAssigned = /^:?=$/.test(peek(reading, 1));
  if (isAssigned && peek(reading) !== 'PASSWORD') return false;
  switch (peek(reading)) {
    case 'PASSWORD':
      draft.endsTransaction = true;
      draft.writes = true;
      readSetPassword(reading);
      return true;
    case 'ROLE':
      readRole(reading);
      return true;
    case 'RESOURCE':
      obscure(draft, 'SET RESOURCE GROUP');
      return true;
    case 'DEFAULT':
      if (peek(reading, 1) !== 'ROLE') return false;
      draft.writes = true;
      return true;
    default:
      return readTransactionCharacteristics(reading);
  }
}

/** `SET ROLE role`: which roles there are, and how they are listed, is the server's matter. */
function readRole({ draft, tokens, text, at }: Reading): void {
  const first = tokens[at + 1];
  const last = tokens.at(-1);
  const role = first === undefined ? '' : text.toString('latin1', first.start, last?.end);
  if (/^[\x20-\x7e]{1,200}$/.test(role) && !role.includes('*/')) draft.role = role;
  else obscure(draft, 'SET ROLE');
}

/** Reads one item of the list and returns the scope for the next; null where it is not understood. */
function readItem(reading: Reading, scope: Scope): Scope | null {
  const token = reading.tokens[reading.at];
  if (token?.kind === Kind.UserVariable) {
    reading.draft.userVariables.assigned.push(variableName(reading.text, token, reading.mode));
    reading.at += 1;
    return skipAssigned(reading) ? scope : null;
  }
  if (token?.kind === Kind.System) return readSystemVariable(reading) ? scope : null;
  if (!/^:?=$/.test(peek(reading, 1))) {
    if (accept(reading, 'NAMES')) return readNames(reading) ? scope : null;
    if (acceptCharacterSet(reading)) return readCharacterSet(reading) ? scope : null;
    if (acceptOneOf(reading, ...elsewhere) !== '') scope = 'elsewhere';
    else if (acceptOneOf(reading, ...ofSession) !== '') scope = 'session';
  }
  return readVariable(reading, scope) ? scope : null;
}

function acceptCharacterSet(reading: Reading): boolean {
  return accept(reading, 'CHARSET') || accept(reading, 'CHARACTER', 'SET') || accept(reading, 'CHAR', 'SET');
}

/** `@@name`, `@@session.name`, `@@global.name`: the scope is this item's only. */
function readSystemVariable(reading: Reading): boolean {
  reading.at += 1;
  const isScoped = peek(reading, 1) === '.';
  if (isScoped && elsewhere.includes(peek(reading))) {
    reading.at += 2;
    return readVariable(reading, 'elsewhere');
  }
  if (isScoped && ofSession.includes(peek(reading))) {
    reading.at += 2;
    return readVariable(reading, 'session');
  }
  return readVariable(reading, 'session', true);
}

function readVariable(reading: Reading, scope: Scope, isBare = false): boolean {
  const { draft, mode } = reading;
  const variable = qualifiedName(reading);
  if (variable === null || !acceptAssignment(reading)) return false;
  const value = assignedValue(reading);
  if (value === null) return false;
  const name = ownName(variable.name.toLowerCase(), mode);
  // A qualified name is a key cache's, which only GLOBAL can set.
  if (scope === 'elsewhere' && variable.qualifier === null) draft.globals.push(name);
  if (scope === 'elsewhere') return true;
  if (variable.qualifier !== null) return false;
  if (oneShot.has(name) || (isBare && nextTransaction.has(name))) draft.oneShot = true;
  else draft.assigns.push({ name, value });
  if (name === 'pseudo_thread_id') obscure(draft, 'SET pseudo_thread_id');
  if (name === 'autocommit' && !isOff(value)) draft.endsTransaction = true;
  return true;
}

function isOff(value: AssignedValue): boolean {
  return value.kind === 'literal' && /^(0|'OFF')$/i.test(value.sql);
}

function acceptAssignment(reading: Reading): boolean {
  return acceptOneOf(reading, '=', ':=') !== '';
}

function skipAssigned(reading: Reading): boolean {
  return acceptAssignment(reading) && skipValue(reading);
}
