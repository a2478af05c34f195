// What a session's last statement left behind: counts and warnings, as if nobody had come between.

import type { Statement } from '../sql/types.js';
import type { ErrPacket } from '../wire/reply-packets.js';
import { lostWarnings, withInvalidNumber, type SavedWarnings } from './saved-warnings.js';
import { isJudged, isWithoutTable } from './without-table.js';

/** How a statement ended, as far as it bears on the diagnostics. */
export interface StatementEnd {
  /** The error with which it failed; null where it did not. */
  readonly error: ErrPacket | null;
  /** Of the OK packet; null where the reply ended with rows. */
  readonly affectedRows: number | bigint | null;
  /** Id in the OK packet; 0 where nothing was generated. */
  readonly insertId: number | bigint;
  /** Rows of the result set; null where there was none. */
  readonly rows: number | null;
  /** The rows are in a cursor, and only the server knows how many. */
  readonly hasCursor: boolean;
  readonly warnings: number;
  /** Any of the command's statements had some. */
  readonly hasWarned: boolean;
}

/** Values that have to be asked of the server before another session's statement overwrites them. */
export interface DiagnosticsQuestion {
  readonly foundRows: boolean;
  readonly lastInsertId: boolean;
  readonly warnings: boolean;
}

export class Diagnostics {
  rowCount = '0';
  /** Null where it went with the connection. */
  foundRows: string | null = '0';
  /** LAST_INSERT_ID() of the session. */
  lastInsertId = '0';
  saved: SavedWarnings | null = null;
  /** Resolves when what was asked for is known, or lost. */
  known: Promise<void> = Promise.resolve();
  /** Of the last statement, as its reply told them. */
  private told = { insertId: '0', warnings: 0 };
  private unknown: DiagnosticsQuestion = NOTHING;

  /** @param lastError the error with which the last statement failed that touched the warnings; null where it did not fail */
  constructor(public lastError: ErrPacket | null = null) {
    if (lastError === null) return;
    this.rowCount = '-1';
    this.saved = lostWarnings(lastError, 1);
  }

  /**
   * A statement of the session ended.
   * @param isGivenBack whether it found the warnings of before here, and not on the connection
   * @returns whether the warnings on the connection are this statement's; else those of before are still there
   */
  note(
    statements: readonly Statement[],
    end: StatementEnd,
    text: Buffer | null,
    isGivenBack: boolean,
  ): boolean {
    const last = statements.at(-1);
    const failed = end.error !== null;
    // GET DIAGNOSTICS looks and changes nothing, but for telling that there is no such condition.
    const looks = last?.verb === 'GET' && !failed;
    if (looks && isGivenBack && end.warnings > 0 && this.saved !== null && this.saved.rows.length > 0) {
      this.saved = withInvalidNumber(this.saved);
      return false;
    }
    if (!looks && !failedToShow(statements, end, text))
      this.rowCount = end.affectedRows === null ? '-1' : String(end.affectedRows);
    const countsElse = end.hasCursor || mentions(text, /\bsql_calc_found_rows\b/i);
    const calculated = end.rows !== null && countsElse;
    if (end.rows !== null && !calculated) this.foundRows = String(end.rows);
    if (Number(end.insertId) !== 0) this.told.insertId = String(end.insertId);
    if (!looks) this.told.warnings = end.warnings;
    const clearsWarnings =
      !statements.every(isLook) &&
      statements.some((statement, at) => isJudged(statement) && !isWithoutTable(statements, at, text));
    const isCertain = failed || end.hasWarned || clearsWarnings;
    const keepsWarnings = !isCertain && (last === undefined || isJudged(last));
    if (!keepsWarnings) {
      this.saved = null;
      this.lastError = end.error;
    }
    this.unknown = {
      foundRows: calculated,
      lastInsertId: this.unknown.lastInsertId || maySetInsertId(statements, end),
      warnings:
        failed ||
        end.hasWarned ||
        (clearsWarnings && statements.length > 1) ||
        (keepsWarnings && this.unknown.warnings),
    };
    return isCertain;
  }

