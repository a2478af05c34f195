// The supervisor under a real PM2: what it does by itself, and what it leaves alone.
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive } from '../../src/supervisor/end-instance.js';
import { until } from '../support/until.js';
import { useFleet } from './live-fleet.js';
import type { LiveFleet } from './live-fleet.js';

const mapOf = (fleet: LiveFleet): string => join(fleet.root, 'config', 'fleet.yaml');

/** The types of the events that the fleet has told of. */
async function events(fleet: LiveFleet): Promise<string[]> {
  const { stdout } = await fleet.run('events', '--json', '-n', '1000');
  return stdout
    .split('\n')
    .flatMap((line) => (line === '' ? [] : (JSON.parse(line) as { event: string }).event));
}

describe('the supervisor', () => {
  const fleet = useFleet(['ann', 'bob']);

  it('is started by `up`, and once', async () => {
    await fleet().run('up');
    const { supervisor } = await fleet().status();
    expect(supervisor.running).toBe(true);
    await fleet().run('up');
    expect((await fleet().status()).supervisor.pid).toBe(supervisor.pid);
  });

  it('starts a user who was written into the map, and touches nobody else', async () => {
    const before = await fleet().pids();
    const port = Number(fleet().ports.bob) + 1;
    appendFileSync(mapOf(fleet()), `\n  cyd: { port: ${port}, backend: { user: cyd, password: x } }\n`);
    await until('cyd serves', async () => (await fleet().pids()).cyd);
    expect(await fleet().pids()).toMatchObject(before);
  });

  it('leaves everything as it is while the map is wrong, and tells why', async () => {
    const before = await fleet().pids();
    const right = readFileSync(mapOf(fleet()), 'utf8');
    writeFileSync(mapOf(fleet()), right.replace('drain_timeout', 'drain_tmeout'));
    await until('it is told', async () => (await events(fleet())).includes('map-refused'));
    const { mapError } = await fleet().status();
    expect(mapError).toContain('drain_tmeout');
    expect(await fleet().pids()).toEqual(before);
    expect((await fleet().run('status')).stderr).toContain('drain_timeout');
    writeFileSync(mapOf(fleet()), right);
  });

  it('ends a user who was taken out of the map', async () => {
    const { cyd } = await fleet().pids();
    const text = readFileSync(mapOf(fleet()), 'utf8');
    writeFileSync(mapOf(fleet()), text.replace(/^ {2}cyd:.*\n/m, ''));
    await until('cyd has ended', () => !isAlive(Number(cyd)));
    expect(Object.keys(await fleet().pids()).sort()).toEqual(['ann', 'bob']);
  });

  it('does not start again what was stopped by hand', async () => {
    await fleet().pm2('stop', `chronos-bob-${fleet().ports.bob}`);
    // A change for another user makes it look at everything.
    await fleet().run('set', 'ann', 'max_sessions=9');
    expect((await fleet().row('bob')).state).toBe('stopped');
    await fleet().run('up');
    expect((await fleet().row('bob')).pid).not.toBeNull();
  });

  it('tells of a crash, and judges a loop', async () => {
    const folder = join(fleet().root, 'instances', 'bob');
    const settings = readFileSync(join(folder, 'settings.json'), 'utf8');
    // An instance that finds no settings ends at once, each time.
    rmSync(join(folder, 'settings.json'));
    process.kill(Number((await fleet().pids()).bob), 'SIGKILL');
    await until('the loop is told', async () => (await events(fleet())).includes('crash-loop'), 25_000);
    expect(await events(fleet())).toContain('instance-crashed');
    writeFileSync(join(folder, 'settings.json'), settings, { mode: 0o600 });
    const row = await until(
      'it serves again',
      async () => {
        const each = await fleet().row('bob');
        return each.pid === null ? false : each;
      },
      25_000,
    );
    expect([row.state, row.reason]).toEqual([
      'crash-looping',
      expect.stringMatching(/The settings of an instance.*It runs again/),
    ]);
  }, 60_000);

  it('outlives the PM2 daemon, and brings an instance back that ends without it', async () => {
    const before = await fleet().status();
    await fleet().killDaemon();
    await until('it has noticed', async () => (await events(fleet())).includes('pm2-gone'));
    const pids = await fleet().pids();
    process.kill(Number(pids.ann), 'SIGKILL');
    await until('ann is back', async () => {
      const { ann } = await fleet().pids();
      return ann !== null && ann !== pids.ann;
    });
    const after = await fleet().status();
    expect(after.supervisor.pid).toBe(before.supervisor.pid);
    expect((await fleet().pids()).bob).toBe(pids.bob);
  });

  it('is under PM2 again after `up`, so that it comes back when it is killed', async () => {
    const { pid: orphan } = (await fleet().status()).supervisor;
    expect((await fleet().run('up')).code).toBe(0);
    const again = await until('another supervisor answers', async () => {
      const { pid } = (await fleet().status()).supervisor;
      return pid !== orphan && pid;
    });
    process.kill(again, 'SIGKILL');
    await until('it is back', async () => {
      const { pid } = (await fleet().status()).supervisor;
      return pid !== null && pid !== again;
    });
  });

  it('lets an instance be that was asked to end', async () => {
    const { bob } = await fleet().pids();
    process.kill(Number(bob), 'SIGTERM');
    await until('bob has ended', () => !isAlive(Number(bob)));
    const folder = join(fleet().root, 'instances', 'bob');
    await until('that is understood', () => !readIfThere(join(folder, 'standing.json')));
    expect((await fleet().row('bob')).state).toBe('stopped');
  });

  it('starts an instance whose port has become free', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    fleet().writeMap({ ann: Number(fleet().ports.ann), dan: port });
    await until('dan is blocked', async () => {
      const { instances } = await fleet().status();
      return instances.some(({ user, reason }) => user === 'dan' && reason.includes('is held by'));
    });
    await new Promise((resolve) => server.close(resolve));
    await until('dan serves', async () => (await fleet().pids()).dan);
  });

  it('ends with `down`, and nothing is left', async () => {
    const { supervisor, instances } = await fleet().status();
    const pids = [supervisor.pid, ...instances.map(({ pid }) => pid)].filter((pid) => pid !== null);
    expect((await fleet().run('down')).code).toBe(0);
    expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
    const { code, stdout } = await fleet().run('status');
    expect([code, stdout]).toEqual([4, expect.stringContaining('supervisor does not run')]);
  });
});

describe('`pm2 start ecosystem.config.js`', () => {
  const fleet = useFleet(['ann', 'bob']);
  const file = new URL('../../ecosystem.config.js', import.meta.url).pathname;

  it('starts the fleet that `up` would start, which `up` then leaves as it is', async () => {
    await fleet().pm2('start', file);
    const pids = await until('all serve', async () => {
      const found = await fleet().pids();
      return Object.values(found).every((pid) => pid !== null) && found;
    });
    await until('the supervisor answers', async () => (await fleet().status()).supervisor.running);
    const { stdout } = await fleet().run('up');
    expect(stdout.trim()).toBe('2 users: 0 changed, 2 as they were');
    expect(await fleet().pids()).toEqual(pids);
    expect(JSON.stringify(await fleet().list())).not.toMatch(/secret-of/);
  });

  it('says what is wrong with the map', async () => {
    writeFileSync(mapOf(fleet()), 'version: 2\n');
    const { stderr } = await fleet().pm2('start', file);
    expect(stderr).toContain('is not known to this release');
  });
});

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
