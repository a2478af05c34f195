// Why a session holds the backend connection between its commands, and what lets go of it.

import type { Statement } from '../sql/types.js';
import { ServerStatus } from '../wire/constants.js';

/** A reason to hold the connection, in the words that waiters and `status` are told. */
export type Hold =
  | 'transaction'
  | 'table locks'
  | 'read lock'
  | 'named lock'
  | 'handler'
  | 'cursor'
  | 'user variables'
  | 'temporary tables'
  | 'text prepared statements'
  | 'settings of the next transaction'
  | 'effects that cannot be judged';

/** What came back for a session's statements, as far as it bears on holds. */
export interface HoldEvidence {
  readonly statements: readonly Statement[];
  /** Status flags of the last reply; null where it had none (ERR). */
  readonly status: number | null;
  readonly failed: boolean;
  /** The server told of a change of the session, or can tell nothing. */
  readonly mayHaveChanged: boolean;
}

/** The reasons for which a session holds its connection. */
export class Holds {
  private reasons = new Set<Hold>();

  get any(): boolean {
    return this.reasons.size > 0;
  }

  get list(): readonly Hold[] {
    return [...this.reasons];
  }

  has(hold: Hold): boolean {
    return this.reasons.has(hold);
  }

  add(hold: Hold): void {
    this.reasons.add(hold);
  }

  remove(hold: Hold): void {
    this.reasons.delete(hold);
  }

  clear(): void {
    this.reasons.clear();
  }

  /** The reasons after a reply. */
  update(evidence: HoldEvidence): void {
    const settled = this.reasons.has('settings of the next transaction') && !evidence.failed;
    for (const statement of evidence.statements) {
      if (settled && statement.verb !== 'SET') this.remove('settings of the next transaction');
      for (const [hold, held] of effectsOf(statement, evidence)) {
        if (held) this.add(hold);
        else if (!evidence.failed) this.remove(hold);
      }
    }
    this.updateTransaction(evidence.status);
  }

  /** Whether a transaction is open, by the status flags of a reply. */
  updateTransaction(status: number | null): void {
    if (status === null) return;
    if ((status & ServerStatus.IN_TRANS) !== 0) this.add('transaction');
    else this.remove('transaction');
  }
}

type Change = readonly [hold: Hold, held: boolean];

function effectsOf(statement: Statement, evidence: HoldEvidence): Change[] {
  const changes: Change[] = statement.locks.flatMap(lockChanges);
  if (statement.userVariables.assigned.some((name) => !isPlain(name))) changes.push(['user variables', true]);
  if (statement.temporaryTables.created.length > 0) changes.push(['temporary tables', true]);
  if (statement.prepare !== null) changes.push(['text prepared statements', true]);
  if (statement.oneShot) changes.push(['settings of the next transaction', true]);
  if (statement.opaque !== null && evidence.mayHaveChanged)
    changes.push(['effects that cannot be judged', true]);
  return changes;
}

/** Names beyond ASCII depend on the character set in which they were sent: the variable cannot be named again. */
function isPlain(name: string): boolean {
  return /^[\x20-\x7e]+$/.test(name);
}

function lockChanges(lock: Statement['locks'][number]): Change[] {
  switch (lock) {
    case 'lock-tables':
      return [['table locks', true]];
    case 'unlock-tables':
      return [
        ['table locks', false],
        ['read lock', false],
      ];
    case 'flush-read-lock':
      return [['read lock', true]];
    case 'get-lock':
      return [['named lock', true]];
    case 'release-lock':
      return [];
    case 'release-all-locks':
      return [['named lock', false]];
    case 'handler-open':
      return [['handler', true]];
    case 'handler-close':
      return [];
  }
}
