// Why an instance ended: its goodbye, or else the last error that it wrote before it could say one.
import { readGoodbye } from './goodbye.js';
import type { Goodbye } from './goodbye.js';
import { lastErrorLine } from './stderr.js';

/** The last words of the process `pid`, started at `startedAt` (epoch ms), of the instance in `folder`; undefined where it left none. */
export function lastWords(folder: string, pid: number, startedAt: number): Goodbye | undefined {
  const goodbye = readGoodbye(folder, pid);
  if (goodbye !== undefined) return goodbye;
  const line = lastErrorLine(folder, startedAt);
  return line === undefined
    ? undefined
    : { pid, at: Date.now(), ended: 'failed', reason: `it ended with ${line}` };
}
