// The identifiers that a statement mentions; looked for when they are asked for, which is seldom.
import { createLexer, nextToken } from './lexer.js';
import { textOf } from './literals.js';
import { Kind } from './token.js';
import type { SqlMode } from './types.js';

/** Where the statement is in the text. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Identifiers that are kept apart; a statement with more is taken to mention any. */
const MOST = 50_000;

/** A test whether the statement mentions an identifier, given in lower case. Reads the text at its first call. */
export function mentionTest(text: Buffer, mode: SqlMode, range: Range): (name: string) => boolean {
  let identifiers: ReadonlySet<string> | 'any' | null = null;
  return (name) => {
    identifiers ??= identifiersOf(text.subarray(range.start, range.end), mode);
    return identifiers === 'any' || identifiers.has(name);
  };
}

function identifiersOf(text: Buffer, mode: SqlMode): ReadonlySet<string> | 'any' {
  const lexer = createLexer(text, mode);
  const identifiers = new Set<string>();
  for (let token = nextToken(lexer); token !== null; token = nextToken(lexer)) {
    if (token.kind === Kind.Word || token.kind === Kind.Name)
      identifiers.add(textOf(text, token, mode).toLowerCase());
    if (identifiers.size > MOST) return 'any';
  }
  return identifiers;
}
