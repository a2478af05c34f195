// Editing the map's file: all or nothing, one at a time, everything else kept.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { editMap } from '../../src/config/edit.js';
import { holdLock } from '../../src/config/lock.js';
import { fleetFolder } from './fleet-folder.js';

const map = `version: 1 # first
defaults: { backend: { host: db, password: x } }
users:
  a: { port: 3307 } # the first
`;
const read = (file: string): string => readFileSync(file, 'utf8');

describe('editMap', () => {
  it('replaces the file and returns the new map and what the edit returned', async () => {
    const { root, mapFile } = fleetFolder(map);
    const edited = await editMap({ root }, (draft) => {
      draft.set(['users', 'b'], { port: 3308 });
      draft.set(['users', 'a', 'pin_timeout'], 5);
      return draft.read(['users', 'a', 'port']);
    });
    expect(edited.result).toBe('3307');
    expect(edited.map.users.map(({ user, pinTimeoutMs }) => [user, pinTimeoutMs])).toEqual([
      ['a', 5000],
      ['b', 10_000],
    ]);
    expect(read(mapFile)).toBe(map.replace('3307 }', '3307, pin_timeout: 5 }') + '  b: { port: 3308 }\n');
  });

  it('leaves the file as it was where the result would be wrong, saying why', async () => {
    const { root, mapFile } = fleetFolder(map);
    const edit = editMap({ root }, (draft) => draft.set(['users', 'b'], { port: 3307 }));
    await expect(edit).rejects.toMatchObject({
      code: 'EDIT_REFUSED',
      message: expect.stringContaining('also users.a.port') as string,
    });
    expect(read(mapFile)).toBe(map);
  });

  it('leaves the file as it was where the edit throws, and gives the lock back', async () => {
    const { root, mapFile } = fleetFolder(map);
    const edit = editMap({ root }, (draft) => {
      draft.set(['users', 'b'], { port: 3308 });
      throw new Error('no');
    });
    await expect(edit).rejects.toThrow('no');
    expect(read(mapFile)).toBe(map);
    expect(readdirSync(join(root, 'config'))).toEqual(['fleet.yaml']);
  });

  it('can put right a map that is wrong', async () => {
    const { root } = fleetFolder(map.replace('3307', '99999'));
    const edited = await editMap({ root }, (draft) => draft.set(['users', 'a', 'port'], 3307));
    expect(edited.map.users[0]?.port).toBe(3307);
  });

  it('refuses a place that it could only change by changing another', async () => {
    const { root, mapFile } = fleetFolder(`${map}  b: &b { port: 3308 }\n  c: *b\n`);
    const edit = editMap({ root }, (draft) => draft.set(['users', 'c', 'port'], 3309));
    await expect(edit).rejects.toMatchObject({ code: 'EDIT_IMPOSSIBLE' });
    expect(read(mapFile)).toContain('c: *b');
  });

  it('refuses to overwrite what an editor saved meanwhile', async () => {
    const { root, mapFile } = fleetFolder(map);
    const edit = editMap({ root }, (draft) => {
      draft.set(['users', 'b'], { port: 3308 });
      writeFileSync(mapFile, `${map}# saved by hand\n`);
    });
    await expect(edit).rejects.toMatchObject({ code: 'FILE_BUSY' });
    expect(read(mapFile)).toContain('saved by hand');
  });

  it.skipIf(process.platform === 'win32')('keeps the mode of the file', async () => {
    const { root, mapFile } = fleetFolder(map);
    chmodSync(mapFile, 0o640);
    await editMap({ root }, (draft) => draft.set(['users', 'b'], { port: 3308 }));
    expect(statSync(mapFile).mode & 0o777).toBe(0o640);
  });

  it.skipIf(process.platform === 'win32')('writes to the file behind a link', async () => {
    const { root, mapFile } = fleetFolder(map);
    renameSync(mapFile, join(root, 'real.yaml'));
    symlinkSync('../real.yaml', mapFile);
    await editMap({ root }, (draft) => draft.set(['users', 'b'], { port: 3308 }));
    expect(read(join(root, 'real.yaml'))).toContain('b: { port: 3308 }');
  });

  it('says that there is no map', async () => {
    const { root } = fleetFolder(map);
    await expect(editMap({ root: join(root, 'x') }, () => undefined)).rejects.toMatchObject({
      code: 'MAP_UNREADABLE',
    });
  });

  it('loses nothing when many edit in one process', async () => {
    const { root, mapFile } = fleetFolder(map);
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    await Promise.all(
      numbers.map((n) => editMap({ root }, (draft) => draft.set(['users', `u${n}`], { port: 4000 + n }))),
    );
    for (const n of numbers) expect(read(mapFile)).toContain(`u${n}: { port: ${4000 + n} }`);
  });

  it('loses nothing when many processes edit at once, and gives each a port of its own', async () => {
    const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    if (!existsSync(command)) throw new Error('build first: npm run build');
    const { root, mapFile } = fleetFolder(map);
    const users = Array.from({ length: 6 }, (_, index) => `p${index}`);
    const add = (user: string) =>
      execa(process.execPath, [command, 'add', user, '--no-up', '--json', '--fleet', root]);
    const cards = (await Promise.all(users.map(add))).map(
      ({ stdout }) => JSON.parse(stdout) as { user: string; port: number },
    );
    expect(new Set(cards.map(({ port }) => port)).size).toBe(users.length);
    for (const { user, port } of cards)
      expect(read(mapFile)).toMatch(new RegExp(`${user}: \\{ port: ${port}\\b`));
    expect(read(mapFile).startsWith(map)).toBe(true);
  });
});

describe('holdLock', () => {
  it('says who is waited for where it is not given back in time', async () => {
    const { mapFile } = fleetFolder(map);
    const release = await holdLock(mapFile);
    await expect(holdLock(mapFile, 100)).rejects.toMatchObject({ code: 'FILE_BUSY' });
    await release();
    await (
      await holdLock(mapFile, 100)
    )();
  });

  it('is taken over from a process that died with it', async () => {
    const { mapFile } = fleetFolder(map);
    mkdirSync(`${mapFile}.lock`);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${mapFile}.lock`, longAgo, longAgo);
    await (
      await holdLock(mapFile, 1000)
    )();
  });

  it('says that it has no place', async () => {
    await expect(holdLock('/gone/for/good/fleet.yaml', 100)).rejects.toMatchObject({ code: 'FILE_UNUSABLE' });
  });
});
