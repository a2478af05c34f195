// Reads the last lines of many logs, merged by time: each file from its end, and no further than is needed.
import type { FileHandle } from 'node:fs/promises';
import { openIfThere } from './log-follow.js';
import { matches, parseLogLine } from './log-entry.js';
import type { LogEntry, LogFilter } from './log-entry.js';
import { logFiles } from './log-sources.js';

const chunkBytes = 64 * 1024;
const newline = 0x0a;

/** The last `count` lines that the filter wants, of all folders together, in order of time. */
export async function readLastEntries(
  folders: readonly string[],
  filter: LogFilter,
  count: number,
): Promise<LogEntry[]> {
  const each = await Promise.all(folders.map((folder) => lastOfFolder(folder, filter, count)));
  const merged = each.flat().sort((a, b) => a.at - b.at);
  return merged.slice(Math.max(0, merged.length - count));
}

async function lastOfFolder(folder: string, filter: LogFilter, count: number): Promise<LogEntry[]> {
  const found: LogEntry[] = [];
  for (const file of await logFiles(folder)) {
    for await (const line of linesBackwards(file)) {
      if (found.length >= count) return found.reverse();
      const entry = parseLogLine(line);
      if (entry === undefined) continue;
      if (entry.at < filter.since) return found.reverse();
      if (matches(entry, filter)) found.push(entry);
    }
  }
  return found.reverse();
}

/** The lines of a file, the last first. Its last line is left out while it has no end yet. */
export async function* linesBackwards(file: string): AsyncGenerator<string> {
  // Rotated away in this moment, its lines are read under the other name.
  const handle = await openIfThere(file);
  if (handle === undefined) return;
  try {
    yield* backwards(handle);
  } finally {
    await handle.close();
  }
}

async function* backwards(handle: FileHandle): AsyncGenerator<string> {
  let { size: end } = await handle.stat();
  // Bytes before the first newline of what was read: the end of a line that begins further ahead.
  let rest: Buffer = Buffer.alloc(0);
  let atEnd = true;
  while (end > 0) {
    const start = Math.max(0, end - chunkBytes);
    const chunk = Buffer.alloc(end - start);
    await handle.read(chunk, 0, chunk.length, start);
    end = start;
    const text = Buffer.concat([chunk, rest]);
    let until = text.length;
    for (
      let at = text.lastIndexOf(newline);
      at >= 0;
      at = at === 0 ? -1 : text.lastIndexOf(newline, at - 1)
    ) {
      if (!atEnd && until > at + 1) yield text.toString('utf8', at + 1, until);
      atEnd = false;
      until = at;
    }
    rest = text.subarray(0, until);
  }
  if (!atEnd && rest.length > 0) yield rest.toString('utf8');
}
