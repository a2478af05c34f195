// Why a session holds the backend connection between its commands, and what lets go of it.

import type { QualifiedName, Statement } from '../sql/types.js';
import { canRestore } from './text-statements.js';
import { isPlainName } from './user-variables.js';
import { ServerStatus } from '../wire/constants.js';

/** A reason to hold the connection, in the words that waiters and `status` are told. */
export type Hold =
  | 'transaction'
  | 'table locks'
  | 'read lock'
  | 'backup stage'
  | 'backup lock'
  | 'named lock'
  | 'handler'
  | 'cursor'
  | 'user variables'
  | 'temporary tables'
  | 'text prepared statements'
  | 'settings of the next transaction'
  | 'id of the next row'
  | 'effects that cannot be judged';

/** What came back for a session's statements, as far as it bears on holds. */
export interface HoldEvidence {
  readonly statements: readonly Statement[];
  /** Status flags of the last reply; null where it had none (ERR). */
  readonly status: number | null;
  readonly failed: boolean;
  /** The last OK told the id of a row. */
  readonly hasInserted: boolean;
  /** The command's text; null where it had none. */
  readonly text: Buffer | null;
  /** Whether a temporary table of the session can make room for others' of the same name. */
  readonly canStepAside: (schema: string, name: string) => boolean;
  /** The schema that names without one are in. */
  readonly schema: string | null;
  /** The statements may have done more to the session than could be found out. */
  readonly isUnjudged: boolean;
}

/** The reasons for which a session holds its connection. */
export class Holds {
  private reasons = new Set<Hold>();
  /** Temporary tables of the session. */
  private readonly temporaryTables = new Map<
    string,
    (QualifiedName & { readonly schema: string | null }) | null
  >();

  /** Aliases of the handlers that it has open; an empty one for each that is not known well enough to close it. */
  private readonly handlers = new Set<string>();

  /** Aliases of the open handlers, as they are written; null where one of them is not known. */
  get openHandlers(): readonly string[] | null {
    return this.handlers.has('') ? null : [...this.handlers];
  }

  /** The temporary tables of the session, each in the schema where it was made; null where one of them is not known. */
  get openTables(): readonly { readonly schema: string; readonly name: string }[] | null {
    const tables = [...this.temporaryTables.values()].map((table) => ({
      schema: table?.qualifier ?? table?.schema ?? '',
      name: table?.name ?? '',
    }));
    return tables.every(({ schema, name }) => schema !== '' && isPlainName(name)) ? tables : null;
  }

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
    this.temporaryTables.clear();
    this.handlers.clear();
  }

  /** The temporary tables are gone with the connection that had them. */
  forgetTables(): void {
    this.temporaryTables.clear();
    this.remove('temporary tables');
  }

  /** The reasons after a reply. */
  update(evidence: HoldEvidence): void {
    for (const statement of evidence.statements) {
      if (!evidence.failed && !this.unlocksNothing(statement))
        for (const hold of usedUpBy(statement, evidence)) this.remove(hold);
      for (const [hold, held] of effectsOf(statement, evidence)) {
        // A single statement that failed has taken nothing.
        if (held && evidence.failed && evidence.statements.length === 1 && onlyBySuccess.has(hold)) continue;
        if (held) this.add(hold);
        else if (!evidence.failed) this.remove(hold);
      }
    }
    for (const statement of evidence.statements) {
      this.updateHandlers(statement, evidence);
      this.updateTables(statement, evidence);
    }
    if (evidence.isUnjudged) this.add('effects that cannot be judged');
    this.updateTransaction(evidence.status);
  }

  /** UNLOCK TABLES ends a transaction only where tables are locked. */
  private unlocksNothing({ locks }: Statement): boolean {
    return locks.includes('unlock-tables') && !this.has('table locks');
  }

  private updateHandlers({ locks, handler }: Statement, { failed, statements }: HoldEvidence): void {
    const alias = handler !== null && isPlainName(handler) ? handler : '';
    // A single statement that failed has opened nothing.
    if (locks.includes('handler-open') && !(failed && statements.length === 1)) this.handlers.add(alias);
    if (locks.includes('handler-close') && !failed) this.closeHandler(alias);
    if (this.handlers.size === 0) this.remove('handler');
    else this.add('handler');
  }

  /** Names of handlers do not tell upper case from lower. */
  private closeHandler(alias: string): void {
    for (const open of this.handlers)
      if (open !== '' && open.toLowerCase() === alias.toLowerCase()) this.handlers.delete(open);
  }

  private updateTables(
    statement: Statement,
    { failed, statements, schema, text, canStepAside }: HoldEvidence,
  ): void {
    const key = ({ qualifier, name }: QualifiedName): string =>
      `${qualifier ?? schema ?? ''}.${name}`.toLowerCase();
    // A single statement that failed has made none.
    if (!failed || statements.length > 1)
      for (const table of statement.createdTables) this.temporaryTables.set(key(table), { schema, ...table });
    // What has no verb was looked for, and not found.
    if (!failed || statement.verb === '')
      for (const table of statement.droppedTables) {
        this.temporaryTables.delete(key(table));
        this.temporaryTables.delete(`renamed ${key(table)}`);
      }
    if (!failed || statements.length > 1)
      for (const { from, to } of statement.temporaryTables.renamed) {
        // What EXECUTE runs is not in the text.
        const staysHere = !failed && statements.length === 1 && text?.includes('.') === false;
        this.renameTable(from, to, staysHere ? (name) => key({ qualifier: null, name }) : null);
      }
    const tables = [...this.temporaryTables.values()];
    const allStepAside = tables.every(
      (table) => table !== null && canStepAside(table.qualifier ?? table.schema ?? '', table.name),
    );
    if (allStepAside) this.remove('temporary tables');
    else this.add('temporary tables');
  }

  /**
   * Under its new name a table is not known well enough to make room for others.
   * @param keyOf of both names; null where either may be in another schema, or nothing may have been renamed
   */
  private renameTable(from: string, to: string, keyOf: ((name: string) => string) | null): void {
    if (this.temporaryTables.size === 0) return;
    if (keyOf === null) this.temporaryTables.set(`renamed ${to}`, null);
    else {
      this.temporaryTables.delete(keyOf(from));
      this.temporaryTables.delete(`renamed ${keyOf(from)}`);
      this.temporaryTables.set(`renamed ${keyOf(to)}`, null);
    }
  }

  /** Whether a transaction is open, by the status flags of a reply. */
  updateTransaction(status: number | null): void {
    if (status === null) return;
    if ((status & ServerStatus.IN_TRANS) !== 0) this.add('transaction');
    else this.remove('transaction');
  }
}

