// What one client believes of its session: the state that is to be in force in its turns.

import { Capability, ServerStatus } from '../wire/constants.js';
import type { ErrPacket } from '../wire/reply-packets.js';
import { withSqlMode } from '../sql/sql-mode.js';
import type { SqlMode } from '../sql/types.js';
import type { ConnectionState } from './connection-state.js';
import { Diagnostics } from './diagnostics.js';
import { Holds } from './holds.js';
import { PreparedStatements } from './prepared-statements.js';
import type { TextStatements } from './text-statements.js';
import { newOwner, type VariableOwner } from './user-variables.js';
import {
  agrees,
  charsetVariables,
  DEFAULT,
  isRefused,
  literalOf,
  namesLiteral,
  namesVariables,
  ofSchema,
  quoted,
  unquoted,
  type Literal,
} from './variables.js';

/** What a client said at login (or in COM_CHANGE_USER) that shapes its session. */
export interface SessionStart {
  /** Capability flags of the client. */
  readonly capabilities: number;
  /** Number of the collation in the client's handshake. */
  readonly collation: number;
  readonly schema: string | null;
}

/** A collation of the server, by its number. */
export interface CollationFact {
  readonly collation: string;
  readonly charset: string;
}

/** What is known of the server behind the backend connection. */
export interface ServerFacts {
  /** `serverVersion` of the greeting, e.g. `5.5.5-10.11.19-MariaDB`. */
  readonly version: string;
  readonly mariadb: boolean;
  /** major * 10000 + minor * 100 + patch. */
  readonly versionNumber: number;
  /** `sql_mode` of a new session. */
  readonly sqlMode: string;
  readonly collations: ReadonlyMap<number, CollationFact>;
  /** Default collation of each character set. */
  readonly defaultCollations: ReadonlyMap<string, string>;
  /** `collation_database` of a session without a schema. */
  readonly collationDatabase: string;
  /** Bytes of the largest packet that the server takes. */
  readonly maxAllowedPacket: number;
}

export class Session {
  multiStatements: boolean;
  /** What SET NAMES is to be given for the session's character sets; null where none is known that leads to them. */
  names: Literal | null = null;
  /** Those of `hasCollation` that it has set alone since. */
  readonly setAlone = new Set<string>();
  /** What the session has given to SET ROLE; null for nothing. */
  role: string | null = null;
  /** The state of the connection on which it took the next value of a sequence last; null for never. */
  sequencesOn: ConnectionState | null = null;
  /** The state of the connection on which its last turn was. */
  private on: ConnectionState | null = null;
  private namesChanged = false;
  /** System variables that the session has set, or that its login implied. */
  readonly variables = new Map<string, Literal>();
  /** Stands for the session among the user variables on a connection; another one after it began anew. */
  userVariables: VariableOwner = newOwner();
  diagnostics = new Diagnostics();
  readonly textStatements: TextStatements = new Map();
  readonly statements = new PreparedStatements();
  readonly holds = new Holds();
  /** Status flags of the last reply. */
  status: number = ServerStatus.AUTOCOMMIT;
  private currentSchema: string | null;
  private started = false;
  /** How it began, last. */
  private beginning: 'login' | 'change-user' | 'reset' = 'login';

  constructor(
    readonly id: number,
    private start: SessionStart,
  ) {
    this.currentSchema = start.schema;
    this.multiStatements = this.has(Capability.MULTI_STATEMENTS);
  }

  get schema(): string | null {
    return this.currentSchema;
  }

  /** Also to the schema where it is: what that brings along is in force again. */
  set schema(schema: string | null) {
    this.currentSchema = schema;
    this.variables.delete(ofSchema);
  }

  get capabilities(): number {
    return this.start.capabilities;
  }

  get collation(): number {
    return this.start.collation;
  }

  has(capability: number): boolean {
    return (this.start.capabilities & capability) !== 0;
  }

  /** The session begins anew, as after COM_RESET_CONNECTION (the schema stays) or COM_CHANGE_USER (`start` is given). */
  restart(start?: Pick<SessionStart, 'collation' | 'schema'>): void {
    if (start !== undefined) {
      this.start = { ...this.start, ...start };
      this.schema = start.schema;
      this.role = null;
    }
    this.names = null;
    this.setAlone.clear();
    this.sequencesOn = null;
    this.variables.clear();
    this.diagnostics = new Diagnostics();
    this.disown();
    this.statements.clear();
    this.textStatements.clear();
    // What was held has been given up; what never kept others waiting is not to do so later.
    this.holds.clear();
    this.started = false;
    this.beginning = start === undefined ? 'reset' : 'change-user';
    this.status = ServerStatus.AUTOCOMMIT;
  }

