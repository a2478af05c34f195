// chronos-fleet init: a folder becomes a fleet.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFleetMap } from '../../src/config/load.js';
import { emptyFolder, runCli } from './run-cli.js';

const mapIn = (cwd: string): string => join(cwd, 'config', 'fleet.yaml');

describe('init', () => {
  it('writes a map that is right, with the demo backend and comments that show a real one', async () => {
    const cwd = emptyFolder();
    const { code, stdout } = await runCli(['init'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('config/fleet.yaml is written');
    expect(stdout).toContain('next: chronos-fleet add <user>');
    expect(loadFleetMap({ root: cwd })).toMatchObject({ users: [], demo: { port: 13_306 }, warnings: [] });
    expect(readFileSync(mapIn(cwd), 'utf8')).toContain('# host: db.internal');
    await runCli(['add', 'u', '--no-up'], { cwd });
    expect(loadFleetMap({ root: cwd }).users[0]?.backend).toMatchObject({ demo: true, database: 'sales' });
  });

  it('writes a map for a real backend', async () => {
    const cwd = emptyFolder();
    await runCli(['init', '--host', 'db', '--port', '3399', '--database', 'sales 1'], { cwd });
    await runCli(['add', 'u', '--password-stdin', '--no-up'], { cwd, stdin: 'x' });
    expect(loadFleetMap({ root: cwd }).users[0]?.backend).toMatchObject({
      host: 'db',
      port: 3399,
      database: 'sales 1',
    });
  });

  it('makes the folder that --fleet names', async () => {
    const cwd = emptyFolder();
    await runCli(['init', '--fleet', 'a/b'], { cwd });
    expect(existsSync(mapIn(join(cwd, 'a', 'b')))).toBe(true);
  });

  it('does not touch a map that is there', async () => {
    const cwd = emptyFolder();
    await runCli(['init'], { cwd });
    writeFileSync(mapIn(cwd), 'mine');
    const { code, stderr } = await runCli(['init', '--host', 'db'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('exists already');
    expect(readFileSync(mapIn(cwd), 'utf8')).toBe('mine');
  });

  it.skipIf(process.platform === 'win32')('lets nobody else read the map and the secrets', async () => {
    const cwd = emptyFolder();
    await runCli(['init'], { cwd });
    expect(statSync(mapIn(cwd)).mode & 0o077).toBe(0);
    expect(statSync(join(cwd, 'config', 'secrets')).mode & 0o077).toBe(0);
    expect(statSync(join(cwd, 'instances')).mode & 0o077).toBe(0);
  });

  it('keeps secrets and logs out of a repository, but leaves a .gitignore that is there', async () => {
    const cwd = emptyFolder();
    await runCli(['init'], { cwd });
    expect(readdirSync(cwd).sort()).toEqual(['.gitignore', 'config', 'instances']);
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toContain('/config/secrets/');
    const other = emptyFolder();
    writeFileSync(join(other, '.gitignore'), 'mine');
    await runCli(['init'], { cwd: other });
    expect(readFileSync(join(other, '.gitignore'), 'utf8')).toBe('mine');
  });

  it.each([
    [['--port', '3306'], 'give its --host too'],
    [['--host', 'db:3306'], "--host 'db:3306' is not possible"],
    [['--host', 'db', '--port', 'x'], "--port 'x' is not possible"],
    [['--host', 'db', '--database', ''], '--database'],
  ])('takes %j for a usage error', async (argv, message) => {
    const cwd = emptyFolder();
    const { code, stderr } = await runCli(['init', ...argv], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(readdirSync(cwd)).toEqual([]);
  });
});
