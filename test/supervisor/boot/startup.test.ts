// chronos-fleet startup: what it prints does start the fleet, as the system would do it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useFleet } from '../live-fleet.js';
import { unitWords, valueOf } from './unit-words.js';

const run = promisify(execFile);
const systemdRuns = existsSync('/run/systemd/system');

describe.runIf(process.platform === 'linux')('startup', () => {
  const fleet = useFleet(['ann'], {}, 'our fleet $1 50%');

  it('prints a unit whose commands start and stop the fleet in an environment as bare as at boot', async () => {
    const { code, stdout } = await fleet().run('startup', '--print');
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/secret-of/);
    const [environment = ''] = unitWords(valueOf(stdout, 'Environment'));
    const [name = '', value = ''] = environment.split('=');
    const env = { PATH: '/usr/bin:/bin', HOME: '/', [name]: value };
    const [node = '', ...up] = unitWords(valueOf(stdout, 'ExecStart'));
    await run(node, up, { env, cwd: '/' });
    expect((await fleet().pids()).ann).toBeTypeOf('number');
    const [, ...down] = unitWords(valueOf(stdout, 'ExecStop'));
    await run(node, down, { env, cwd: '/' });
    expect((await fleet().pids()).ann).toBeNull();
  });

  it.skipIf(systemdRuns)('says that nothing is started at boot where systemd does not run', async () => {
    const { code, stderr } = await fleet().run('startup');
    expect([code, stderr]).toEqual([1, expect.stringContaining('systemd does not run on this machine')]);
    expect((await fleet().run('startup', '--print')).stderr).toContain('systemd does not run');
  });
});
