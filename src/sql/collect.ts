// The tokens of one statement, so many as matter: a long list of values tells nothing and is not kept.
import { nextToken } from './lexer.js';
import type { Lexer } from './lexer.js';
import { Kind } from './token.js';
import type { Token } from './token.js';

/** Tokens of a statement that are all kept. */
const KEPT = 1_000;
/** Tokens of a statement past which it is not judged. */
const MOST = 100_000;

/** Why what a lexer has read is not judged, nor the rest of its text. */
export const TOO_LONG = 'a statement that is too long to judge';

const values = new Set(['NULL', 'DEFAULT', 'TRUE', 'FALSE', '?']);

/**
 * The tokens up to the next delimiter, which is passed, or to the end of the text. A statement that is too long to be judged is
 * not read to its end: the time is the other sessions'.
 */
export function collectStatement(lexer: Lexer): Token[] {
  const tokens: Token[] = [];
  for (let token = nextToken(lexer); token !== null; token = nextToken(lexer)) {
    if (token.kind === Kind.Delimiter) break;
    if (tokens.length < KEPT) tokens.push(token);
    else if (tokens.length < MOST) keep(tokens, token);
    else {
      lexer.doubt = TOO_LONG;
      break;
    }
  }
  return tokens;
}

/** Keeps what may have an effect. Parentheses stay in pairs, and a comma keeps apart what it stands between. */
function keep(tokens: Token[], token: Token): void {
  if (token.kind === Kind.Number || token.kind === Kind.String || values.has(token.word)) return;
  const last = tokens.at(-1)?.word;
  if (token.word === ',' && (last === ',' || last === '(')) return;
  if (token.word === ')' && last === '(' && tokens.at(-2)?.kind === Kind.Symbol) tokens.pop();
  else tokens.push(token);
}
