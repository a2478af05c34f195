// What an instance is given: a private file, with a revision that tells changes and nothing else.
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  readInstanceSettings,
  removeInstanceSettings,
  settingsFileOf,
  settingsRevision,
  writeInstanceSettings,
} from '../../src/config/hand-over.js';
import { loadFleetMap } from '../../src/config/load.js';
import { fleetFolder } from './fleet-folder.js';

function oneUser() {
  const { root } = fleetFolder(
    'version: 1\ndefaults: { backend: { host: db, password: hunter2 } }\nusers: { u: { port: 3307 } }\n',
  );
  const [settings] = loadFleetMap({ root }).users;
  if (settings === undefined) throw new Error('no user');
  return { root, settings, file: settingsFileOf(root, 'u') };
}

describe('writeInstanceSettings', () => {
  it('writes what readInstanceSettings reads, frozen', async () => {
    const { root, settings, file } = oneUser();
    const written = await writeInstanceSettings(root, settings);
    const read = readInstanceSettings(file);
    expect(read).toEqual(written);
    expect(read.settings).toEqual(settings);
    expect(Object.isFrozen(read.settings.backend)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')(
    'lets only the owner read the file and enter its folder',
    async () => {
      const { root, settings, file } = oneUser();
      await writeInstanceSettings(root, settings);
      chmodSync(file, 0o644);
      await writeInstanceSettings(root, settings);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    },
  );

  it.skipIf(process.platform === 'win32')('closes a folder that was open to others', async () => {
    const { root, settings } = oneUser();
    mkdirSync(settings.folder, { recursive: true });
    chmodSync(settings.folder, 0o777);
    await writeInstanceSettings(root, settings);
    expect(statSync(settings.folder).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.platform === 'win32')('writes no secret where a link leads to', async () => {
    const { root, settings } = oneUser();
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    mkdirSync(join(root, 'instances'), { recursive: true });
    symlinkSync(elsewhere, settings.folder);
    await expect(writeInstanceSettings(root, settings)).rejects.toMatchObject({ code: 'FOLDER_UNSAFE' });
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('keeps the salt, so that the same settings keep their revision', async () => {
    const { root, settings } = oneUser();
    const first = await writeInstanceSettings(root, settings);
    const again = await writeInstanceSettings(root, settings);
    const changed = await writeInstanceSettings(root, { ...settings, maxSessions: 5 });
    expect(again).toEqual(first);
    expect(changed.salt).toBe(first.salt);
    expect(changed.revision).not.toBe(first.revision);
  });

  it('says which file cannot be written', async () => {
    const { root, settings } = oneUser();
    writeFileSync(join(root, 'instances'), 'a file');
    await expect(writeInstanceSettings(root, settings)).rejects.toMatchObject({ code: 'FILE_UNUSABLE' });
  });
});

describe('settingsRevision', () => {
  it('depends on every setting and on the salt, not on the order of the keys', () => {
    const { settings } = oneUser();
    const revision = settingsRevision('salt', settings);
    expect(revision).toMatch(/^[0-9a-f]{16}$/);
    const backwards = Object.fromEntries(Object.entries(settings).reverse()) as unknown as typeof settings;
    expect(settingsRevision('salt', backwards)).toBe(revision);
    expect(settingsRevision('pepper', settings)).not.toBe(revision);
    const other = { ...settings, backend: { ...settings.backend, password: 'other' } };
    expect(settingsRevision('salt', other)).not.toBe(revision);
  });
});

describe('readInstanceSettings', () => {
  it.each([
    ['not JSON', () => '{', 'it is not JSON'],
    ['of another release', (text: string) => text.replace('"version": 1', '"version": 2'), 'another release'],
    ['empty of settings', () => '{"version":1,"salt":"x"}', 'another release'],
    ['null', () => 'null', 'another release'],
    ['changed by hand', (text: string) => text.replace('3307', '3308'), 'changed by hand'],
  ])('refuses a file that is %s', async (_, spoil, why) => {
    const { root, settings, file } = oneUser();
    await writeInstanceSettings(root, settings);
    writeFileSync(file, spoil(readFileSync(file, 'utf8')));
    expect(() => readInstanceSettings(file)).toThrow(why);
    // And the next apply puts it right.
    expect((await writeInstanceSettings(root, settings)).settings).toEqual(settings);
  });

  it('says that the file is gone', async () => {
    const { root, settings, file } = oneUser();
    await writeInstanceSettings(root, settings);
    await removeInstanceSettings(root, 'u');
    expect(() => readInstanceSettings(file)).toThrow(/does not exist/);
    await expect(removeInstanceSettings(root, 'u')).resolves.toBeUndefined();
  });
});
