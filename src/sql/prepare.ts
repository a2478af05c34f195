// PREPARE and EXECUTE of text prepared statements.
import { pairTestOf } from './bytes.js';
import { isPlainString, textOf, variableName } from './literals.js';
import { accept, name, obscure } from './reading.js';
import type { Reading } from './reading.js';
import { readDeallocated } from './tables.js';
import { Kind } from './token.js';

/** `PREPARE name FROM text`. */
export function readPrepare(reading: Reading): void {
  const prepared = name(reading);
  if (prepared === null || !accept(reading, 'FROM')) {
    obscure(reading.draft, 'PREPARE');
    return;
  }
  reading.draft.prepare = {
    name: prepared.toLowerCase(),
    text: preparedText(reading),
    from: preparedFrom(reading),
  };
}

/** The user variable that the statement's text is in, where it is in one. */
function preparedFrom({ tokens, at, text, mode }: Reading): string | null {
  const token = tokens[at];
  return token?.kind === Kind.UserVariable && tokens.length === at + 1
    ? variableName(text, token, mode)
    : null;
}

/** The statement's text where it is one plain string, with nothing behind it but what `last` allows. */
function preparedText({ tokens, at, text, mode }: Reading, last?: string): string | null {
  const token = tokens[at];
  const next = tokens[at + 1];
  if (token === undefined || !isPlainString(text, token)) return null;
  if (next !== undefined && (last === undefined || next.word !== last)) return null;
  // Where a second byte may be a backslash, the escapes in it are not told apart here.
  if (pairTestOf(mode) !== null && text.subarray(token.start, token.end).some((byte) => byte >= 0x80))
    return null;
  return textOf(text, token, mode);
}

/** `EXECUTE name [USING @a, ...]`, and EXECUTE IMMEDIATE. */
export function readExecute(reading: Reading): void {
  const { draft } = reading;
  reading.assignsMentioned = true;
  draft.writes = true;
  // Its text is another matter.
  draft.usesSchema = false;
  if (accept(reading, 'IMMEDIATE')) {
    draft.runs = preparedText(reading, 'USING');
    if (draft.runs === null) obscure(draft, 'EXECUTE IMMEDIATE');
    return;
  }
  const executed = name(reading);
  if (executed === null) {
    obscure(draft, 'EXECUTE');
    return;
  }
  draft.execute = executed.toLowerCase();
}

/** `DEALLOCATE PREPARE name`. */
export function readDeallocate(reading: Reading): void {
  if (!accept(reading, 'PREPARE')) {
    obscure(reading.draft, 'DEALLOCATE');
    return;
  }
  readDeallocated(reading);
}
