// Files and folders that cannot be used: whoever was to write there is told which, and why, in words.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensurePrivateFolder, writeAtomically } from '../../src/config/files.js';
import { ensureOwnFolder } from '../../src/config/own-folder.js';

let folder: string;
/** Not a folder, so that nothing can be below it. */
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cf-files-'));
  file = join(folder, 'file');
  writeFileSync(file, '');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const unusable = (path: string) => ({
  code: 'FILE_UNUSABLE',
  message: `${path} cannot be used: it lies below a file, not a folder`,
});

it('a file that cannot be written is named', async () => {
  await expect(writeAtomically(join(file, 'x'), 'text', 0o600)).rejects.toMatchObject(
    unusable(join(file, 'x')),
  );
  expect(readdirSync(folder)).toEqual(['file']);
});

it('a folder that cannot be made is named', async () => {
  await expect(ensurePrivateFolder(join(file, 'x'))).rejects.toMatchObject(unusable(join(file, 'x')));
  expect(() => ensureOwnFolder(join(file, 'x'))).toThrow(
    expect.objectContaining(unusable(join(file, 'x'))) as Error,
  );
});

it('what is no folder is told as that', async () => {
  await expect(ensurePrivateFolder(file)).rejects.toMatchObject({
    message: expect.stringContaining('is a file') as string,
  });
  expect(() => ensureOwnFolder(file)).toThrow(/is not a folder/);
});
