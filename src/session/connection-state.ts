// What is in force on a backend connection right now: the state that the next turn starts from.

import { NamedLocks, type LockOwner } from './named-locks.js';
import { TemporaryTables } from './temporary-tables.js';
import type { Session } from './session.js';
import { TextStatementOwners } from './text-statements.js';
import { UserVariables } from './user-variables.js';
import { agrees, DEFAULT, isCarried, ofSchema, patienceVariables, type Literal } from './variables.js';

/** A value that equals no literal: whatever is wanted has to be set. */
export const UNKNOWN: Literal = '?';

/** Names that are asked for together: there are fewer variables, but any number of names to make up. */
const MOST_ASKED = 2_000;

/** By name; null where statements that are counted have run since, `none` where the server does not tell. */
export type StatementCounts = ReadonlyMap<string, string> | null | 'none';

export class ConnectionState {
  private currentSchema: string | null | undefined;
  /** The option of COM_SET_OPTION; undefined not known. */
  multiStatements: boolean | undefined = true;
  /** What SET NAMES was given last, or what the login amounts to; undefined not known. */
  names: Literal | undefined;
  /** Those of `hasCollation` that were set alone since. */
  readonly setAlone = new Set<string>();
  /** What SET ROLE was given last; null where it was not said. */
  role: string | null = null;
  /** What leads back to the role of the login; null where that has not been asked for. */
  loginRole: string | null = null;
  /** Whose statement was the last, so that its diagnostics are there to be asked for; null for the proxy's own. */
  diagnosticsOf: object | null = null;
  /** Whose rows FOUND_ROWS() counts: only statements with a result set change it. */
  foundRowsOf: object | null = null;
  /** Whose ROW_COUNT() it is; null where the connection counts otherwise than its session. */
  rowCountOf: object | null = null;
  /** Whose statements SHOW PROFILES would show; null where nobody is known to have any. */
  profilesOf: object | null = null;
  /** Who was the last to take the next value of a sequence; null while nobody has. */
  sequencesOf: object | null = null;
  /** LAST_INSERT_ID() as it is in force: a value, or whatever the last statements of a session made it. */
  insertId: { readonly value: string } | { readonly of: object } = { value: '0' };
  /** The server has no information_schema, or does not let everybody go there. */
  lacksElsewhere = false;
  /** Ids of prepared statements that are to be closed (COM_STMT_CLOSE has no reply, so it goes with the next turn). */
  readonly unusedStatements: number[] = [];
  readonly userVariables = new UserVariables();
  readonly temporaryTables = new TemporaryTables();
  readonly textStatements = new TextStatementOwners();
  readonly namedLocks = new NamedLocks();
  /** What releases the locks of sessions that are gone. */
  private readonly leftLocks: string[] = [];
  /** How often statements ran that texts may hide, as the server counted when it was last asked. */
  statementCounts: StatementCounts = null;
  private readonly patienceAtLogin: ReadonlyMap<string, Literal>;
  /** Values that a new session has, as seen right after the login. */
  private readonly initial: Map<string, Literal>;
  /** Values in force, of the variables that some session has ever set on this connection. */
  private readonly inForce = new Map<string, Literal>();
  /** Variables that the resident session may have changed, whose value has not been asked for yet. */
  private readonly unasked = new Set<string>();

  /** Variables that the server tells of or takes from statements, and does not let anybody set as they are told. */
  private readonly unsettable = new Set<string>();

  constructor(schema: string | null, initial: Map<string, Literal>) {
    this.currentSchema = schema;
    this.initial = initial;
    this.patienceAtLogin = new Map(patienceVariables.map((name) => [name, this.initialValue(name)]));
  }

  /** The current schema; null none, undefined not known. */
  get schema(): string | null | undefined {
    return this.currentSchema;
  }

  set schema(schema: string | null | undefined) {
    this.currentSchema = schema;
    if (!this.isInDoubt(ofSchema)) this.inForce.delete(ofSchema);
  }

  /** The variables whose value may differ from a new session's. */
  get touched(): IterableIterator<string> {
    return this.inForce.keys();
  }

  get unknownVariables(): readonly string[] {
    return [...this.unasked];
  }

  /** Variables whose values the connection alone knows. */
  get unsavedVariables(): number {
    const { userVariables } = this;
    return this.unasked.size + userVariables.unsaved(userVariables.names).length;
  }

