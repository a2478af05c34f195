// Statements that ask for nothing but the session's own id, told from all that only look like them.

import { createLexer, nextToken } from './lexer.js';
import { textOf } from './literals.js';
import { Kind, type Token } from './token.js';
import type { SqlMode } from './types.js';

/** A longer text asks for more, or hides it in comments; it is the server's to read. */
const LONGEST = 512;

/** `SELECT CONNECTION_ID() [[AS] alias]`: the name of the column that it asks for; null for any other statement. */
export function askedConnectionId(text: Buffer, mode: SqlMode): string | null {
  if (text.length > LONGEST) return null;
  const tokens = allTokens(text, mode);
  const [select, call, open, close, ...rest] = tokens;
  if (select?.word !== 'SELECT' || call?.word !== 'CONNECTION_ID') return null;
  if (open?.word !== '(' || close?.word !== ')') return null;
  while (rest.at(-1)?.kind === Kind.Delimiter) rest.pop();
  if (rest.length === 0) return text.toString('utf8', call.start, close.end);
  const [first, second, third] = rest;
  const alias = first?.word === 'AS' ? second : first;
  const isLast = first?.word === 'AS' ? third === undefined : second === undefined;
  return alias !== undefined && isLast && isAlias(alias) ? textOf(text, alias, mode) : null;
}

/** Words that could stand there otherwise (FROM, INTO, ...) never stand alone. */
function isAlias({ kind }: Token): boolean {
  return kind === Kind.Word || kind === Kind.Name || kind === Kind.String;
}

function allTokens(text: Buffer, mode: SqlMode): Token[] {
  const lexer = createLexer(text, mode);
  const tokens: Token[] = [];
  for (let token = nextToken(lexer); token !== null; token = nextToken(lexer)) tokens.push(token);
  return tokens;
}