  /**
   * A statement of the session was prepared: that alone clears the warnings of before where it needs a table.
   * @param warnings how many the preparation has left in their place
   */
  notePrepared(statements: readonly Statement[], text: Buffer | null, warnings: number): void {
    if (warnings > 0) {
      this.clearWarnings();
      this.told.warnings = warnings;
      this.unknown = { ...this.unknown, warnings: true };
      return;
    }
    const last = statements.at(-1);
    if (last?.opaque === null && !isWithoutTable(statements, statements.length - 1, text))
      this.clearWarnings();
  }

  /** The warnings of before are gone, and there are no others. */
  clearWarnings(): void {
    this.saved = null;
    this.lastError = null;
    this.unknown = { ...this.unknown, warnings: false };
  }

  /** What only the server knows. */
  get question(): DiagnosticsQuestion | null {
    const { foundRows, lastInsertId, warnings } = this.unknown;
    return foundRows || lastInsertId || warnings ? this.unknown : null;
  }

  answered(answer: { foundRows?: string; lastInsertId?: string; saved?: SavedWarnings }): void {
    if (answer.foundRows !== undefined) this.foundRows = answer.foundRows;
    if (answer.lastInsertId !== undefined) this.lastInsertId = answer.lastInsertId;
    if (answer.saved !== undefined) this.saved = answer.saved;
    this.unknown = NOTHING;
  }

  /**
   * The connection was lost before it was asked. What replies told is left: the id is LAST_INSERT_ID() unless the statement
   * named it itself; of warnings the number is known.
   */
  lost(): void {
    const { question, told } = this;
    if (question?.foundRows === true) this.foundRows = null;
    if (question?.lastInsertId === true) this.lastInsertId = told.insertId;
    if (question?.warnings === true) this.saved = lostWarnings(this.lastError, told.warnings);
    this.unknown = NOTHING;
  }

  get warningCount(): string {
    return String(this.saved?.counts.warningCount ?? 0);
  }

  get errorCount(): string {
    return String(this.saved?.counts.errorCount ?? 0);
  }
}

/** What is not there to be shown leaves ROW_COUNT() as it was (MariaDB), unlike other errors. */
export function failedToShow(
  statements: readonly Statement[],
  { error }: Pick<StatementEnd, 'error'>,
  text: Buffer | null,
): boolean {
  const [shown] = statements;
  if (error === null || error.errno === SYNTAX_ERROR || shown === undefined || statements.length > 1)
    return false;
  return ofSchema.test(text?.toString('latin1', shown.start, shown.start + 100) ?? '');
}

const SYNTAX_ERROR = 1064;
const ofSchema =
  /^(SHOW\s+((FULL|EXTENDED|OPEN)\s+)*(COLUMNS|FIELDS|INDEX|INDEXES|KEYS|TABLES|TABLE\s+STATUS|TRIGGERS|EVENTS)|DESC(RIBE)?\s+(?!SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|EXTENDED|PARTITIONS|FORMAT|FOR|\())\b/i;

/** GET DIAGNOSTICS, also behind the EXECUTE that runs it. */
function isLook({ verb }: Statement, at: number, { length }: readonly Statement[]): boolean {
  return verb === 'GET' || (verb === 'EXECUTE' && at < length - 1);
}

const NOTHING: DiagnosticsQuestion = { foundRows: false, lastInsertId: false, warnings: false };

/** Whether LAST_INSERT_ID() may be another one after such statements. */
export function maySetInsertId(
  statements: readonly Statement[],
  { insertId, error, rows }: StatementEnd,
): boolean {
  if (Number(insertId) !== 0) return true;
  // Neither an error nor the rows of RETURNING have a place for the id.
  const isUntold = error !== null || rows !== null;
  return statements.some(
    ({ opaque, assigns, mayRunTriggers }) =>
      (isUntold && mayRunTriggers) ||
      opaque !== null ||
      assigns.some(({ name }) => name === 'last_insert_id' || name === 'identity'),
  );
}

function mentions(text: Buffer | null, word: RegExp): boolean {
  return text !== null && word.test(text.toString('latin1', 0, 65_536));
}
