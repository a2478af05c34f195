// The fleet under a real PM2: what is started, what is left alone, what survives.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive } from '../../src/supervisor/end-instance.js';
import { command, connectRaw } from '../support/raw-client.js';
import { knockAt } from '../support/knock.js';
import { until } from '../support/until.js';
import { useFleet } from './live-fleet.js';
import type { LiveFleet } from './live-fleet.js';

/** Without a supervisor, so that nothing moves by itself. */
const up = (fleet: LiveFleet): ReturnType<LiveFleet['run']> => fleet.run('up', '--no-supervisor');

describe('up', () => {
  const fleet = useFleet(['ann', 'bob'], { SHELL_SECRET: 'secret-of-the-shell' });

  it('starts every user, and has nothing to do the second time', async () => {
    expect((await fleet().run('plan')).code).toBe(3);
    const { code, stdout, stderr } = await up(fleet());
    expect(stderr).toContain('ann listens on port');
    expect([code, stdout.trim()]).toEqual([0, '2 users: 2 changed, 0 as they were']);
    const pids = await fleet().pids();
    expect(Object.values(pids).every((pid) => pid !== null)).toBe(true);
    expect((await up(fleet())).stdout.trim()).toBe('2 users: 0 changed, 2 as they were');
    expect(await fleet().pids()).toEqual(pids);
    expect((await fleet().run('plan')).code).toBe(0);
  });

  it('gives PM2 no secret, neither of the map nor of the shell', async () => {
    const listed = JSON.stringify(await fleet().list());
    expect(listed).toContain('chronos-ann-');
    expect(listed).not.toMatch(/secret-of/);
    await fleet().pm2('save');
    expect(readFileSync(join(fleet().pm2Home, 'dump.pm2'), 'utf8')).not.toMatch(/secret-of/);
    if (process.platform !== 'linux') return;
    const { ann } = await fleet().pids();
    for (const pid of [fleet().daemonPid(), ann]) {
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toMatch(/secret-of/);
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toMatch(/secret-of/);
    }
  });

  it("keeps an instance's files and PM2's folder to their owner", () => {
    const folder = join(fleet().root, 'instances', 'ann');
    expect([statSync(folder).mode & 0o777, statSync(fleet().pm2Home).mode & 0o777]).toEqual([0o700, 0o700]);
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o077]);
    expect(modes.filter(([, mode]) => mode !== 0)).toEqual([]);
  });

  it('touches only the process of the user whose entry has changed', async () => {
    const before = await fleet().pids();
    expect((await fleet().run('set', 'bob', 'max_sessions=7')).code).toBe(0);
    const after = await fleet().pids();
    expect(after.ann).toBe(before.ann);
    expect(after.bob).not.toBe(before.bob);
    expect((await fleet().row('bob')).maxSessions).toBe(7);
  });

  it('starts again what was stopped by hand, and leaves the rest alone', async () => {
    const before = await fleet().pids();
    await fleet().pm2('stop', `chronos-bob-${fleet().ports.bob}`);
    expect(await fleet().row('bob')).toMatchObject({ state: 'stopped', pid: null });
    await up(fleet());
    const after = await fleet().pids();
    expect([after.ann, typeof after.bob]).toEqual([before.ann, 'number']);
  });

  it('moves all to other addresses of the same ports', async () => {
    const before = await fleet().pids();
    const { code, stderr } = await fleet().run('set', 'defaults', 'listen=0.0.0.0');
    expect([code, stderr]).toEqual([0, expect.stringContaining('ann has new settings (listen)')]);
    const { instances } = await fleet().status();
    expect(instances.map(({ listen }) => listen)).toEqual(['0.0.0.0', '0.0.0.0']);
    expect(instances.some(({ user, pid }) => pid === before[user])).toBe(false);
  });

  it('restarts one user on demand', async () => {
    const before = await fleet().pids();
    expect((await fleet().run('restart', `:${fleet().ports.bob}`)).code).toBe(0);
    const after = await fleet().pids();
    expect([after.ann === before.ann, after.bob === before.bob]).toEqual([true, false]);
  });

  it('restarts a user whose port knows hardly a moment in which it is closed, and leaves one row in PM2', async () => {
    const before = await fleet().pids();
    const knocking = knockAt(Number(fleet().ports.bob));
    expect((await fleet().run('restart', 'bob')).code).toBe(0);
    const { closedForMs } = await knocking.stop();
    expect(closedForMs).toBeLessThan(300);
    const { bob } = await fleet().pids();
    expect(bob).not.toBe(before.bob);
    const rows = (await fleet().list()).filter(({ name }) => name === `chronos-bob-${fleet().ports.bob}`);
    expect(rows.map(({ pid }) => pid)).toEqual([bob]);
  });

  it('leaves a user served as before where the new settings do not come up', async () => {
    const before = await fleet().pids();
    const file = join(fleet().root, 'config', 'no-certificate.pem');
    writeFileSync(file, 'this is no certificate', { mode: 0o600 });
    const { code, stderr } = await fleet().run('set', 'bob', `tls.cert_file=${file}`, `tls.key_file=${file}`);
    expect([code, stderr]).toEqual([1, expect.stringContaining('the one before it serves on')]);
    expect(await fleet().pids()).toEqual(before);
    expect(await fleet().list()).toHaveLength(2);
    expect((await fleet().run('set', 'bob', 'tls.cert_file=', 'tls.key_file=')).code).toBe(0);
  });

  it('ends what is no longer in the map', async () => {
    const { bob } = await fleet().pids();
    expect((await fleet().run('remove', 'bob')).code).toBe(0);
    expect(isAlive(Number(bob))).toBe(false);
    expect(Object.keys(await fleet().pids())).toEqual(['ann']);
  });
});

