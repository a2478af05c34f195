// The log of an instance: events become JSON lines in a rotating file of its folder.
import { pino } from 'pino';
import type { Events, InstanceEvent } from './events.js';
import { fitFields } from './fit.js';
import { openLogFile } from './log-file.js';
import type { LogFileSettings } from './log-file.js';
import { lineOf } from './log-lines.js';
import type { Level, QueryLogging } from './log-lines.js';
import { createRefusals } from './refusals.js';

/** What of an instance's settings the log looks at. */
export interface LogSettings extends LogFileSettings, QueryLogging {
  readonly user: string;
  readonly port: number;
  readonly logLevel: Level;
}

export interface Log {
  /** Writes out what is left and closes the file; may be called twice. */
  close(): Promise<void>;
}

/**
 * Logs the events of an instance to `proxy.log` in its folder: one JSON object a line, below 4 KB, with `time` (ISO),
 * `level`, `user`, `port`, `event`, `msg` and the event's details. Trouble with the file goes to `onTrouble` and stops nothing.
 */
export function subscribeLog(
  events: Pick<Events, 'subscribe'>,
  settings: LogSettings,
  onTrouble: (detail: string) => void = (detail) => void process.stderr.write(`${detail}\n`),
): Log {
  const file = openLogFile(settings, onTrouble);
  const logger = pino(
    {
      level: settings.logLevel,
      base: { user: settings.user, port: settings.port },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    file,
  );
  const refusals = createRefusals((sum) => logger.warn({ event: 'refusals' }, sum));
  events.subscribe((event: InstanceEvent) => {
    if (!refusals.admits(event)) return;
    const { level, msg, details } = lineOf(event, settings);
    if (!logger.isLevelEnabled(level)) return;
    const { msg: fittedMsg, ...fitted } = fitFields({ event: event.type, ...details, msg }, maxFieldBytes);
    logger[level](fitted, String(fittedMsg));
  });
  return {
    close: () => {
      refusals.flush();
      return file.close();
    },
  };
}

/** Leaves room for time, level, user and port in a line. */
const maxFieldBytes = 3700;
