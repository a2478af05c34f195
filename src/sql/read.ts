// Reads a command's text: which statements it holds, and what each does to the session.
import { collectStatement, TOO_LONG } from './collect.js';
import { interpret } from './interpret.js';
import { createLexer, nextToken } from './lexer.js';
import type { Lexer } from './lexer.js';
import { emptyDraft, obscure } from './reading.js';
import type { Draft } from './reading.js';
import { modeAfter } from './sql-mode.js';
import { Kind } from './token.js';
import type { SqlMode, Statement } from './types.js';

/** Statements of one text that are told apart; the rest is one that is not judged. */
const MOST_STATEMENTS = 1_000;

/** Why the rest of a text is not read behind CREATE of a stored program: where its body ends cannot be told. */
export const BODY = 'a body of statements';

/**
 * The statements of `text`, empty ones left out. It never throws, and takes time linear in the length.
 * @param text as the client sent it; it must not change as long as `mentions` of a statement may be called
 * @param mode the settings under which the server will read it
 */
export function readStatements(text: Buffer, mode: SqlMode): Statement[] {
  const statements: Draft[] = [];
  let lexer = createLexer(text, mode);
  while (lexer.at < text.length) {
    const tokens = collectStatement(lexer);
    if (tokens.length === 0) continue;
    const { draft, takesRest } = interpret(text, lexer.mode, tokens);
    statements.push(draft);
    if (lexer.doubt !== null) obscure(draft, lexer.doubt);
    if (lexer.doubt === TOO_LONG) {
      draft.end = text.length;
      break;
    }
    if (takesRest && hasMore(lexer)) {
      obscure(draft, BODY);
      draft.end = text.length;
      break;
    }
    if (lexer.at >= text.length) break;
    const next = modeAfter(lexer.mode, draft);
    if (next === null || statements.length >= MOST_STATEMENTS) {
      if (hasMore(lexer)) statements.push(unread(lexer, next === null));
      break;
    }
    if (next !== lexer.mode) lexer = continued(lexer, next);
  }
  return statements;
}

/** Whether a token is still to come, delimiters not counted. */
function hasMore(lexer: Lexer): boolean {
  const ahead = { ...lexer };
  let token = nextToken(ahead);
  while (token?.kind === Kind.Delimiter) token = nextToken(ahead);
  return token !== null;
}

function unread(lexer: Lexer, isModeUnknown: boolean): Draft {
  const { text, mode, at } = lexer;
  const draft = emptyDraft(text, mode, '', at, text.length);
  obscure(
    draft,
    isModeUnknown ? 'text behind a statement that may change its meaning' : 'too many statements',
  );
  draft.verb = endingAmong(lexer);
  draft.endsConnection = draft.verb !== '';
  return draft;
}

const kills = new Set(['KILL', 'SHUTDOWN', 'RESTART']);

/**
 * What of the statements that are still to come ends a connection: the verb of the first such, by all appearances; '' for
 * none.
 */
function endingAmong(lexer: Lexer): string {
  while (lexer.at < lexer.text.length && lexer.doubt !== TOO_LONG) {
    const tokens = collectStatement(lexer);
    const verb = tokens[0]?.word ?? '';
    if (kills.has(verb)) return verb;
    const isReleased = tokens.at(-1)?.word === 'RELEASE' && tokens.at(-2)?.word !== 'NO';
    if (isReleased && (verb === 'COMMIT' || verb === 'ROLLBACK')) return `${verb} RELEASE`;
  }
  return '';
}

/** The same place in the text, under another mode. */
function continued(lexer: Lexer, mode: SqlMode): Lexer {
  return { ...createLexer(lexer.text, mode), at: lexer.at, doubt: lexer.doubt };
}
