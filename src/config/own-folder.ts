// Folders of the fleet's processes: nobody else may have prepared them, or may put anything into them.
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { FleetError } from '../errors.js';
import { unusable } from './files.js';

/**
 * Makes `folder` and what is missing above it, for this account alone (0700), and closes one that others may enter.
 * Throws FOLDER_UNSAFE where it is a link or somebody else's, for what is written there would be in their hands; FILE_UNUSABLE.
 */
export function ensureOwnFolder(folder: string): void {
  const { mode } = ownFolder(folder);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

/** The same for one in a place that everybody may write to: where others could enter it, they may have been there. */
export function ensureUntouchedFolder(folder: string): void {
  const { mode } = ownFolder(folder);
  if ((mode & 0o077) !== 0) throw unsafe(folder, 'others may enter it');
}

function ownFolder(folder: string): { readonly mode: number } {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    // What is there and no folder is told as that, below.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(folder, error);
  }
  const status = lstatSync(folder);
  if (!status.isDirectory()) throw unsafe(folder, 'it is not a folder');
  if (process.platform !== 'win32' && status.uid !== userInfo().uid)
    throw unsafe(folder, 'it belongs to another account');
  return status;
}

function unsafe(folder: string, detail: string): FleetError {
  return new FleetError('FOLDER_UNSAFE', { folder, detail });
}
