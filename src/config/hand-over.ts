// The settings as an instance gets them: a private file of its own, so that a broken map never stops what runs.
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetError } from '../errors.js';
import { fileTrouble, writeAtomically } from './files.js';
import { deepFreeze } from './freeze.js';
import { ensureOwnFolder } from './own-folder.js';
import type { InstanceSettings } from './types.js';

export interface HandedOver {
  readonly version: 1;
  /** Hex; it keeps `revision`, which anybody may see, from telling anything about the passwords. */
  readonly salt: string;
  /** `settingsRevision(salt, settings)`. */
  readonly revision: string;
  readonly settings: InstanceSettings;
}

/** The settings file of `user`. */
export function settingsFileOf(root: string, user: string): string {
  return join(root, 'instances', user, 'settings.json');
}

/** Keyed hash of the settings, 16 hex digits: two are the same settings exactly where salt and revision are the same. */
export function settingsRevision(salt: string, settings: InstanceSettings): string {
  return createHmac('sha256', salt).update(canonicalJson(settings)).digest('hex').slice(0, 16);
}

/** Writes the settings (0600, its folder 0700) and returns what was written. The salt stays what it was. Throws FILE_UNUSABLE, FOLDER_UNSAFE. */
export async function writeInstanceSettings(root: string, settings: InstanceSettings): Promise<HandedOver> {
  const file = settingsFileOf(root, settings.user);
  const salt = previousSalt(file) ?? randomBytes(16).toString('hex');
  const record: HandedOver = { version: 1, salt, revision: settingsRevision(salt, settings), settings };
  ensureOwnFolder(settings.folder);
  await writeAtomically(file, `${JSON.stringify(record, null, 2)}\n`, 0o600);
  return deepFreeze(record);
}

/** Reads a settings file. Throws SETTINGS_UNREADABLE where it is missing, cut short, changed by hand, or of another version. */
export function readInstanceSettings(file: string): HandedOver {
  const refuse = (detail: string, cause?: unknown): FleetError =>
    new FleetError('SETTINGS_UNREADABLE', { file, detail }, { cause });
  const record = parse(file, refuse);
  if (record.revision !== settingsRevision(record.salt, record.settings))
    throw refuse('it was changed by hand');
  return deepFreeze(record);
}

/** Removes the settings file, which holds secrets, of a user who is no more. */
export async function removeInstanceSettings(root: string, user: string): Promise<void> {
  await rm(settingsFileOf(root, user), { force: true });
}

function parse(file: string, refuse: (detail: string, cause?: unknown) => FleetError): HandedOver {
  let record: unknown;
  try {
    record = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refuse(error instanceof SyntaxError ? 'it is not JSON' : `it ${fileTrouble(error)}`, error);
  }
  if (!isRecord(record)) throw refuse('it was written by another release');
  return record;
}

function isRecord(value: unknown): value is HandedOver {
  const record = value as Partial<Record<keyof HandedOver, unknown>> | null;
  return record?.version === 1 && typeof record.salt === 'string' && typeof record.settings === 'object';
}

function previousSalt(file: string): string | undefined {
  try {
    return readInstanceSettings(file).salt;
  } catch (error) {
    if (error instanceof FleetError) return undefined;
    throw error;
  }
}

/** JSON with the keys of every object in order, so that the same settings give the same text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
