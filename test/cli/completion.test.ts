// chronos-fleet completion: the scripts, and the words that they ask for.
import { execaSync } from 'execa';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../support/programs.js';
import { demoFleet, emptyFolder, runCli } from './run-cli.js';

const words = async (line: readonly string[], cwd = emptyFolder()): Promise<string[]> =>
  (await runCli(['completion', 'words', '--', ...line], { cwd })).stdout.trim().split('\n');

describe('completion', () => {
  it('gives the commands first', async () => {
    expect(await words([])).toEqual(expect.arrayContaining(['add', 'status', '--fleet']));
  });

  it('gives the users and the options of a command', async () => {
    const cwd = await demoFleet();
    await runCli(['add', 'anna', '--no-up'], { cwd });
    expect(await words(['remove'], cwd)).toContain('anna');
    const forAdd = await words(['--json', 'add'], cwd);
    expect(forAdd).toContain('--password-stdin');
    expect(forAdd).not.toContain('status');
  });

  it('knows no users where there is no fleet, and does not mind', async () => {
    expect(await words(['remove'])).toContain('--json');
  });

  it.each(['bash', 'zsh', 'fish'])('prints a script that %s can read', async (shell) => {
    const { code, stdout } = await runCli(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain('chronos-fleet completion words');
    if (findProgram(shell) !== undefined) execaSync(shell, ['-n'], { input: stdout });
  });
});
