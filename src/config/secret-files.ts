// The files config/secrets/<user> that commands write and remove; other password files are their owners' affair.
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensurePrivateFolder, writeAtomically } from './files.js';
import { isGroup } from './plain.js';
import type { PlainTree } from './plain.js';
import { mapFileOf } from './root.js';

/** What `password_file` says for the secret of `user`: relative to the map's folder. */
function secretName(user: string): string {
  return `secrets/${user}`;
}

function secretFileOf(root: string, user: string): string {
  return join(dirname(mapFileOf(root)), 'secrets', user);
}

/** Writes the password (0600, its folder 0700) and returns what `password_file` says for it. Throws FILE_UNUSABLE. */
export async function writeSecret(root: string, user: string, password: string): Promise<string> {
  const file = secretFileOf(root, user);
  await ensurePrivateFolder(dirname(file));
  await writeAtomically(file, `${password}\n`, 0o600);
  return secretName(user);
}

/** As `writeSecret`, with what puts back the password that was there: for an edit that may be refused. */
export async function replaceSecret(
  root: string,
  user: string,
  password: string,
): Promise<{ readonly name: string; readonly undo: () => Promise<void> }> {
  const file = secretFileOf(root, user);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  const name = await writeSecret(root, user, password);
  const undo = (): Promise<void> =>
    before === undefined ? rm(file, { force: true }) : writeAtomically(file, before, 0o600);
  return { name, undo };
}

/** Removes the secret of `user`, unless `tree` still refers to it. */
export async function removeSecret(root: string, user: string, tree: PlainTree): Promise<void> {
  if (!mentions(tree, secretName(user))) await rm(secretFileOf(root, user), { force: true });
}

function mentions(tree: PlainTree, text: string): boolean {
  if (isGroup(tree)) return Object.values(tree).some((part) => mentions(part, text));
  return tree === text;
}
