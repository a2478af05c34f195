// How a client's statement ended.

export type Row = Readonly<Record<string, unknown>>;

export type Outcome =
  | { readonly kind: 'done'; readonly rows: readonly Row[] }
  /** It has certainly not been done. */
  | { readonly kind: 'refused'; readonly errno: number; readonly message: string }
  /** It may or may not have been done. */
  | { readonly kind: 'in doubt'; readonly errno: number; readonly message: string };

/** The client's connection is gone. Whether that was allowed has been judged where it was noticed. */
export class Dropped extends Error {}

/** Errors by number, as the design gives them out. */
export const errno = {
  BACKEND_LOST: 2013,
  STATE_LOST: 1213,
  QUEUE_TIMEOUT: 1205,
  INTERRUPTED: 1317,
  SHUTDOWN: 1053,
  NO_SUCH_TABLE: 1146,
  TABLE_EXISTS: 1050,
  UNKNOWN_STATEMENT: 1243,
} as const;
