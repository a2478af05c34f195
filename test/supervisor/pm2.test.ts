// PM2's client against a real daemon that goes away.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../src/supervisor/end-instance.js';
import { withPm2 } from '../../src/supervisor/pm2.js';
import { until } from '../support/until.js';

let home: string;
const before = process.env.PM2_HOME;

// Read when PM2 is loaded, which is with the first session.
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'cf-'));
  process.env.PM2_HOME = home;
});

afterAll(async () => {
  await endDaemon('SIGTERM');
  rmSync(home, { recursive: true, force: true });
  if (before === undefined) delete process.env.PM2_HOME;
  else process.env.PM2_HOME = before;
});

const daemonPid = (): number => Number(readFileSync(join(home, 'pm2.pid'), 'utf8'));

async function endDaemon(signal: NodeJS.Signals): Promise<void> {
  if (!existsSync(join(home, 'pm2.pid'))) return;
  const pid = daemonPid();
  process.kill(pid, signal);
  await until('the daemon has ended', () => !isAlive(pid));
}

describe('a session with PM2', () => {
  it('starts the daemon, without the secrets of the environment, and gives the environment back', async () => {
    process.env.CF_TEST_SECRET = 'secret-of-the-shell';
    expect(await withPm2((pm2) => pm2.list())).toEqual([]);
    expect(process.env.CF_TEST_SECRET).toBe('secret-of-the-shell');
    delete process.env.CF_TEST_SECRET;
    if (process.platform === 'linux') {
      expect(readFileSync(`/proc/${daemonPid()}/environ`, 'utf8')).not.toContain('secret-of-the-shell');
    }
  });

  it('passes on what the work comes to, and its errors, and is over then', async () => {
    expect(await withPm2(() => Promise.resolve(7))).toBe(7);
    await expect(withPm2(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(await withPm2((pm2) => pm2.list())).toEqual([]);
  });

  it('waits for the one before', async () => {
    const order: string[] = [];
    const session = (name: string): Promise<void> =>
      withPm2(async (pm2) => {
        order.push(`${name} begins`);
        await pm2.list();
        order.push(`${name} ends`);
      });
    await Promise.all([session('one'), session('two')]);
    expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
  });

  it('does not wait for ever for a daemon that has died, and the next one starts another', async () => {
    const first = daemonPid();
    await withPm2(async (pm2) => {
      await pm2.list();
      await endDaemon('SIGKILL');
      await expect(pm2.list()).rejects.toMatchObject({ code: 'PM2_SILENT' });
    });
    expect(await withPm2((pm2) => pm2.list())).toEqual([]);
    expect(daemonPid()).not.toBe(first);
  });

  it('says that the daemon is there and silent', async () => {
    process.kill(daemonPid(), 'SIGSTOP');
    await expect(withPm2((pm2) => pm2.list())).rejects.toThrow(/PM2 did not answer within \d+ s/);
    process.kill(daemonPid(), 'SIGCONT');
    expect(await withPm2((pm2) => pm2.list())).toEqual([]);
  });

  it('is told when a program does not exist', async () => {
    const app = { name: 'nothing', script: 'nothing.js', cwd: home, args: [], env: {} };
    const start = withPm2((pm2) => pm2.start(app as unknown as Parameters<typeof pm2.start>[0]));
    await expect(start).rejects.toMatchObject({ code: 'PM2_FAILED' });
  });
});
