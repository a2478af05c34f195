// The last thing that a program said on stderr: the only trace of an end before it could say goodbye.
import { readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stderrFile } from './app.js';

const maxBytes = 1024 * 1024;
const maxLineLength = 300;

/** The last line that tells of an error, written since `since` (epoch ms); undefined where there is none. */
export function lastErrorLine(folder: string, since: number): string | undefined {
  const file = join(folder, stderrFile);
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined || status.mtimeMs < since) return undefined;
  return readFileSync(file, 'utf8')
    .split('\n')
    .findLast((line) => /^\w*Error\b|FATAL ERROR/.test(line))
    ?.slice(0, maxLineLength);
}

/** Removes the file where it is long: PM2 appends to it for ever. */
export async function dropLongStderr(folder: string): Promise<void> {
  const file = join(folder, stderrFile);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxBytes) await rm(file, { force: true });
}