  /** It can be asked for some of them. */
  get isWorthAsking(): boolean {
    const { userVariables } = this;
    return this.unasked.size > 0 || userVariables.worthSaving(userVariables.names).length > 0;
  }

  /** The server refused to set `name`: it is left as it is. Answers false where that was known. */
  leaveOut(name: string): boolean {
    if (this.unsettable.has(name)) return false;
    this.unsettable.add(name);
    this.forget(name);
    return true;
  }

  /** Whether sessions can have values of their own. */
  isSettable(name: string): boolean {
    return !this.unsettable.has(name);
  }

  isInDoubt(name: string): boolean {
    return this.unasked.has(name);
  }

  /** How long, in seconds, the server leaves the connection idle after the login, by `wait_timeout` or another such variable. */
  patience(name: string): Literal {
    return this.patienceAtLogin.get(name) ?? DEFAULT;
  }

  initialValue(name: string): Literal {
    return this.initial.get(name) ?? DEFAULT;
  }

  /** From now on a new session has `value`; what is in force stays. */
  setInitialValue(name: string, value: Literal): void {
    if ((this.inForce.get(name) ?? DEFAULT) === DEFAULT) this.inForce.set(name, this.initialValue(name));
    this.initial.set(name, value);
  }

  valueOf(name: string): Literal {
    return this.inForce.get(name) ?? this.initialValue(name);
  }

  learn(name: string, value: Literal): void {
    if (!isCarried(name) || !this.isSettable(name)) return;
    if (!agrees(this.names, name, value)) this.setAlone.add(name);
    this.inForce.set(name, value);
    this.unasked.delete(name);
  }

  /** SET NAMES was given `names`. */
  named(names: Literal): void {
    this.names = names;
    this.setAlone.clear();
  }

  /** `name` may have been changed; its value is to be asked for before another session comes. */
  doubt(name: string): void {
    if (!isCarried(name) || !this.isSettable(name)) return;
    if (this.unasked.size >= MOST_ASKED && !this.initial.has(name)) return;
    this.inForce.set(name, UNKNOWN);
    this.unasked.add(name);
  }

  /** Statements that are counted have run, which hide nothing. */
  countsAreStale(): void {
    if (this.statementCounts !== 'none') this.statementCounts = null;
  }

  /** The session has ended or begins anew: what it has here is to be cleared away. */
  abandon(session: LockOwner & Pick<Session, 'textStatements'>): void {
    this.forgetStatements(session);
    if (this.sequencesOf === session) this.sequencesOf = this;
    this.userVariables.abandonGone();
    this.temporaryTables.abandon(session);
    this.textStatements.abandon(session.textStatements);
    const released = this.namedLocks.abandon(session);
    if (released !== null) this.leftLocks.push(released);
  }

  /** The session goes on, on another connection. What this one alone has of it would have kept it here. */
  left(session: Pick<Session, 'textStatements' | 'userVariables'>): void {
    this.forgetStatements(session);
    this.userVariables.left(session.userVariables);
    this.textStatements.left(session.textStatements);
  }

  /** What the session's last statements have left is not its own any more. */
  private forgetStatements(session: object): void {
    if ('of' in this.insertId && this.insertId.of === session) this.insertId = { of: this };
    if (this.diagnosticsOf === session) this.diagnosticsOf = null;
    if (this.foundRowsOf === session) this.foundRowsOf = null;
    if (this.rowCountOf === session) this.rowCountOf = null;
    if (this.profilesOf === session) this.profilesOf = this;
  }

  get hasLeftLocks(): boolean {
    return this.leftLocks.length > 0;
  }

  takeLeftLocks(): string[] {
    return this.leftLocks.splice(0);
  }

  /**
   * What clears away what ended sessions have left, whatever comes of it. Only between turns: each statement is told once.
   * @param mayDrop whether tables can be dropped now
   */
  takeLeftovers(mayDrop: boolean): string[] {
    const { temporaryTables, textStatements, userVariables } = this;
    return [
      ...this.takeLeftLocks(),
      ...(mayDrop ? temporaryTables.takeOrphans() : []),
      ...textStatements.takeOrphans(),
      ...userVariables.takeOrphans(),
    ];
  }

  /** There is no such variable. */
  forget(name: string): void {
    this.inForce.delete(name);
    this.unasked.delete(name);
  }
}
