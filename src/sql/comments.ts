// Comments between slash-star and star-slash: skipped, or entered where the server reads what is inside.
import { isDigit } from './bytes.js';
import { endOfComment, endOfSkippedComment } from './scan.js';
import type { SqlMode } from './types.js';

const EXCLAMATION = 0x21;
const LETTER_M = 0x4d;
const PLUS = 0x2b;

/** Where to read on after the start of a comment. */
export interface AfterComment {
  readonly at: number;
  /** The server reads the inside: `at` is its first byte, and the comment's end is still to come. */
  readonly entered: boolean;
  /** Why the server may read it otherwise, or null. */
  readonly doubt: string | null;
}

/** Skips or enters the comment whose slash is at `at`. */
export function skipComment(text: Buffer, at: number, mode: SqlMode): AfterComment {
  const marker = text[at + 2];
  if (marker === EXCLAMATION) return versionComment(text, at + 3, mode, false);
  if (marker === LETTER_M && text[at + 3] === EXCLAMATION && mode.mariadb)
    return versionComment(text, at + 4, mode, true);
  const end = endOfComment(text, at + 2);
  // A hint is read by a lexer of its own, which knows strings; so a quote in it may hide its end.
  const hides = marker === PLUS && /['"`]/.test(text.toString('latin1', at, end));
  return { at: end, entered: false, doubt: hides ? 'a quote inside a hint' : null };
}

function versionComment(text: Buffer, at: number, mode: SqlMode, marked: boolean): AfterComment {
  const digits = versionDigits(text, at, mode);
  if (digits === 0 || runs(Number(text.toString('latin1', at, at + digits)), mode, marked))
    return { at: at + digits, entered: true, doubt: null };
  return { at: endOfSkippedComment(text, at), entered: false, doubt: null };
}

/** How many digits the version has: 5 or 6, or 0 where there is none (then the inside is always read). */
function versionDigits(text: Buffer, at: number, mode: SqlMode): number {
  let digits = 0;
  while (digits < 6 && isDigit(text, at + digits)) digits += 1;
  if (digits < 5) return 0;
  // MySQL knows six digits since 8.0.
  return digits === 6 && !mode.mariadb && mode.version < 80_000 ? 5 : digits;
}

/** MariaDB leaves out what is for MySQL 5.7 and later, whose syntax it may not know. */
function runs(version: number, mode: SqlMode, marked: boolean): boolean {
  if (version > mode.version) return false;
  return !mode.mariadb || marked || version < 50_700 || version > 99_999;
}
