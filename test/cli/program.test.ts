// The command line as a whole: help, errors, exit codes, where things are printed.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { demoFleet, emptyFolder, runCli } from './run-cli.js';

describe('chronos-fleet', () => {
  it('shows every command on stdout when asked for help', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const name of ['init', 'add', 'remove', 'set', 'validate', 'completion'])
      expect(stdout).toContain(`\n  ${name}`);
  });

  it('shows its version', async () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it('takes a mistyped command for a usage error and proposes the right one', async () => {
    const { code, stdout, stderr } = await runCli(['validat']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Did you mean validate?');
  });

  it.each([[['add']], [['add', 'u', '--prot', '5']], [[]], [['completion', 'tcsh']]])(
    'ends %j with exit code 2',
    async (argv) => {
      expect((await runCli(argv)).code).toBe(2);
    },
  );

  it('refuses options that contradict each other', async () => {
    const { code, stderr } = await runCli(['startup', '--print', '--remove']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be used with')]);
  });

  it('ends with exit code 1, one message and no stack where there is no fleet', async () => {
    const { code, stdout, stderr } = await runCli(['validate'], { cwd: emptyFolder() });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^chronos-fleet: No fleet here: .*\n$/);
  });

  it('shows where an error came from only when asked to', async () => {
    const options = { cwd: await demoFleet(), apply: () => Promise.reject(new Error('odd')) };
    const plain = await runCli(['add', 'u', '--port', '3307'], options);
    expect(plain.stderr).toContain('odd (unexpected; CHRONOS_FLEET_DEBUG=1 shows where)');
    expect(plain.stderr).not.toContain('    at ');
    const debug = await runCli(['add', 'v', '--port', '3308'], {
      ...options,
      environment: { CHRONOS_FLEET_DEBUG: '1' },
    });
    expect(debug.stderr).toContain('    at ');
  });

  it('takes the global options before and after the command', async () => {
    const cwd = await demoFleet();
    for (const argv of [
      ['--fleet', cwd, '--json', 'validate'],
      ['validate', '--json', '--fleet', cwd],
    ]) {
      const { stdout } = await runCli(argv);
      expect(JSON.parse(stdout)).toMatchObject({ version: 1, valid: true });
    }
  });

  it('colours only for a terminal, and never with NO_COLOR', async () => {
    const colours = async (terminal: boolean, environment: Record<string, string> = {}): Promise<boolean> => {
      const options = { cwd: await demoFleet(), terminal, environment };
      return (await runCli(['add', 'u', '--port', '3307'], options)).stdout.includes('\u001b[');
    };
    expect(await colours(true)).toBe(true);
    expect(await colours(false)).toBe(false);
    expect(await colours(true, { NO_COLOR: '1' })).toBe(false);
    expect(await colours(true, { TERM: 'dumb' })).toBe(false);
  });
});
