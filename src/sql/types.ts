// What reading a statement yields: as much as the proxy must know of what it does to the session, and no more.

/** The settings under which a server would read the text. */
export interface SqlMode {
  /** ANSI_QUOTES: "x" is an identifier, not a string. */
  readonly ansiQuotes: boolean;
  /** NO_BACKSLASH_ESCAPES: a backslash in a string is an ordinary character. */
  readonly noBackslashEscapes: boolean;
  /** IGNORE_SPACE: a space may stand between a built-in function's name and its parenthesis. */
  readonly ignoreSpace: boolean;
  /**
   * `character_set_client` as the server names it (`utf8mb4`, `latin1`, `gbk`, ...). In big5, cp932, gbk, gb18030
   * and sjis the second byte of a character may be a backslash or a backtick.
   */
  readonly charset: string;
  /** The server is MariaDB: `/*M! ... *\/` comments are read, SET STATEMENT exists. */
  readonly mariadb: boolean;
  /** Server version as major * 10000 + minor * 100 + patch, for `/*!50000 ... *\/` comments. */
  readonly version: number;
}

/** The right side of an assignment to a system variable. */
export type AssignedValue =
  /** A literal, given as ASCII SQL text that can be sent again in any sql_mode and character set. */
  | { readonly kind: 'literal'; readonly sql: string }
  | { readonly kind: 'default' }
  /** Anything else: what it came to must be asked of the server. */
  | { readonly kind: 'expression' };

/**
 * One assignment of a SET statement to a session system variable, the name in lower case. Of two names for one variable
 * it is the one that the server has (`tx_isolation` or `transaction_isolation`, `last_insert_id` for `identity`).
 */
export interface SystemAssignment {
  readonly name: string;
  readonly value: AssignedValue;
}

/** Why a statement makes the backend connection its session's own, until its opposite comes. */
export type LockEffect =
  | 'lock-tables'
  | 'unlock-tables'
  | 'flush-read-lock'
  | 'backup-stage'
  | 'backup-stage-end'
  | 'backup-lock'
  | 'backup-unlock'
  | 'get-lock'
  | 'release-lock'
  | 'release-all-locks'
  | 'handler-open'
  | 'handler-close';

/** The functions for named locks. */
export type LockFunction =
  'GET_LOCK' | 'RELEASE_LOCK' | 'RELEASE_ALL_LOCKS' | 'IS_FREE_LOCK' | 'IS_USED_LOCK';

/** An argument as it is written, at the byte offsets `start` to `end` (exclusive) of the text; `index` counts from 0. */
export type LockArgument =
  | {
      readonly kind: 'string' | 'number';
      readonly value: string;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'parameter'; readonly index: number; readonly start: number; readonly end: number }
  | { readonly kind: 'null'; readonly start: number; readonly end: number };

/** A call of such a function, at the byte offsets `start` to `end` (exclusive) of the text. */
export interface LockCall {
  readonly function: LockFunction;
  /** Place in the list, from 0: its column in the result of a SELECT. */
  readonly item: number;
  readonly start: number;
  readonly end: number;
  /** Printable ASCII, a parameter or NULL; null where the function takes none. */
  readonly name: LockArgument | null;
  /** A number (seconds), a parameter or NULL; null where the function takes none. */
  readonly timeout: LockArgument | null;
}

/** What of the last statement's diagnostics a statement reads. */
export type DiagnosticsRead = 'last-insert-id' | 'row-count' | 'found-rows' | 'warnings';

/** A table that ALTER TABLE or RENAME TABLE gives another name; it may be a temporary one. Names as in `temporaryTables`. */
export interface RenamedTable {
  readonly from: string;
  readonly to: string;
}

/** A table's name as it is written; `qualifier` is its schema, null where none is given. */
export interface QualifiedName {
  readonly qualifier: string | null;
  readonly name: string;
}

/** A stored procedure or function as it is called. */
export interface RoutineCall extends QualifiedName {
  readonly kind: 'PROCEDURE' | 'FUNCTION';
}

/**
 * A KILL statement. `id` is `'self'` for CONNECTION_ID(), `'parameter'` for the one that is bound, and null where it is
 * anything else that is no plain number.
 */
export interface KillEffect {
  readonly what: 'query' | 'connection';
  readonly id: number | 'self' | 'parameter' | null;
}

