// Puts values in the place of functions and variables that tell of the session, for a connection that many sessions share.

import { createLexer, nextToken } from './lexer.js';
import { Kind, type Token } from './token.js';
import type { SqlMode } from './types.js';

/** What can be put in: integers as text, by what is asked for. What is left out stays as it is. */
export interface SessionValues {
  /** The session has no current schema, and the connection has one. */
  readonly schema?: 'none';
  readonly connectionId?: string;
  readonly rowCount?: string;
  readonly foundRows?: string;
  readonly warningCount?: string;
  readonly errorCount?: string;
}

export interface Substitution {
  readonly text: Buffer;
  /** Turns the name that a server gives to a column after the text back to what it would have been; byte by byte, as latin1. */
  readonly originalName: (name: string) => string;
}

/** What is asked for, and how a value is written so that its column is typed as the server types the question. */
interface Asked {
  readonly what: keyof SessionValues;
  readonly write: (value: string) => string;
}

/** The digits of a BIGINT with its sign; a string of that length is cast to a column of that width. */
const BIGINT_DIGITS = 21;

/** BIGINT NOT NULL. */
function signed(value: string): string {
  const isNegative = value.startsWith('-');
  const digits = isNegative ? value.slice(1) : value;
  const padded = digits.padStart(BIGINT_DIGITS - Number(isNegative), '0');
  return `CAST('${isNegative ? '-' : ''}${padded}' AS SIGNED)`;
}

/** BIGINT UNSIGNED, as system variables are. */
function variable(value: string): string {
  return `NULLIF(${value}|0,-1)`;
}

/** INT UNSIGNED NOT NULL, which MariaDB gives to connection ids. */
function connection(value: string): string {
  return `GREATEST(CRC32(''),CAST(${value} AS UNSIGNED))`;
}

/** NULL, typed as DATABASE() is. */
function noSchema(): string {
  return 'NULLIF(DATABASE(),DATABASE())';
}

const functions: Readonly<Record<string, Asked>> = {
  DATABASE: { what: 'schema', write: noSchema },
  SCHEMA: { what: 'schema', write: noSchema },
  CONNECTION_ID: { what: 'connectionId', write: connection },
  ROW_COUNT: { what: 'rowCount', write: signed },
  FOUND_ROWS: { what: 'foundRows', write: signed },
};

const variables: Readonly<Record<string, Asked>> = {
  WARNING_COUNT: { what: 'warningCount', write: variable },
  ERROR_COUNT: { what: 'errorCount', write: variable },
  PSEUDO_THREAD_ID: { what: 'connectionId', write: variable },
};

/**
 * The text with `values` put in; null where it asks for none of them. Definitions (CREATE, ALTER) are not for it. What the
 * last statement left is put into the first statement only: the others come after one of the session's own. The schema is not put
 * in behind a USE.
 */
export function substitute(text: Buffer, mode: SqlMode, values: SessionValues): Substitution | null {
  const replacements: Replacement[] = [];
  let isFirst = true;
  let hasMoved = false;
  for (const tokens of placesIn(text, mode)) {
    if (tokens[1]?.kind === Kind.Delimiter) {
      isFirst = false;
      hasMoved ||= tokens[2]?.word === 'USE';
    }
    const found = questionAt(tokens, 1);
    const isKnown = found?.what === 'schema' ? !hasMoved : isFirst || found?.what === 'connectionId';
    const value = found !== null && isKnown ? values[found.what] : undefined;
    if (found === null || value === undefined) continue;
    replacements.push({ start: found.start, end: found.end, by: found.write(value) });
  }
  return replacements.length === 0 ? null : replaceParts(text, replacements);
}

/** How many tokens a question may have behind its first. */
const BEHIND = 3;

/** Each token, second behind the one before it and in front of those behind it. One array: a long text has many tokens. */
function* placesIn(text: Buffer, mode: SqlMode): Iterable<readonly (Token | undefined)[]> {
  const lexer = createLexer(text, mode);
  const near: (Token | undefined)[] = [undefined];
  for (let i = 0; i <= BEHIND; i++) near.push(nextToken(lexer) ?? undefined);
  while (near[1] !== undefined) {
    yield near;
    near.shift();
    near.push(nextToken(lexer) ?? undefined);
  }
}

/** What stands in a text at the byte offsets `start` to `end` (exclusive), and the call (in ASCII) to stand there instead. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** Bytes of the longest name that servers give to a column of an expression; of a longer text it is the beginning. */
const LONGEST_NAME = 255;

/** Spellings that are told apart; what is spelled in yet another way gives its column the name of one of these. */
const MOST_SPELLINGS = 100;

/** The text with other calls in the place of some of its parts, which are given in order. */
export function replaceParts(text: Buffer, replacements: readonly Replacement[]): Substitution {
  const parts: Buffer[] = [];
  const names = new Map<string, { readonly shown: string; readonly original: string }>();
  let copied = 0;
  for (const { start, end, by } of replacements) {
    const original = text.toString('latin1', start, Math.min(end, start + LONGEST_NAME));
    // As many spaces as no other spelling has: the server names columns after the text, and each has a name of its own.
    const shown =
      names.get(by + original)?.shown ??
      by.replace('(', `(${' '.repeat(Math.min(names.size, MOST_SPELLINGS))}`);
    if (names.size < MOST_SPELLINGS) names.set(by + original, { shown, original });
    parts.push(text.subarray(copied, start), Buffer.from(shown, 'latin1'));
    copied = end;
  }
  const shownNames = [...names.values()];
  // Whoever calls a column so may have it many times over in one name.
  const originalName = (name: string): string =>
    shownNames.reduce(
      (text, { shown, original }) =>
        text.includes(shown) ? text.replaceAll(shown, () => original).slice(0, LONGEST_NAME) : text,
      name,
    );
  return { text: Buffer.concat([...parts, text.subarray(copied)]), originalName };
}

interface Question extends Asked {
  readonly start: number;
  readonly end: number;
}

/** `NAME()` or `@@[session.]name`, beginning at the token at `at`. */
function questionAt(tokens: readonly (Token | undefined)[], at: number): Question | null {
  const first = tokens[at];
  if (first?.kind === Kind.Word) {
    const asked = functions[first.word];
    const close = tokens[at + 2];
    const isCall = tokens[at + 1]?.word === '(' && close?.word === ')' && tokens[at - 1]?.word !== '.';
    return asked !== undefined && isCall ? { ...asked, start: first.start, end: close.end } : null;
  }
  if (first?.kind !== Kind.System) return null;
  const scoped = tokens[at + 2]?.word === '.' && /^(SESSION|LOCAL)$/.test(tokens[at + 1]?.word ?? '');
  const name = tokens[at + (scoped ? 3 : 1)];
  const asked = name === undefined ? undefined : variables[name.word];
  return asked !== undefined && name !== undefined ? { ...asked, start: first.start, end: name.end } : null;
}

/** The value of a count that is a system variable, as SELECT would type it. */
export function countLiteral(value: string): string {
  return variable(value);
}