describe('an instance that is killed', () => {
  const fleet = useFleet(['ann', 'bob']);

  it("comes back by itself, and the others' sessions do not notice", async () => {
    await up(fleet());
    const before = await fleet().pids();
    const session = await connectRaw({
      port: Number(fleet().ports.bob),
      user: 'bob',
      password: 'secret-of-bob',
    });
    process.kill(Number(before.ann), 'SIGKILL');
    await until('ann is back', async () => {
      const { pid, restarts } = await fleet().row('ann');
      return pid !== null && pid !== before.ann && restarts === 1;
    });
    expect((await fleet().pids()).bob).toBe(before.bob);
    expect(await session.command(command.PING)).toHaveLength(1);
    session.reset();
  });

  it('is blocked in `status` while it is stopped, although PM2 calls it online', async () => {
    const { ann } = await fleet().pids();
    process.kill(Number(ann), 'SIGSTOP');
    const { code } = await fleet().run('status', 'ann');
    expect(await fleet().row('ann')).toMatchObject({ state: 'blocked', pid: null });
    expect(code).toBe(4);
    process.kill(Number(ann), 'SIGCONT');
    expect((await fleet().row('ann')).pid).toBe(ann);
  });
});

describe('the end of the PM2 daemon', () => {
  const fleet = useFleet(['ann', 'bob']);

  it('leaves the instances serving, which `status` tells without starting PM2', async () => {
    await up(fleet());
    const before = await fleet().pids();
    await fleet().killDaemon();
    const { instances, pm2 } = await fleet().status();
    expect(pm2.running).toBe(false);
    expect(instances.map(({ user, pid }) => [user, pid])).toEqual(Object.entries(before));
    expect(instances[0]?.reason).toContain('runs without PM2');
  });

  it('makes `up` adopt them as they are', async () => {
    const before = await fleet().pids();
    const { stdout, stderr } = await up(fleet());
    expect(stdout).toContain('2 changed');
    expect(stderr).toContain('outlived the PM2 daemon and serves on');
    expect(await fleet().pids()).toEqual(before);
    expect((await up(fleet())).stdout).toContain('2 as they were');
  });

  it('lets an adopted instance that has ended come back under PM2', async () => {
    const before = await fleet().pids();
    process.kill(Number(before.ann), 'SIGKILL');
    expect((await fleet().row('ann')).state).toBe('stopped');
    await up(fleet());
    const after = await fleet().pids();
    expect(after.bob).toBe(before.bob);
    expect((await fleet().list()).map(({ name, pid }) => [name, pid])).toEqual([
      [`chronos-ann-${fleet().ports.ann}`, after.ann],
    ]);
  });

  it('lets new settings replace an adopted instance', async () => {
    const before = await fleet().pids();
    expect((await fleet().run('set', 'bob', 'max_sessions=7')).code).toBe(0);
    const row = await fleet().row('bob');
    expect([row.maxSessions, row.pid === before.bob]).toEqual([7, false]);
    expect(await fleet().list()).toHaveLength(2);
  });

  it('lets `down` end the adopted ones, too', async () => {
    await fleet().killDaemon();
    const pids = Object.values(await fleet().pids());
    const { code, stdout } = await fleet().run('down');
    expect([code, stdout.trim()]).toEqual([0, '2 instances stopped']);
    expect(pids.map((pid) => isAlive(Number(pid)))).toEqual([false, false]);
  });
});

