// What a session of the differential test does, as plain data, so that a script can be printed and run again.

/** How a session logs in. */
export interface Login {
  /** Schema named at login; null for none. */
  readonly schema: string | null;
  /** Number of the collation in the handshake. */
  readonly collation: number;
  /** Capability flags beyond the usual ones, and those of them that it does not want. */
  readonly with: readonly ('FOUND_ROWS' | 'IGNORE_SPACE')[];
  readonly without: readonly 'MULTI_STATEMENTS'[];
}

/** A parameter of a binary execution. */
export type Value = string | number | null;

/** One command. `slot` names a binary prepared statement of the session. */
export type Step =
  | { readonly do: 'query'; readonly sql: string }
  | { readonly do: 'prepare'; readonly slot: number; readonly sql: string }
  | {
      readonly do: 'execute';
      readonly slot: number;
      readonly values: readonly Value[];
      /** Send the types again though they were bound before. */
      readonly bind: boolean;
      readonly cursor: boolean;
    }
  | { readonly do: 'long-data'; readonly slot: number; readonly parameter: number; readonly text: string }
  | { readonly do: 'fetch'; readonly slot: number; readonly rows: number }
  | { readonly do: 'reset-statement'; readonly slot: number }
  | { readonly do: 'close-statement'; readonly slot: number }
  | { readonly do: 'init-db'; readonly schema: string }
  | { readonly do: 'field-list'; readonly table: string }
  | { readonly do: 'set-option'; readonly multi: boolean }
  | { readonly do: 'change-user'; readonly schema: string | null }
  | { readonly do: 'reset-connection' }
  | { readonly do: 'ping' }
  /** COM_QUIT, then a new login. */
  | { readonly do: 'reconnect'; readonly login: Login }
  /** The instance loses its backend connection, which it must not show. Nothing happens to connections of one's own. */
  | { readonly do: 'cut' };

/** A step and the session that takes it. */
export interface ScriptLine {
  readonly session: number;
  readonly step: Step;
  /** Where the instance has several connections, one of them is busy meanwhile. */
  readonly occupied?: boolean;
}

/** Everything that happens in one run, in the order in which it happens. */
export interface Script {
  readonly logins: readonly Login[];
  readonly lines: readonly ScriptLine[];
}

/** A script as text: one JSON value a line, the logins first. `parseScript` reads it. */
export function printScript({ logins, lines }: Script): string {
  const parts = [...logins.map((login) => ({ login })), ...lines];
  return parts.map((part) => JSON.stringify(part)).join('\n');
}

/** @throws SyntaxError for a line that is no JSON */
export function parseScript(text: string): Script {
  const parts = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as { login: Login } | ScriptLine);
  return {
    logins: parts.flatMap((part) => ('login' in part ? [part.login] : [])),
    lines: parts.flatMap((part) => ('login' in part ? [] : [part])),
  };
}