  /** COM_CHANGE_USER was refused: on MariaDB the session begins anew where it was, in the server's own character set. */
  changeRefused(error: ErrPacket, collation: number): void {
    this.restart();
    this.start = { ...this.start, collation };
    this.diagnostics = new Diagnostics(error);
  }

  /** Its turn is on the connection of that state: on another, nothing is its own any more, whatever it still is there. */
  movesTo(state: ConnectionState): void {
    if (this.on !== state) this.on?.left(this);
    this.on = state;
  }

  get hadTurn(): boolean {
    return this.on !== null;
  }

  isOn(state: ConnectionState): boolean {
    return this.on === state;
  }

  /** The connection that it held is gone, and whatever it held it for. */
  loseHolds(): void {
    this.statements.closeCursors();
    this.holds.clear();
  }

  /** Brings in what the login implied, as soon as the server is known. */
  begin(facts: ServerFacts): void {
    if (this.started) return;
    this.started = true;
    // MariaDB keeps the role over COM_RESET_CONNECTION.
    if (!facts.mariadb) this.role = null;
    const fact = facts.collations.get(this.start.collation);
    if (fact !== undefined) {
      this.setNames(namesLiteral(fact.charset, fact.collation));
    }
    // Servers forget this wish when a session begins anew.
    if (this.beginning === 'login' && this.has(Capability.IGNORE_SPACE)) {
      const merged = facts.sqlMode.split(',').filter((mode) => mode !== '' && mode !== 'IGNORE_SPACE');
      this.variables.set('sql_mode', quoted([...merged, 'IGNORE_SPACE'].join(',')));
    }
    // The schema stays over COM_RESET_CONNECTION, but what it has brought along goes.
    if (this.beginning === 'reset' && this.schema !== null && facts.mariadb)
      this.variables.set(ofSchema, quoted(facts.collationDatabase));
  }

  /** The value that is to be in force for `name` in this session's turns. */
  wanted(name: string, connection: ConnectionState): Literal {
    const value = this.variables.get(name) ?? connection.initialValue(name);
    return isRefused(name, value) ? DEFAULT : value;
  }

  /** A new session has another value from now on; this one keeps what it began with. */
  keep(name: string, value: Literal): void {
    if (!this.variables.has(name)) this.variables.set(name, value);
  }

  /** Whatever user variables of it are on a connection are nobody's any more. */
  disown(): void {
    this.userVariables.isGone = true;
    // Where the connection still holds a value of it, it is still known as whose that was.
    this.userVariables.savedVariables.clear();
    this.userVariables = newOwner();
  }

  /** The session has said SET NAMES with what is known to be right. */
  setNames(names: Literal): void {
    this.names = names;
    this.setAlone.clear();
    for (const [name, value] of namesVariables(names)) this.variables.set(name, value);
  }

  /** The session has said SET NAMES: once the server has told what came of it, that is what to say again. */
  namesAssigned(): void {
    this.namesChanged = true;
    this.names = null;
    this.setAlone.clear();
  }

  adoptNames(connection: ConnectionState): void {
    const known = charsetVariables.every((name) => !connection.isInDoubt(name));
    if (!this.namesChanged || !known) return;
    this.namesChanged = false;
    const [client, results, collation] = charsetVariables.map((name) =>
      unquoted(this.variables.get(name) ?? ''),
    );
    if (client === undefined || collation === undefined || client !== results) return;
    if (collation.split('_', 1)[0] !== client) return;
    this.names = namesLiteral(client, collation);
    connection.named(this.names);
  }

  /** The server said that `name` has this value in this session. */
  told(name: string, shown: string): void {
    const value = literalOf(name, shown);
    if (!agrees(this.names, name, value)) this.setAlone.add(name);
    this.variables.set(name, value);
  }

  /** How the server would read this session's statements. */
  sqlMode(facts: ServerFacts): SqlMode {
    const plain: SqlMode = {
      ansiQuotes: false,
      noBackslashEscapes: false,
      ignoreSpace: false,
      charset: unquoted(this.variables.get('character_set_client') ?? "'utf8mb4'"),
      mariadb: facts.mariadb,
      version: facts.versionNumber,
    };
    const own = this.variables.get('sql_mode');
    return withSqlMode(plain, own === undefined ? facts.sqlMode : unquoted(own));
  }
}
