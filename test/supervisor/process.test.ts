import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { instanceApp, supervisorApp } from '../../src/supervisor/app.js';
import { daemonEnvironment } from '../../src/supervisor/daemon-environment.js';
import { readRow } from '../../src/supervisor/pm2-row.js';
import {
  marksFromEnvironment,
  marksToEnvironment,
  ofFleet,
  processName,
} from '../../src/supervisor/process.js';
import { rowOf, settingsOf } from './fixtures.js';

describe("the names of a fleet's processes", () => {
  it('show the port of an instance', () => {
    expect(processName('/fleet', 'instance', { user: 'user1', port: 3307 })).toBe('chronos-user1-3307');
  });

  it('of two fleets differ, for PM2 takes processes of one name for one', () => {
    expect(processName('/one', 'supervisor')).not.toBe(processName('/two', 'supervisor'));
    expect(processName('/one', 'supervisor')).toMatch(/^chronos-supervisor-[0-9a-f]{6}$/);
  });

  it('are neither numbers, regular expressions nor "all", which PM2 takes for something else', () => {
    for (const user of ['0', 'x', 'a-b_c']) {
      expect(processName('/fleet', 'instance', { user, port: 1 })).toMatch(/^chronos-[\w-]+$/);
    }
  });
});

describe('the marks of a process', () => {
  it('survive the way through an environment', () => {
    const { marks } = rowOf('user1');
    expect(marksFromEnvironment({ PATH: '/bin', ...marksToEnvironment(marks) })).toEqual(marks);
  });

  it('are none where one is missing', () => {
    const environment = marksToEnvironment(rowOf('user1').marks);
    for (const name of Object.keys(environment)) {
      expect(marksFromEnvironment({ ...environment, [name]: undefined })).toBeUndefined();
    }
    expect(marksFromEnvironment({})).toBeUndefined();
  });

  it('name one fleet alike through links', () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cf-root-')));
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    const own = rowOf('user1', { marks: { root: folder, role: 'instance', user: 'user1', revision: 'r' } });
    const foreign = { ...rowOf('user2'), marks: undefined };
    expect(ofFleet([own, rowOf('user1'), foreign], link)).toEqual([own]);
    for (const path of [link, folder]) rmSync(path, { recursive: true });
  });
});

describe('a row of PM2', () => {
  const environment = { ...marksToEnvironment(rowOf('user1').marks), status: 'online', restart_time: 3 };

  it('is read with its marks', () => {
    const row = readRow({ pm_id: 4, name: 'n', pid: 7, pm2_env: { ...environment, pm_uptime: 5 } });
    expect(row).toMatchObject({ pmId: 4, pid: 7, restarts: 3, startedAt: 5, marks: { user: 'user1' } });
  });

  it.each([0, undefined])('of pid %s has no process', (pid) => {
    expect(readRow({ pm_id: 4, name: 'n', pid, pm2_env: environment })?.pid).toBeUndefined();
  });

  it('of another kind is none', () => {
    expect([readRow(null), readRow({ pm_id: 4 }), readRow({ pm2_env: {} })]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });
});

describe('what PM2 is told of a program', () => {
  const settings = settingsOf('user1', { drainTimeoutMs: 45_000 });
  const app = instanceApp('/fleet', settings, 'r1');

  it('has no secret in it', () => {
    process.env.CHRONOS_TEST_SECRET = 'starter-secret';
    const text = JSON.stringify(instanceApp('/fleet', settings, 'r1'));
    delete process.env.CHRONOS_TEST_SECRET;
    expect(text).not.toMatch(/client-secret|backend-secret|starter-secret/);
  });

  it('keeps the environment of the starter out: a list filters, `true` does not', () => {
    expect(app.filter_env).toEqual(['']);
  });

  it('is fork mode, without the probes that cost memory', () => {
    expect(app).toMatchObject({ exec_mode: 'fork', pmx: false, treekill: false });
    expect(app).not.toHaveProperty('instances');
    expect(app).not.toHaveProperty('max_memory_restart');
  });

  it('leaves a drain its time', () => {
    expect(app.kill_timeout).toBeGreaterThan(settings.drainTimeoutMs);
  });

  it('never lets the restarts be used up, after which PM2 waits for ever', () => {
    expect(app.max_restarts).toBeGreaterThan(100_000);
    expect(app).not.toHaveProperty('stop_exit_codes');
  });

  it('has a script without spaces, which PM2 would give to a shell', () => {
    expect([app.script, supervisorApp('/fleet', '1.0.0').script].join('')).not.toContain(' ');
  });
});

describe('the environment of a daemon that a command starts', () => {
  it('has what PM2 needs and nothing that could be a secret', () => {
    const environment = {
      ...{ PATH: '/bin', HOME: '/home/a', PM2_HOME: '/p', Path: 'C:\\', USER1_PASSWORD: 'secret' },
      ...{ AWS_SECRET_ACCESS_KEY: 'secret', MYSQL_PWD: 'secret' },
    };
    const { USER1_PASSWORD, AWS_SECRET_ACCESS_KEY, MYSQL_PWD, ...kept } = environment;
    expect([USER1_PASSWORD, AWS_SECRET_ACCESS_KEY, MYSQL_PWD]).toEqual(['secret', 'secret', 'secret']);
    expect(daemonEnvironment(environment)).toEqual(kept);
  });
});
