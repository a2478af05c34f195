// A line of a log, as far as one chooses and shows lines by it.

export const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

export interface LogEntry {
  /** Epoch ms. */
  readonly at: number;
  readonly level: Level;
  /** The event's type, as in observe/events.ts; '' where a line has none. */
  readonly event: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  readonly msg: string;
  /** All fields of the line. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Which lines are wanted. */
export interface LogFilter {
  /** This level and worse ones. */
  readonly level: Level;
  /** Epoch ms; lines before it are left out. */
  readonly since: number;
  /** Names of events; undefined for all lines. */
  readonly events: ReadonlySet<string> | undefined;
  /** The user whose lines are wanted; undefined for everybody's. */
  readonly user: string | undefined;
}

/** Reads a line. Undefined where it is not one of ours, e.g. the torn end of a file after a power cut. */
export function parseLogLine(line: string): LogEntry | undefined {
  const fields = parseObject(line);
  if (fields === undefined) return undefined;
  const at = typeof fields.time === 'string' ? Date.parse(fields.time) : Number.NaN;
  if (Number.isNaN(at) || !isLevel(fields.level)) return undefined;
  return {
    at,
    level: fields.level,
    event: typeof fields.event === 'string' ? fields.event : '',
    user: typeof fields.user === 'string' ? fields.user : undefined,
    port: typeof fields.port === 'number' ? fields.port : undefined,
    msg: typeof fields.msg === 'string' ? fields.msg : '',
    fields,
  };
}

/** Whether `entry` is one of those that are wanted, but for its time. */
export function matches(entry: LogEntry, { level, events, user }: LogFilter): boolean {
  if (levels.indexOf(entry.level) < levels.indexOf(level)) return false;
  if (events !== undefined && !events.has(entry.event)) return false;
  return user === undefined || entry.user === user;
}

export function isLevel(value: unknown): value is Level {
  return levels.some((level) => level === value);
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
