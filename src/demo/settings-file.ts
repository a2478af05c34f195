// The demo backend's settings file: read at the start, and again when it changes.

import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { FleetError } from '../errors.js';
import type { DemoSettings } from './backend.js';

/** @throws SETTINGS_UNREADABLE */
export function readDemoSettings(file: string): DemoSettings {
  const refuse = (detail: string, cause?: unknown) =>
    new FleetError('SETTINGS_UNREADABLE', { file, detail }, { cause });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  if (!isSettings(value))
    throw refuse('it must be { "host": text, "port": number, "accounts": { name: password } }');
  return value;
}

function isSettings(value: unknown): value is DemoSettings {
  if (typeof value !== 'object' || value === null) return false;
  const { host, port, accounts } = value as Partial<Record<keyof DemoSettings, unknown>>;
  if (typeof host !== 'string' || typeof port !== 'number') return false;
  if (typeof accounts !== 'object' || accounts === null) return false;
  return Object.values(accounts).every((password) => typeof password === 'string');
}

/**
 * Calls `onChange` with the settings as often as the file is written. A file that cannot be used is told to `onProblem` and
 * changes nothing.
 */
export function watchDemoSettings(
  file: string,
  onChange: (settings: DemoSettings) => void,
  onProblem: (error: Error) => void,
): FSWatcher {
  // The file is replaced whole, so it is the folder that has to be watched.
  return watch(dirname(file), (_, name) => {
    if (name !== null && name !== basename(file)) return;
    try {
      onChange(readDemoSettings(file));
    } catch (error) {
      onProblem(error instanceof Error ? error : new Error(String(error)));
    }
  });
}