/** What one statement does, as far as reading it can tell. Names of variables are in lower case without quotes. */
export interface Statement {
  /** Byte offsets in the text, without the delimiter; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The leading keyword in upper case (`SELECT`, `WITH`, `SET`, ...); `(` is looked through; '' for an empty statement. */
  readonly verb: string;
  /**
   * It provably only reads, and reading it a second time on a new connection is the same as reading it once: no INTO, no
   * FOR UPDATE, no assignment, no function that is not known to be free of effects (stored functions are not), nothing
   * of the last statement's diagnostics. It may need the session's state (schema, user variables, temporary tables) and
   * need not give the same answer (NOW(), RAND()). What a view calls inside is not seen and taken for a read.
   */
  readonly isRead: boolean;
  /** It may change data that others see, or files of the server; COMMIT and XA COMMIT do. */
  readonly writes: boolean;
  /** INSERT, UPDATE, DELETE, REPLACE, LOAD: triggers of the table may do to the session what a procedure may. */
  readonly mayRunTriggers: boolean;
  /** INSERT ... ON DUPLICATE KEY UPDATE, without IGNORE. */
  readonly updatesDuplicates: boolean;
  /** It opens a transaction whatever autocommit is (BEGIN, START TRANSACTION, COMMIT AND CHAIN, XA START). */
  readonly beginsTransaction: boolean;
  /** It ends an open transaction: COMMIT, ROLLBACK, BEGIN, and what commits implicitly. A hint: the status flag decides. */
  readonly endsTransaction: boolean;
  /** The server will close the connection: COMMIT RELEASE, ROLLBACK RELEASE, SHUTDOWN, RESTART. */
  readonly endsConnection: boolean;
  /**
   * Session system variables it assigns, in order. SET NAMES and SET CHARACTER SET are spelled out; character_set_connection
   * and collation_connection change each other. GLOBAL, PERSIST and one-shot variables are left out, and so is what
   * SET STATEMENT assigns, for it is restored by the server.
   */
  readonly assigns: readonly SystemAssignment[];
  /** System variables that it assigns for sessions that begin later (GLOBAL, PERSIST), named as in `assigns`. */
  readonly globals: readonly string[];
  /** User variables that it mentions, and those of them that it may assign (`:=`, SET @x, INTO @x, out arguments). */
  readonly userVariables: { readonly mentioned: readonly string[]; readonly assigned: readonly string[] };
  /**
   * Temporary tables that it creates, and tables that it drops or renames and that may be temporary; as the names (without
   * schema, lower case) in the text.
   */
  readonly temporaryTables: {
    readonly created: readonly string[];
    readonly dropped: readonly string[];
    readonly renamed: readonly RenamedTable[];
  };
  /** The temporary tables that it creates, as they are written: servers may tell upper case from lower. */
  readonly createdTables: readonly QualifiedName[];
  /** The tables that it drops and that may be temporary, as they are written. */
  readonly droppedTables: readonly QualifiedName[];
  /** `USE name`: the schema. */
  readonly use: string | null;
  /** It may change the current schema otherwise (DROP DATABASE). */
  readonly mayDropSchema: boolean;
  /**
   * What it does may depend on the current schema in another way than by `asksOfSchema`: an unqualified table name, ... False
   * only where that is certain (`SELECT 1`, `SET ...`, `SHOW VARIABLES`, every table qualified).
   */
  readonly usesSchema: boolean;
  /**
   * Without a current schema it surely fails: a table or procedure is named without one, where no other name can stand, or it
   * is SHOW TABLES and its kin.
   */
  readonly needsSchema: boolean;
  /** What it asks of the current schema: its name (DATABASE()), its collation (@@collation_database, SET CHARACTER SET). */
  readonly asksOfSchema: readonly ('name' | 'collation')[];
  readonly diagnostics: readonly DiagnosticsRead[];
  /** It takes the next value of a sequence (NEXTVAL), or else reads the last one that its session has taken (LASTVAL). */
  readonly sequence: 'takes' | 'reads' | null;
  readonly locks: readonly LockEffect[];
  /** The alias under which a HANDLER statement knows its table, as it is written. */
  readonly handler: string | null;
  /** Its calls of functions for named locks, in the order in which they are evaluated; null where that cannot be read. */
  readonly lockCalls: readonly LockCall[] | null;
  /** It mentions CONNECTION_ID(), @@pseudo_thread_id, the process list or who holds a user lock. */
  readonly usesConnectionId: boolean;
  /** It is SHOW PROCESSLIST, or SHOW FULL PROCESSLIST. */
  readonly processes: 'short' | 'full' | null;
  readonly kill: KillEffect | null;
  /**
   * PREPARE, EXECUTE and DEALLOCATE of text prepared statements, names in lower case. `text` is null where it is not a
   * plain string; it is decoded as UTF-8 where the character set is that, otherwise byte by byte (latin1). `from` is the
   * user variable that it is taken from.
   */
  readonly prepare: {
    readonly name: string;
    readonly text: string | null;
    readonly from: string | null;
  } | null;
  readonly execute: string | null;
  /** The text that EXECUTE runs, where it is known: that of EXECUTE IMMEDIATE is, where it is a plain string. */
  readonly runs: string | null;
  readonly deallocate: string | null;
  /** `SET ROLE role`: what follows, as it is written; null also where that is not of ASCII alone. */
  readonly role: string | null;
  /** The password that it gives the account it runs under; null where there is none, or it is not in the text. A secret. */
  readonly ownPassword: string | null;
  /** `LOAD DATA LOCAL`. */
  readonly loadsLocalFile: boolean;
  /** It sets what only the next transaction or statement uses: `SET TRANSACTION ...`, insert_id, rand_seed1, ... */
  readonly oneShot: boolean;
  /** `SET STATEMENT`: what it sets is restored, whatever the server tells of it meanwhile. */
  readonly setsForItself: boolean;
  /**
   * Why the effects cannot be judged from the text: CALL, a function that may be a stored one, a SET that is not
   * understood, an unknown verb, ... null where everything it can do to the session is in the other fields (EXECUTE does
   * what the text of its PREPARE does; DML also what triggers do).
   */
  readonly opaque: string | null;
  /** Where it is `opaque`: the routines that it calls are the only reason, all of them in `calls`. */
  readonly callsOnly: boolean;
  /** Stored routines that it may call itself. */
  readonly calls: readonly RoutineCall[];
  /** Whether the text mentions the identifier, given in lower case: may it touch a table of that name? */
  readonly mentions: (name: string) => boolean;
}
