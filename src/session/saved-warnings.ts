// What a statement left in the diagnostics area, kept for its session: as SHOW WARNINGS and as GET DIAGNOSTICS tell it.

import { Collation, FieldType } from '../wire/constants.js';
import { FrameReader } from '../wire/framing.js';
import type { ErrPacket } from '../wire/reply-packets.js';
import {
  binaryResultSet,
  column,
  readColumnDefinition,
  readTextRow,
  textResultSet,
  type ColumnDefinition,
  type TextValue,
} from '../wire/result-set.js';
import { plainCondition, type Condition } from './conditions.js';
import { bytesPerLetter, resultsCollation } from './results-collation.js';
import type { ServerFacts, Session } from './session.js';

/** A row of SHOW WARNINGS: level, code and message, the message in the letters that its session had results in. */
export type WarningRow = readonly TextValue[];

export interface SavedWarnings {
  /** The columns as they were when the rows came. */
  readonly columns: readonly ColumnDefinition[];
  readonly rows: readonly WarningRow[];
  /** What GET DIAGNOSTICS tells of each row. */
  readonly conditions: readonly Condition[];
  readonly counts: WarningCounts;
}

/** @@warning_count and @@error_count, which also count what servers do not keep (past max_error_count). */
export interface WarningCounts {
  readonly warningCount: number;
  readonly errorCount: number;
}

/** Level, code and message. */
const COLUMNS = 3;

/** As MariaDB defines them in utf8mb4: Level NOT NULL, Code INT UNSIGNED NOT NULL, Message NOT NULL. */
const columns: readonly ColumnDefinition[] = [
  column('Level', FieldType.VAR_STRING, { length: 28, flags: 1, decimals: 39 }),
  column('Code', FieldType.LONG, { collation: Collation.binary, length: 4, flags: 0xa1 }),
  column('Message', FieldType.VAR_STRING, { length: 2_048, flags: 1, decimals: 39 }),
];

export const noWarnings: SavedWarnings = {
  columns,
  rows: [],
  conditions: [],
  counts: { warningCount: 0, errorCount: 0 },
};

export function levelOf(row: WarningRow): string {
  return row[0]?.toString('latin1') ?? '';
}

/** How many the rows are. */
export function countsOf(rows: readonly WarningRow[]): WarningCounts {
  const errors = rows.filter((row) => levelOf(row) === 'Error');
  return { warningCount: rows.length, errorCount: errors.length };
}

/** The reply to SHOW WARNINGS. @throws MALFORMED_PACKET */
export function readWarnings(reply: Buffer): Pick<SavedWarnings, 'columns' | 'rows'> {
  const reader = new FrameReader(reply.length);
  reader.push(reply);
  const payloads: Buffer[] = [];
  for (let packet = reader.next(); packet !== null; packet = reader.next()) payloads.push(packet.payload);
  // Column count, the definitions, EOF; rows; EOF.
  return {
    columns: payloads.slice(1, COLUMNS + 1).map(readColumnDefinition),
    rows: payloads.slice(COLUMNS + 2, -1).map((payload) => readTextRow(payload, COLUMNS)),
  };
}

/** What is known of a row alone. `error` is the one with which the statement failed. */
export function conditionOf(row: WarningRow, error: ErrPacket | null): Condition {
  const [, code, message] = row.map((value) => value?.toString('utf8') ?? '');
  const sqlState = String(error?.errno) === code ? error?.sqlState : undefined;
  return plainCondition(code ?? '0', message ?? '', sqlState);
}

/**
 * What is left of them where the connection was lost before they were asked for.
 * @param error with which the statement failed
 * @param count of its warnings, which no longer have a text
 */
export function lostWarnings(error: ErrPacket | null, count: number): SavedWarnings {
  if (error !== null) {
    const row = ['Error', String(error.errno), error.message];
    const counts = { warningCount: 1, errorCount: 1 };
    return { columns, rows: [row], conditions: [conditionOf(row, error)], counts };
  }
  const rows = Array.from({ length: Math.min(count, MOST_WARNINGS) }, () => lostWarning);
  const conditions = rows.map((row) => conditionOf(row, null));
  return { columns, rows, conditions, counts: { warningCount: count, errorCount: 0 } };
}

/** As many as servers keep: https://mariadb.com/kb/en/server-system-variables/#max_error_count */
const MOST_WARNINGS = 64;

/** 1105 is the servers' own for what has no number: https://mariadb.com/kb/en/mariadb-error-codes/ */
const lostWarning: WarningRow = [
  'Warning',
  '1105',
  'The text of this warning went with the backend connection, which was lost before anybody asked for it',
];

/** With the complaint that a server puts behind them about a GET DIAGNOSTICS of one that is not there. */
export function withInvalidNumber(saved: SavedWarnings): SavedWarnings {
  const [errno, message] = ['1758', 'Invalid condition number'];
  const { warningCount, errorCount } = saved.counts;
  return {
    ...saved,
    rows: [...saved.rows, ['Error', errno, message]],
    conditions: [...saved.conditions, plainCondition(errno, message, '35000')],
    counts: { warningCount: warningCount + 1, errorCount: errorCount + 1 },
  };
}

/**
 * The reply to a SHOW WARNINGS of the session that asks for such `rows` of them.
 * @param form of its rows: that of COM_QUERY, or of COM_STMT_EXECUTE
 * @param status flags
 */
export function warningsReply(
  saved: SavedWarnings,
  rows: readonly WarningRow[],
  form: 'text' | 'binary',
  session: Session,
  facts: ServerFacts,
  status: number,
): Buffer {
  const now = resultsCollation(session, facts);
  const redefined =
    now === null ? saved.columns : saved.columns.map((column) => inLetters(column, now, facts));
  return (form === 'text' ? textResultSet : binaryResultSet)(redefined, rows, status);
}

/** A column's definition where its session has results in other letters since. */
function inLetters(
  column: ColumnDefinition,
  now: { readonly number: number; readonly charset: string },
  { collations }: ServerFacts,
): ColumnDefinition {
  if (column.type !== FieldType.VAR_STRING || column.collation === now.number) return column;
  const before = bytesPerLetter(collations.get(column.collation)?.charset ?? 'utf8mb4');
  return { ...column, collation: now.number, length: (column.length / before) * bytesPerLetter(now.charset) };
}
