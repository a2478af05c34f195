// What must be remembered of an instance that PM2 does not know: that it runs without PM2, or why it could not start.
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../config/files.js';

export type Standing =
  /** It outlived PM2's daemon and serves on; when it ends, it is started under PM2 again. */
  | { readonly kind: 'adopted'; readonly pid: number; readonly since: number }
  /** Something was in the way when it was to be started; it is tried again. */
  | { readonly kind: 'blocked'; readonly reason: string; readonly since: number };

const fileIn = (folder: string): string => join(folder, 'standing.json');

/** What is remembered of the instance in `folder`; undefined where PM2 runs it, or nothing does. */
export function readStanding(folder: string): Standing | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(folder), 'utf8')) as Standing;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writeStanding(folder: string, standing: Standing): Promise<void> {
  await writeAtomically(fileIn(folder), JSON.stringify(standing), 0o600);
}

export async function clearStanding(folder: string): Promise<void> {
  await rm(fileIn(folder), { force: true });
}