/** Holds that a statement takes as the last thing that it does. */
const onlyBySuccess: ReadonlySet<Hold> = new Set<Hold>([
  'table locks',
  'read lock',
  'backup stage',
  'backup lock',
  'text prepared statements',
]);

type Change = readonly [hold: Hold, held: boolean];

function effectsOf(statement: Statement, evidence: HoldEvidence): Change[] {
  const changes: Change[] = statement.locks.flatMap(lockChanges);
  if (statement.userVariables.assigned.some((name) => !isPlainName(name)))
    changes.push(['user variables', true]);
  const { prepare } = statement;
  if (prepare !== null && !canRestore(prepare.name, prepare.text))
    changes.push(['text prepared statements', true]);
  if (statement.oneShot)
    changes.push([isForRows(evidence) ? 'id of the next row' : 'settings of the next transaction', true]);
  return changes;
}

/** What SET TRANSACTION and SET insert_id have set, as far as the statement uses it up. */
function usedUpBy(statement: Statement, { text, hasInserted }: HoldEvidence): Hold[] {
  const { verb, usesSchema, mayRunTriggers, beginsTransaction, endsTransaction } = statement;
  // Tables without such ids leave theirs to the next.
  if (mayRunTriggers)
    return ['settings of the next transaction', ...(hasInserted ? ['id of the next row' as const] : [])];
  // It reads tables, by all appearances. Which of them have transactions, only the server knows.
  const reads = verb === 'SELECT' && usesSchema && /\bfrom\b/i.test(text?.toString('latin1') ?? '');
  // SET autocommit = 1 ends a transaction only where it was 0; what holds a little longer than it must holds right.
  const ends = endsTransaction && verb !== 'SET';
  return reads || beginsTransaction || ends ? ['settings of the next transaction'] : [];
}

/** The transaction's settings are certainly gone behind these. Behind others that end or begin one, MariaDB may keep them. */
export function usesUpForCertain({ verb }: Statement): boolean {
  return verb === 'COMMIT' || verb === 'ROLLBACK';
}

function isForRows({ text }: HoldEvidence): boolean {
  return /insert_id/i.test(text?.toString('latin1') ?? '');
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
    case 'backup-stage':
      return [['backup stage', true]];
    case 'backup-stage-end':
      return [['backup stage', false]];
    case 'backup-lock':
      return [['backup lock', true]];
    case 'backup-unlock':
      return [['backup lock', false]];
    case 'get-lock':
    case 'release-lock':
    case 'release-all-locks':
      return [];
    case 'handler-open':
    case 'handler-close':
      return [];
  }
}
