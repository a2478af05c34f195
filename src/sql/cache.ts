// Remembers how short texts were read: a tool sends the same ones again and again.
import { fingerprint } from './fingerprint.js';
import { readStatements } from './read.js';
import type { SqlMode, Statement } from './types.js';

/** A text of so many bytes or more is read anew each time. */
const LONGEST = 4_096;

/** Bounds of a cache; `bytes` counts the texts kept. */
export interface CacheLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** A command's text as it was read. May be shared between commands: not to be changed. */
export interface ReadText {
  readonly statements: readonly Statement[];
  /** Made when it is first asked for. */
  readonly fingerprint: string;
}

/** Reads a text as `readStatements` and `fingerprint` do. */
export type TextReader = (text: Buffer, mode: SqlMode) => ReadText;

/** A reader with a cache of its own, from which what was not used for longest goes first. */
export function createTextReader(limits: CacheLimits = { entries: 1_000, bytes: 1_000_000 }): TextReader {
  const cache = new Map<string, ReadText>();
  let bytes = 0;

  function keep(key: string, entry: ReadText): void {
    cache.set(key, entry);
    bytes += key.length;
    for (const oldest of cache.keys()) {
      if (cache.size <= limits.entries && bytes <= limits.bytes) return;
      cache.delete(oldest);
      bytes -= oldest.length;
    }
  }

  return (text, mode) => {
    if (text.length >= LONGEST) return readText(text, mode);
    const key = modeKey(mode) + text.toString('latin1');
    const known = cache.get(key);
    if (known !== undefined) {
      cache.delete(key);
      cache.set(key, known);
      return known;
    }
    // A copy: a slice of a socket's buffer would keep all of it.
    const read = readText(Buffer.from(text), mode);
    keep(key, read);
    return read;
  };
}

function readText(text: Buffer, mode: SqlMode): ReadText {
  let shape: string | undefined;
  return {
    statements: readStatements(text, mode),
    get fingerprint() {
      shape ??= fingerprint(text, mode);
      return shape;
    },
  };
}

/** What of a mode tells it from others. */
function modeKey(mode: SqlMode): string {
  const flags =
    Number(mode.ansiQuotes) +
    2 * Number(mode.noBackslashEscapes) +
    4 * Number(mode.ignoreSpace) +
    8 * Number(mode.mariadb);
  return `${flags}:${mode.version}:${mode.charset}:`;
}
