// Puts values in the place of functions and variables that tell of the session, for a connection that many sessions share.

import { createLexer, nextToken } from './lexer.js';
import { Kind, type Token } from './token.js';
import type { SqlMode } from './types.js';

/** What can be put in: integers as text, by what is asked for. What is left out stays as it is. */
export interface SessionValues {
  readonly connectionId?: string;
  readonly rowCount?: string;
  readonly foundRows?: string;
  readonly warningCount?: string;
  readonly errorCount?: string;
}

export interface Substitution {
  readonly text: Buffer;
  /** Turns the name that a server gives to a column after the text back to what it would have been. */
  readonly originalName: (name: string) => string;
}

const functions: Readonly<Record<string, keyof SessionValues>> = {
  CONNECTION_ID: 'connectionId',
  ROW_COUNT: 'rowCount',
  FOUND_ROWS: 'foundRows',
};

const variables: Readonly<Record<string, keyof SessionValues>> = {
  WARNING_COUNT: 'warningCount',
  ERROR_COUNT: 'errorCount',
  PSEUDO_THREAD_ID: 'connectionId',
};

/** The text with `values` put in; null where it asks for none of them. Definitions (CREATE, ALTER) are not for it. */
export function substitute(text: Buffer, mode: SqlMode, values: SessionValues): Substitution | null {
  const tokens = allTokens(text, mode);
  const parts: Buffer[] = [];
  const names: [shown: string, original: string][] = [];
  let copied = 0;
  for (let i = 0; i < tokens.length; i++) {
    const found = questionAt(tokens, i);
    const value = found === null ? undefined : values[found.what];
    if (found === null || value === undefined) continue;
    const shown = `CAST(${value} AS SIGNED)`;
    const original = text.subarray(found.start, found.end);
    parts.push(text.subarray(copied, found.start), Buffer.from(shown, 'latin1'));
    names.push([shown, original.toString('utf8')]);
    copied = found.end;
  }
  if (names.length === 0) return null;
  const originalName = (name: string): string =>
    names.reduce((text, [from, to]) => text.replace(from, () => to), name);
  return { text: Buffer.concat([...parts, text.subarray(copied)]), originalName };
}

interface Question {
  readonly what: keyof SessionValues;
  readonly start: number;
  readonly end: number;
}

/** `NAME()` or `@@[session.]name`, beginning at the token at `at`. */
function questionAt(tokens: readonly Token[], at: number): Question | null {
  const first = tokens[at];
  if (first?.kind === Kind.Word) {
    const what = functions[first.word];
    const close = tokens[at + 2];
    const isCall = tokens[at + 1]?.word === '(' && close?.word === ')' && tokens[at - 1]?.word !== '.';
    return what !== undefined && isCall ? { what, start: first.start, end: close.end } : null;
  }
  if (first?.kind !== Kind.System) return null;
  const scoped = tokens[at + 2]?.word === '.' && /^(SESSION|LOCAL)$/.test(tokens[at + 1]?.word ?? '');
  const name = tokens[at + (scoped ? 3 : 1)];
  const what = name === undefined ? undefined : variables[name.word];
  return what !== undefined && name !== undefined ? { what, start: first.start, end: name.end } : null;
}

function allTokens(text: Buffer, mode: SqlMode): Token[] {
  const lexer = createLexer(text, mode);
  const tokens: Token[] = [];
  for (let token = nextToken(lexer); token !== null; token = nextToken(lexer)) tokens.push(token);
  return tokens;
}
