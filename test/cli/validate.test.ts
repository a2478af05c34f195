// chronos-fleet validate: right or wrong, where and why.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fleetFolder } from '../config/fleet-folder.js';
import { runCli } from './run-cli.js';

const right = 'version: 1\ndefaults: { backend: { host: db, password: x } }\nusers: { a: { port: 3307 } }\n';
const wrong = 'version: 1\ndefaults: { backend: { host: db } }\nusers: { a: { port: 0 }, b: { prt: 5 } }\n';

describe('validate', () => {
  it('says that the map is right, and who has which port', async () => {
    const { root } = fleetFolder(right);
    expect(await runCli(['validate'], { cwd: root })).toMatchObject({
      code: 0,
      stdout: 'config/fleet.yaml is right: a :3307\n',
      stderr: '',
    });
  });

  it('tells every mistake on stderr with its place and ends with 1', async () => {
    const { root } = fleetFolder(wrong);
    const { code, stdout, stderr } = await runCli(['validate'], { cwd: root });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('config/fleet.yaml is wrong in 3 places:');
    expect(stderr).toContain("  config/fleet.yaml:3:21 users.a.port: '0' is not possible");
    expect(stderr).toContain("config/fleet.yaml:3:31 users.b.prt: unknown key (did you mean 'port'?)");
  });

  it('tells warnings on stderr and ends with 0', async () => {
    const { root } = fleetFolder(right.replace(', password: x', ''));
    const { code, stderr } = await runCli(['validate'], { cwd: root });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: config\/fleet\.yaml:3:10 users\.a\.backend: has neither/);
  });

  it('checks another file, with its own neighbours', async () => {
    const folder = fleetFolder(right);
    folder.write('next.yaml', right.replace('password: x', 'password_file: pw'));
    folder.write('pw', 'x');
    const { code, stdout } = await runCli(['validate', 'config/next.yaml'], { cwd: folder.root });
    expect(code).toBe(0);
    expect(stdout).toContain('config/next.yaml is right');
    const gone = await runCli(['validate', 'gone.yaml'], { cwd: folder.root });
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('does not exist') as string });
  });

  it('prints the findings as JSON', async () => {
    const { root } = fleetFolder(wrong);
    const { code, stdout } = await runCli(['validate', '--json'], { cwd: root });
    const report = JSON.parse(stdout) as {
      version: number;
      valid: boolean;
      errors: { line: number; path: string }[];
    };
    expect(code).toBe(1);
    expect(report).toMatchObject({ version: 1, file: join('config', 'fleet.yaml'), valid: false });
    expect(report.errors.map(({ path }) => path).sort()).toEqual([
      'users.a.port',
      'users.b.port',
      'users.b.prt',
    ]);
  });
});
