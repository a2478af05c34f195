// The last words of an instance, left in its folder: an end without them was a kill or a crash.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** PM2 reports exit code 0 even for SIGKILL, so a process says for itself how it ended. */
export interface Goodbye {
  readonly pid: number;
  /** Epoch ms. */
  readonly at: number;
  /** It was asked to stop and did, or could not go on. */
  readonly ended: 'stopped' | 'failed';
  /** In words; no secret is in it. */
  readonly reason: string;
}

const fileIn = (folder: string): string => join(folder, 'goodbye.json');

/** Leaves the words of this process, at once, so that it may exit next. Where the disk takes none it ends all the same, like one that was killed. */
export function sayGoodbye(folder: string, ended: Goodbye['ended'], reason: string): void {
  const goodbye: Goodbye = { pid: process.pid, at: Date.now(), ended, reason };
  const temporary = `${fileIn(folder)}.${process.pid}`;
  try {
    writeFileSync(temporary, JSON.stringify(goodbye), { mode: 0o600 });
    renameSync(temporary, fileIn(folder));
  } catch (error) {
    rmSync(temporary, { force: true });
    process.stderr.write(`no goodbye could be left: ${String(error)}\n`);
  }
}

/** The last words of the process `pid`, or of whichever spoke last; undefined where it left none. */
export function readGoodbye(folder: string, pid?: number): Goodbye | undefined {
  let text: string;
  try {
    text = readFileSync(fileIn(folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const goodbye = JSON.parse(text) as Goodbye;
  return pid === undefined || goodbye.pid === pid ? goodbye : undefined;
}