describe('a port that another program holds', () => {
  const fleet = useFleet(['ann', 'bob']);

  it('is told with the name of the program, keeps nobody else from starting, and heals', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    fleet().writeMap({ ann: port, bob: Number(fleet().ports.bob) });
    const { code, stdout, stderr } = await up(fleet());
    expect([code, stdout.trim()]).toEqual([3, '2 users: 1 changed, 0 as they were, 1 failed']);
    expect(stderr).toMatch(new RegExp(`127.0.0.1:${port} is held by .*process ${process.pid}`));
    const ann = await fleet().row('ann');
    expect(ann).toMatchObject({ state: 'blocked', pid: null });
    expect(ann.reason).toContain(`process ${process.pid}`);
    expect((await fleet().run('status')).code).toBe(3);
    // Once, also where it is the only user that the command is about.
    expect((await fleet().run('up', 'ann')).stderr.match(/is held by/g)).toHaveLength(1);
    await new Promise((resolve) => server.close(resolve));
    expect((await up(fleet())).code).toBe(0);
    expect((await fleet().row('ann')).pid).not.toBeNull();
  });

  it('does not cost the user the port that served until then', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const before = await fleet().pids();
    fleet().writeMap({ ann: port, bob: Number(fleet().ports.bob) });
    expect((await up(fleet())).code).toBe(3);
    expect(await fleet().pids()).toEqual(before);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("PM2 processes that are not this fleet's", () => {
  const fleet = useFleet(['ann']);

  it('are left alone, even where one has the name', async () => {
    const name = `chronos-ann-${fleet().ports.ann}`;
    await fleet().pm2('start', 'sleep', '--name', name, '--', '1000');
    const [foreign] = await fleet().list();
    const { code, stderr } = await up(fleet());
    expect([code, stderr]).toEqual([3, expect.stringContaining(`called '${name}'`)]);
    await fleet().run('down');
    expect((await fleet().list()).map(({ pid }) => pid)).toEqual([foreign?.pid]);
    await fleet().pm2('delete', name);
    expect((await up(fleet())).code).toBe(0);
  });

  it('are left alone where one is called by the number of ours', async () => {
    const [ann] = await fleet().list();
    await fleet().pm2('start', 'sleep', '--name', String(ann?.pm_id), '--', '1000');
    const { code, stderr } = await fleet().run('down');
    expect([code, stderr]).toEqual([1, expect.stringContaining('give it another name')]);
    expect(await fleet().list()).toHaveLength(2);
  });
});

describe('four commands at once on a machine without a daemon', () => {
  const fleet = useFleet(['ann', 'bob', 'cyd']);

  it('start one daemon and every instance once', async () => {
    const runs = await Promise.all([1, 2, 3, 4].map(() => up(fleet())));
    expect(runs.map(({ code, stderr }) => [code, stderr.includes('did not')])).toEqual(
      runs.map(() => [0, false]),
    );
    expect((await fleet().list()).map(({ name }) => name).sort()).toEqual(
      Object.entries(fleet().ports).map(([user, port]) => `chronos-${user}-${port}`),
    );
    if (process.platform !== 'linux') return;
    const text = execFileSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' });
    expect(text.split('\n').filter((line) => line.includes(`God Daemon (${fleet().pm2Home})`))).toHaveLength(
      1,
    );
  });
});

describe('a fleet that was started under one PM2', () => {
  const fleet = useFleet(['ann']);

  it('is found from a terminal that names none', async () => {
    await up(fleet());
    const { ann } = await fleet().pids();
    const { stdout } = await fleet().runWith({ PM2_HOME: '' }, 'up', '--no-supervisor');
    expect(stdout.trim()).toBe('1 user: 0 changed, 1 as they were');
    expect((await fleet().pids()).ann).toBe(ann);
  });

  it('is not started a second time under another', async () => {
    const elsewhere = { PM2_HOME: join(fleet().root, 'q') };
    for (const command of ['up', 'down', 'plan', 'restart']) {
      const { code, stderr } = await fleet().runWith(elsewhere, command);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`set PM2_HOME=${fleet().pm2Home}`)]);
    }
    const { stdout, stderr } = await fleet().runWith(elsewhere, 'status');
    expect([stdout, stderr]).toEqual([expect.stringContaining('ann'), expect.stringContaining('PM2_HOME')]);
  });
});
