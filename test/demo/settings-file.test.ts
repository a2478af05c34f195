// The demo backend as a program: its settings file, new accounts while it runs, its end.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDemoSettings } from '../../src/demo/settings-file.js';
import { freePort } from '../support/network.js';
import { connectRaw } from '../support/raw-client.js';
import { until } from '../support/until.js';

const program = fileURLToPath(new URL('../../dist/programs/demo-backend.js', import.meta.url));
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chronos-demo-'));
  file = join(folder, 'settings.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the settings file', () => {
  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no port', '{"host":"127.0.0.1","accounts":{}}'],
    ['a password that is no text', '{"host":"127.0.0.1","port":1,"accounts":{"a":1}}'],
  ])('is refused with its name when it is %s', (_, text) => {
    writeFileSync(file, text);
    expect(() => readDemoSettings(file)).toThrow(
      expect.objectContaining({
        code: 'SETTINGS_UNREADABLE',
        message: expect.stringContaining(file) as string,
      }),
    );
  });

  it('is refused when it is not there', () => {
    expect(() => readDemoSettings(file)).toThrow(/ENOENT/);
  });
});

describe('the program', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  it('serves, takes an account that is added while it runs, survives a broken file, and ends by SIGTERM', async () => {
    const port = await freePort();
    const write = (accounts: Record<string, string>) => {
      writeFileSync(`${file}.new`, JSON.stringify({ host: '127.0.0.1', port, accounts }));
      renameSync(`${file}.new`, file);
    };
    const works = (user: string) =>
      connectRaw({ port, user, password: 'p' }).then(
        (client) => client.quit().then(() => true),
        () => false,
      );
    write({ ada: 'p' });
    const started = fork(program, [file], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    child = started;
    let complaints = '';
    started.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    expect(await once(started, 'message')).toEqual(['ready', undefined]);
    expect([await works('ada'), await works('bob')]).toEqual([true, false]);

    write({ ada: 'p', bob: 'p' });
    await until('the new account may log in', () => works('bob'));

    writeFileSync(file, '{');
    await until('the broken file is told', () => complaints.includes(file));
    expect(await works('bob')).toBe(true);

    started.kill('SIGTERM');
    expect(await once(started, 'exit')).toEqual([0, null]);
  });
});
