// Follows many logs as they grow, through rotations and new users, and gives their lines merged by time.
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { logFileName } from '../observe/log-file.js';
import { matches, parseLogLine } from './log-entry.js';
import type { LogEntry, LogFilter } from './log-entry.js';

/** How late a line may be shown. Watching files misses changes on network disks, and costs a watch each. */
const lookEveryMs = 250;
const chunkBytes = 64 * 1024;

/** A follower of logs; lines written before it was made are not shown. */
export interface LogFollower {
  /** The lines that have come since the last look, in order of time. */
  look(): Promise<LogEntry[]>;
  close(): Promise<void>;
}

/** Follows the logs of `folders()`, which is asked at each look. */
export async function followLogs(
  folders: () => Promise<readonly string[]>,
  filter: LogFilter,
): Promise<LogFollower> {
  const tails = new Map<string, Tail>();
  const update = async (fromStart: boolean): Promise<void> => {
    for (const folder of await folders()) {
      if (!tails.has(folder)) tails.set(folder, await openTail(join(folder, logFileName), fromStart));
    }
  };
  await update(false);
  return {
    async look() {
      // A user who comes later is new from the first line.
      await update(true);
      const lines = await Promise.all([...tails.values()].map((tail) => tail.read()));
      return lines
        .flat()
        .map(parseLogLine)
        .filter((entry) => entry !== undefined)
        .filter((entry) => matches(entry, filter))
        .sort((a, b) => a.at - b.at);
    },
    async close() {
      for (const tail of tails.values()) await tail.close();
    },
  };
}

/** Shows lines as they come, until `signal` ends it. */
export async function pumpLogs(
  follower: LogFollower,
  show: (entry: LogEntry) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for (const entry of await follower.look()) show(entry);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  await follower.close();
}

interface Tail {
  read(): Promise<string[]>;
  close(): Promise<void>;
}

async function openTail(file: string, fromStart: boolean): Promise<Tail> {
  let handle = await openIfThere(file);
  let offset = fromStart || handle === undefined ? 0 : (await handle.stat()).size;
  let decoder = new StringDecoder('utf8');
  let rest = '';

  const readNew = async (): Promise<string[]> => {
    if (handle === undefined) return [];
    let text = rest;
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
      if (bytesRead === 0) break;
      offset += bytesRead;
      text += decoder.write(chunk.subarray(0, bytesRead));
    }
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    return lines;
  };

  return {
    async read() {
      const lines = await readNew();
      if (!(await isReplaced(file, handle))) return lines;
      // What was written between the last read and the rotation is still in the old file.
      lines.push(...(await readNew()));
      await handle?.close();
      handle = await openIfThere(file);
      [offset, rest, decoder] = [0, '', new StringDecoder('utf8')];
      return [...lines, ...(await readNew())];
    },
    close: async () => handle?.close(),
  };
}

async function isReplaced(file: string, handle: FileHandle | undefined): Promise<boolean> {
  const now = await stat(file).catch(() => undefined);
  // Between the renaming of the old file and the making of the new one there is none.
  if (now === undefined) return false;
  return handle === undefined || (await handle.stat()).ino !== now.ino;
}

/** Undefined where there is no such file yet, or any more. */
export async function openIfThere(file: string): Promise<FileHandle | undefined> {
  return open(file, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}
