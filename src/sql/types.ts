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
   * The client's character set as the server names it (`utf8mb4`, `latin1`, `gbk`, ...). In big5, cp932, gbk, gb18030
   * and sjis the second byte of a character may be a backslash, a quote's neighbour or a backtick.
   */
  readonly charset: string;
  /** The server is MariaDB: `/*M! ... *\/` comments are read, SET STATEMENT exists. */
  readonly mariadb: boolean;
  /** Server version as major * 10000 + minor * 100 + patch, for `/*!50000 ... *\/` comments. */
  readonly version: number;
}

/** The right side of an assignment to a system variable. */
export type AssignedValue =
  /** A literal, given as the SQL text that can be sent again in any sql_mode. */
  | { readonly kind: 'literal'; readonly sql: string }
  | { readonly kind: 'default' }
  /** Anything else: what it came to must be asked of the server. */
  | { readonly kind: 'expression' };

/** One assignment of a SET statement to a session system variable, the name in lower case. */
export interface SystemAssignment {
  readonly name: string;
  readonly value: AssignedValue;
}

/** Why a statement makes the backend connection its session's own, until its opposite comes. */
export type LockEffect =
  | 'lock-tables'
  | 'unlock-tables'
  | 'flush-read-lock'
  | 'get-lock'
  | 'release-lock'
  | 'release-all-locks'
  | 'handler-open'
  | 'handler-close';

/** What of the last statement's diagnostics a statement reads. */
export type DiagnosticsRead = 'last-insert-id' | 'row-count' | 'found-rows' | 'warnings';

/** A KILL statement. `id` is null where it is not a plain number, and `'self'` for CONNECTION_ID(). */
export interface KillEffect {
  readonly what: 'query' | 'connection';
  readonly id: number | 'self' | null;
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
   * FOR UPDATE, no assignment, no function that is not known to be free of effects (stored functions are not).
   */
  readonly isRead: boolean;
  /** Session system variables it assigns, SET NAMES and SET CHARACTER SET spelled out. GLOBAL and PERSIST are left out. */
  readonly assigns: readonly SystemAssignment[];
  /** User variables that it mentions, and those of them that it may assign (`:=`, SET @x, INTO @x, out arguments). */
  readonly userVariables: { readonly mentioned: readonly string[]; readonly assigned: readonly string[] };
  /** Temporary tables that it creates or drops, as the names (without schema, lower case) in the text. */
  readonly temporaryTables: { readonly created: readonly string[]; readonly dropped: readonly string[] };
  /** `USE name`: the schema. */
  readonly use: string | null;
  /** It may change the current schema otherwise (DROP DATABASE). */
  readonly mayDropSchema: boolean;
  /**
   * What it answers may depend on the current schema: an unqualified table name, DATABASE(), ... False only where that is
   * certain (`SELECT 1`, `SET ...`, `SHOW VARIABLES`, every table qualified).
   */
  readonly usesSchema: boolean;
  readonly diagnostics: readonly DiagnosticsRead[];
  readonly locks: readonly LockEffect[];
  /** It mentions CONNECTION_ID(), @@pseudo_thread_id or information_schema.PROCESSLIST-like things. */
  readonly usesConnectionId: boolean;
  readonly kill: KillEffect | null;
  /** PREPARE, EXECUTE and DEALLOCATE of text prepared statements; `text` is null where it comes from a variable. */
  readonly prepare: { readonly name: string; readonly text: string | null } | null;
  readonly execute: string | null;
  readonly deallocate: string | null;
  /** `LOAD DATA LOCAL`. */
  readonly loadsLocalFile: boolean;
  /** It sets the characteristics of the next transaction only (`SET TRANSACTION ...`), or a one-shot variable. */
  readonly oneShot: boolean;
  /**
   * Why the effects cannot be judged from the text: CALL, EXECUTE of an unknown text, a function that may be a stored one,
   * a SET that is not understood, an unknown verb, ... null where everything it can do to the session is in the other fields.
   */
  readonly opaque: string | null;
}
