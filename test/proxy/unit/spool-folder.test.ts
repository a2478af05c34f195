// The folder of the spool: nobody else can read it, and nothing is left in it.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spoolFolder, type SpoolFile } from '../../../src/proxy/spool/spool-folder.js';

const isWindows = process.platform === 'win32';
let parent: string;
let path: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'chronos-spool-'));
  path = join(parent, 'spool');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

async function readFrom(file: SpoolFile, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, position);
  return bytes;
}

const modeOf = (file: string): number => statSync(file).mode & 0o777;

describe('the folder of the spool', () => {
  it.skipIf(isWindows)('is made for its owner alone, whatever the umask', async () => {
    const before = process.umask(0o022);
    try {
      await spoolFolder(path).sweep();
    } finally {
      process.umask(before);
    }
    expect(modeOf(path)).toBe(0o700);
  });

  it.skipIf(isWindows)('is closed to others where it was open to them', async () => {
    mkdirSync(path);
    chmodSync(path, 0o755);
    await spoolFolder(path).sweep();
    expect(modeOf(path)).toBe(0o700);
  });

  it('is swept of what a killed instance left, and of nothing else', async () => {
    mkdirSync(path);
    for (const name of ['4711-1.reply', '4711-23.reply', 'notes.txt']) writeFileSync(join(path, name), 'x');
    await spoolFolder(path).sweep();
    expect(readdirSync(path)).toEqual(['notes.txt']);
  });

  it('comes back when somebody removed it', async () => {
    const folder = spoolFolder(path);
    await folder.sweep();
    rmSync(path, { recursive: true });
    const file = await folder.create();
    await file.write([Buffer.from('there')], 0);
    expect((await readFrom(file, 5, 0)).toString()).toBe('there');
    await file.close();
  });

  it('says why no file can be made', async () => {
    writeFileSync(path, 'in the way');
    await expect(spoolFolder(path).create()).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});

describe('a file of the spool', () => {
  it('has no name that would outlive its process', async () => {
    const file = await spoolFolder(path).create();
    await file.write([Buffer.from('some'), Buffer.from('thing')], 0);
    expect(readdirSync(path)).toEqual([]);
    await file.close();
  });

  it.skipIf(process.platform !== 'linux')('can be read by its owner only, whatever the umask', async () => {
    const before = process.umask(0);
    const file = await spoolFolder(path)
      .create()
      .finally(() => process.umask(before));
    const links = readdirSync('/proc/self/fd').map((fd) => `/proc/self/fd/${fd}`);
    const modes = links.flatMap((link) => modeOfSpooled(link));
    expect(modes).toEqual([0o600]);
    await file.close();
    expect(links.flatMap((link) => modeOfSpooled(link))).toEqual([]);
  });

  it('gives back what was written where it was written', async () => {
    const file = await spoolFolder(path).create();
    const first = Buffer.alloc(300_000, 'first ');
    await file.write([first.subarray(0, 100_000), first.subarray(100_000)], 0);
    await file.write([Buffer.from('second')], first.length);
    expect((await readFrom(file, first.length, 0)).equals(first)).toBe(true);
    expect((await readFrom(file, 6, first.length)).toString()).toBe('second');
    await file.close();
  });

  it('fails to give what was never written', async () => {
    const file = await spoolFolder(path).create();
    await file.write([Buffer.from('short')], 0);
    await expect(readFrom(file, 10, 0)).rejects.toThrow('a file of the spool ends at 5');
    await file.close();
  });
});

/** The mode of an open file of our spool behind a link of /proc/self/fd; nothing for any other. */
function modeOfSpooled(link: string): number[] {
  try {
    return readlinkSync(link).startsWith(path) ? [modeOf(link)] : [];
  } catch {
    // It was closed meanwhile, e.g. the one that listed the folder.
    return [];
  }
}
