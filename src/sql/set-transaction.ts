// SET [SESSION | GLOBAL] TRANSACTION: for the next transaction, or as the session variables that it assigns.
import { ownName } from './own-name.js';
import { accept, acceptOneOf, atEnd, obscure, peek } from './reading.js';
import type { Reading } from './reading.js';
import type { SystemAssignment } from './types.js';

/** Isolation levels as variables spell them. */
const levels: readonly (readonly [words: readonly string[], value: string])[] = [
  [['READ', 'UNCOMMITTED'], 'READ-UNCOMMITTED'],
  [['READ', 'COMMITTED'], 'READ-COMMITTED'],
  [['REPEATABLE', 'READ'], 'REPEATABLE-READ'],
  [['SERIALIZABLE'], 'SERIALIZABLE'],
];

/** Reads the statement if it is one of these; false where it is another SET. */
export function readTransactionCharacteristics(reading: Reading): boolean {
  const scope = peek(reading, 1) === 'TRANSACTION' ? acceptScope(reading) : '';
  if (!accept(reading, 'TRANSACTION')) return false;
  const assigns: SystemAssignment[] = [];
  do {
    const assigned = readCharacteristic(reading);
    if (assigned === null) {
      obscure(reading.draft, 'a SET TRANSACTION that is not understood');
      return true;
    }
    assigns.push(assigned);
  } while (accept(reading, ','));
  if (!atEnd(reading)) obscure(reading.draft, 'a SET TRANSACTION that is not understood');
  if (scope === '') reading.draft.oneShot = true;
  if (scope === 'GLOBAL') reading.draft.globals.push(...assigns.map(({ name }) => name));
  if (scope === 'SESSION' || scope === 'LOCAL') reading.draft.assigns.push(...assigns);
  return true;
}

function acceptScope(reading: Reading): string {
  return acceptOneOf(reading, 'SESSION', 'LOCAL', 'GLOBAL');
}

function readCharacteristic(reading: Reading): SystemAssignment | null {
  if (accept(reading, 'READ', 'ONLY')) return assignment(reading, 'transaction_read_only', 'ON');
  if (accept(reading, 'READ', 'WRITE')) return assignment(reading, 'transaction_read_only', 'OFF');
  if (!accept(reading, 'ISOLATION', 'LEVEL')) return null;
  const level = levels.find(([words]) => accept(reading, ...words));
  return level === undefined ? null : assignment(reading, 'transaction_isolation', level[1]);
}

function assignment(reading: Reading, name: string, value: string): SystemAssignment {
  return { name: ownName(name, reading.mode), value: { kind: 'literal', sql: `'${value}'` } };
}
