// The rotating log file: by size and by day, old ones removed after their days.
import { lstatSync, rmSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createStream } from 'rotating-file-stream';
import type { RotatingFileStream } from 'rotating-file-stream';

/** Name of the file that is written; rotated ones are `proxy-YYYYMMDD-N.log`. */
export const logFileName = 'proxy.log';
const rotatedName = /^proxy-\d{8}-\d+\.log$/;

export interface LogFileSettings {
  /** The instance's folder. */
  readonly folder: string;
  readonly logMaxSizeBytes: number;
  readonly logRetentionDays: number;
}

/** Lines that cannot be written are dropped when so many bytes wait: a full or hung disk must not fill the memory. */
const maxWaitingBytes = 8 * 1024 * 1024;

export interface LogFile {
  /** Takes a line with its newline. Never throws, never waits. */
  write(line: string): void;
  /** Resolves when everything is on its way to the disk and the file is closed; may be called twice. */
  readonly close: () => Promise<void>;
}

/** After trouble with the file, it is tried again so long after. */
const againAfterMs = 1_000;

/** Opens the log (0600), and again after trouble. `onTrouble` gets what went wrong with it, in words, each trouble once. */
export function openLogFile(
  settings: LogFileSettings,
  onTrouble: (detail: string) => void,
  now: () => number = Date.now,
): LogFile {
  const tell = createTeller(onTrouble);
  let stream: RotatingFileStream | undefined;
  let failedAt = -Infinity;
  let dropped = 0;
  let closed: Promise<void> | undefined;

  const open = (): RotatingFileStream => {
    const opened = openStream(settings, tell);
    opened.on('error', (error) => {
      tell(`the log cannot be written: ${error.message}`);
      if (stream !== opened) return;
      stream = undefined;
      failedAt = now();
    });
    return opened;
  };
  const put = (to: RotatingFileStream, line: string): void => {
    to.write(line, (error) => {
      if (error instanceof Error) dropped++;
    });
  };
  stream = open();

  return {
    write(line) {
      if (closed !== undefined) return;
      if (stream === undefined && now() - failedAt >= againAfterMs) stream = open();
      if (stream === undefined || stream.writableLength > maxWaitingBytes) {
        dropped++;
        return;
      }
      if (dropped > 0) put(stream, droppedLine(dropped));
      dropped = 0;
      put(stream, line);
    },
    close: () => (closed ??= stream === undefined ? Promise.resolve() : closeStream(stream)),
  };
}

function openStream(settings: LogFileSettings, tell: (detail: string) => void): RotatingFileStream {
  removeLink(join(settings.folder, logFileName), tell);
  const stream = createStream(fileNameAt, {
    path: settings.folder,
    size: `${settings.logMaxSizeBytes}B`,
    interval: '1d',
    intervalUTC: true,
    // Without it the library forgets initialRotation.
    intervalBoundary: true,
    initialRotation: true,
    mode: 0o600,
  });
  const clean = (): void => {
    removeOld(settings.folder, settings.logRetentionDays).catch((error: unknown) => {
      tell(`old log files were not removed: ${String(error)}`);
    });
  };
  stream.on('warning', (error) => tell(`the log was not rotated: ${error.message}`));
  stream.on('rotated', clean);
  stream.once('open', clean);
  return stream;
}

/** What a link leads to is no log of ours, and must not be written to. Only the folder's owner could have made it. */
function removeLink(file: string, tell: (detail: string) => void): void {
  try {
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
    rmSync(file);
    tell(`${file} was a link to another file; it is removed`);
  } catch (error) {
    tell(`the log cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function createTeller(onTrouble: (detail: string) => void): (detail: string) => void {
  const told = new Set<string>();
  return (detail) => {
    if (told.has(detail)) return;
    told.add(detail);
    onTrouble(detail);
  };
}

/** It begins a line of its own: the one before may have been torn. */
function droppedLine(count: number): string {
  const msg = `${count} ${count === 1 ? 'line was' : 'lines were'} dropped, because the disk did not take them`;
  return `\n${JSON.stringify({ time: new Date().toISOString(), level: 'warn', msg })}\n`;
}

function closeStream(stream: RotatingFileStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', resolve);
    stream.once('error', () => resolve());
    stream.end(() => resolve());
  });
}

/** `proxy.log`, or the name that a full file gets. */
function fileNameAt(time: number | Date | null, index?: number): string {
  if (time === null) return logFileName;
  const day = new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
  return `proxy-${day}-${index ?? 1}.log`;
}

/** Removes rotated files that were last written more than `days` ago. */
export async function removeOld(folder: string, days: number, now: number = Date.now()): Promise<void> {
  const names = (await readdir(folder)).filter((name) => rotatedName.test(name));
  for (const name of names) {
    const file = join(folder, name);
    if ((await stat(file)).mtimeMs < now - days * 86_400_000) await rm(file, { force: true });
  }
}
