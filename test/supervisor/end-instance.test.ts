import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { mapLimited, within } from '../../src/supervisor/deadline.js';
import { endProcess, isAlive } from '../../src/supervisor/end-instance.js';
import { until } from '../support/until.js';

const children: ChildProcess[] = [];

/** A node process that runs `code` and says when it does. */
async function run(code: string): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', `${code}; setInterval(() => 0, 1e6); console.log('up')`]);
  children.push(child);
  await once(child.stdout, 'data');
  return child as ChildProcess & { readonly pid: number };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('the end of a process', () => {
  it('is asked for', async () => {
    const child = await run("process.on('SIGTERM', () => process.exit(7))");
    const [exit] = await Promise.all([once(child, 'exit'), endProcess(child.pid, 'user1', 5_000)]);
    expect(exit).toEqual([7, null]);
    expect(isAlive(child.pid)).toBe(false);
  });

  it('is forced when the time is over', async () => {
    const child = await run("process.on('SIGTERM', () => 0)");
    const [exit] = await Promise.all([once(child, 'exit'), endProcess(child.pid, 'user1', 50)]);
    expect(exit).toEqual([null, 'SIGKILL']);
  });

  it('of one that is gone is no error', async () => {
    const child = await run('');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(endProcess(child.pid, 'user1', 1_000)).resolves.toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('is seen although nobody takes note of it', async () => {
    // The shell never waits for its child: a process with such a parent stays in the table for ever.
    const shell = spawn('sh', ['-c', 'sleep 100 & echo $!; exec tail -f /dev/null']);
    children.push(shell);
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await until('the end is seen', () => !isAlive(pid));
    expect(() => process.kill(pid, 0)).not.toThrow();
  });
});

describe('work with bounds', () => {
  it('is given up after its time', async () => {
    const never = new Promise<never>(() => undefined);
    await expect(within(never, 10, () => new Error('late'))).rejects.toThrow('late');
    await expect(within(Promise.resolve(1), 10, () => new Error('late'))).resolves.toBe(1);
  });

  it('is done so many at a time, with results in order', async () => {
    let running = 0;
    let most = 0;
    const results = await mapLimited([3, 1, 2, 5, 4], 2, async (item) => {
      running++;
      most = Math.max(most, running);
      await Promise.resolve();
      running--;
      return item * 10;
    });
    expect([results, most]).toEqual([[30, 10, 20, 50, 40], 2]);
  });

  it('tells the first error', async () => {
    const work = (item: number): Promise<number> =>
      item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item);
    await expect(mapLimited([1, 2, 3], 1, work)).rejects.toThrow('two');
  });
});
