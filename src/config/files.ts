// Files written whole or not at all, and what went wrong with one in words.
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FleetError } from '../errors.js';

const troubles: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read or written by this account',
  EPERM: 'may not be changed by this account',
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'lies below a file, not a folder',
  EEXIST: 'is a file, not a folder',
  ENOSPC: 'has no room: the disk is full',
  EROFS: 'lies on a read-only disk',
  EMFILE: 'cannot be opened: this process has too many files open',
  ELOOP: 'is a link to itself',
};

/** Why a file could not be used, in words that follow its name. */
export function fileTrouble(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return troubles[code ?? ''] ?? `cannot be used (${error instanceof Error ? error.message : String(error)})`;
}

/** The error for a file that could not be used because of `error`. */
export function unusable(file: string, error: unknown): FleetError<'FILE_UNUSABLE'> {
  return new FleetError('FILE_UNUSABLE', { file, detail: `it ${fileTrouble(error)}` }, { cause: error });
}

/**
 * Replaces `file` by `text` in one step: a reader sees the old text or the new, also after a power cut. The file then has
 * the permissions `mode`; the owner of an existing one stays. Throws FILE_UNUSABLE.
 */
export async function writeAtomically(file: string, text: string, mode: number): Promise<void> {
  try {
    await replace(file, text, mode);
  } catch (error) {
    throw unusable(file, error);
  }
}

async function replace(file: string, text: string, mode: number): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  const existing = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (existing !== undefined && process.getuid?.() === 0)
      await chown(temporary, existing.uid, existing.gid);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Makes the new name itself durable. Windows has no such call for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes `folder` and what is missing above it, for its owner alone (0700). Throws FILE_UNUSABLE. */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unusable(folder, error);
  });
}
