// The supervisor's log: JSON lines in a rotating file of its folder, of the same form as an instance's.
import { openLogFile } from '../observe/log-file.js';
import type { LogFile } from '../observe/log-file.js';
import { fitFields } from '../observe/fit.js';
import { supervisorFolder } from './app.js';
import { wordsOf } from './supervisor-events.js';
import type { SupervisorEvent, Tell } from './supervisor-events.js';

const maxSizeBytes = 20 * 1024 * 1024;
const retentionDays = 30;

/** Opens the log of the fleet in `root`, whose supervisor folder must exist. */
export function openSupervisorLog(root: string): { readonly tell: Tell; readonly close: LogFile['close'] } {
  const settings = {
    folder: supervisorFolder(root),
    logMaxSizeBytes: maxSizeBytes,
    logRetentionDays: retentionDays,
  };
  const file = openLogFile(settings, (detail) => void process.stderr.write(`${detail}\n`));
  return { tell: (event) => file.write(`${lineOf(event)}\n`), close: file.close };
}

function lineOf(event: SupervisorEvent): string {
  const [level, msg] = wordsOf(event);
  const { type, ...details } = event;
  return JSON.stringify(fitFields({ level, time: new Date().toISOString(), event: type, ...details, msg }));
}
