// Remembers how short texts were read: a tool sends the same ones again and again.
import { readStatements } from './read.js';
import type { SqlMode, Statement } from './types.js';

/** A text of so many bytes or more is read anew each time. */
const LONGEST = 4_096;

/** Bounds of a cache; `bytes` counts the texts kept. */
export interface CacheLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** Reads as `readStatements` does; what it returns may be shared and must not be changed. */
export type StatementReader = (text: Buffer, mode: SqlMode) => readonly Statement[];

/** A reader with a cache of its own, the least recently used going first. */
export function createStatementReader(
  limits: CacheLimits = { entries: 1_000, bytes: 1_000_000 },
): StatementReader {
  const cache = new Map<string, readonly Statement[]>();
  let bytes = 0;

  function forgetOldest(): void {
    for (const key of cache.keys()) {
      if (cache.size <= limits.entries && bytes <= limits.bytes) return;
      cache.delete(key);
      bytes -= key.length;
    }
  }

  return (text, mode) => {
    if (text.length >= LONGEST) return readStatements(text, mode);
    const key = modeKey(mode) + text.toString('latin1');
    const known = cache.get(key);
    if (known !== undefined) {
      cache.delete(key);
      cache.set(key, known);
      return known;
    }
    // The copy keeps nothing but itself: a slice of a socket's buffer would keep all of it, and change.
    const statements = readStatements(Buffer.from(text), mode);
    cache.set(key, statements);
    bytes += key.length;
    forgetOldest();
    return statements;
  };
}

const keys = new WeakMap<SqlMode, string>();

function modeKey(mode: SqlMode): string {
  let key = keys.get(mode);
  if (key === undefined) {
    const flags = [mode.ansiQuotes, mode.noBackslashEscapes, mode.ignoreSpace, mode.mariadb]
      .map(Number)
      .join('');
    key = `${flags}:${mode.version}:${mode.charset}:`;
    keys.set(mode, key);
  }
  return key;
}
