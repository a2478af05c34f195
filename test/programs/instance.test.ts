// The program of an instance as PM2 runs it: with a channel to its parent, which may break.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsFileOf, writeInstanceSettings } from '../../src/config/hand-over.js';
import { fetchStatus } from '../../src/observe/admin-client.js';
import { isAlive } from '../../src/supervisor/end-instance.js';
import { readGoodbye } from '../../src/supervisor/goodbye.js';
import { knockAt } from '../support/knock.js';
import { freePort } from '../support/network.js';
import { until } from '../support/until.js';
import { settingsOf } from '../supervisor/fixtures.js';

const program = fileURLToPath(new URL('../../dist/programs/instance.js', import.meta.url));

let root: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cf-'));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const folder = (): string => join(root, 'instances', 'ann');
const admin = (): string => join(folder(), 'admin.sock');

/** Starts the program on `port`, in front of a backend that is not there. */
async function start(port: number, endpoint = admin(), backendPort = 1): Promise<ChildProcess> {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  const { backend } = settingsOf('ann');
  const settings = settingsOf('ann', {
    ...{ port, folder: folder(), admin: endpoint, drainTimeoutMs: 1_000 },
    backend: { ...backend, port: backendPort },
  });
  await writeInstanceSettings(root, settings);
  const child = fork(program, [settingsFileOf(root, 'ann')], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  children.push(child);
  return child;
}

async function startReady(): Promise<ChildProcess> {
  const child = await start(await freePort());
  expect(await once(child, 'message')).toContain('ready');
  return child;
}

describe('the program of an instance', () => {
  it('says that it is ready when its port is open, though the backend is not there', async () => {
    const child = await startReady();
    expect(await fetchStatus(admin(), 2_000)).toMatchObject({ user: 'ann', pid: child.pid });
  });

  it('makes the folder of its admin socket where that is not its own', async () => {
    const elsewhere = join(root, 'short', 'ann.sock');
    const child = await start(await freePort(), elsewhere);
    expect(await once(child, 'message')).toContain('ready');
    expect(await fetchStatus(elsewhere, 2_000)).toMatchObject({ pid: child.pid });
    expect(statSync(join(root, 'short')).mode & 0o777).toBe(0o700);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('drains and says goodbye at %s', async (signal) => {
    const child = await startReady();
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(readGoodbye(folder(), child.pid)?.ended).toBe('stopped');
  });

  it('drains at a message, too, for Windows has no signals', async () => {
    const child = await startReady();
    child.send('shutdown');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(readGoodbye(folder(), child.pid)).toMatchObject({ ended: 'stopped', reason: 'stopped by PM2' });
  });

  it('leaves no goodbye when it is killed', async () => {
    const child = await startReady();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readGoodbye(folder(), child.pid)).toBeUndefined();
  });

  it('serves on when PM2 is gone and its pipes are broken', async () => {
    const child = await startReady();
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.disconnect();
    expect(await fetchStatus(admin(), 2_000)).toMatchObject({ pid: child.pid });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('waits for the end of the one that serves before it opens a backend connection of its own', async () => {
    const alive: boolean[] = [];
    const serving = { pid: 0 };
    // A backend that says nothing keeps the connection open.
    const backend = createServer(() => alive.push(isAlive(serving.pid)));
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const [port, { port: backendPort }] = [await freePort(), backend.address() as AddressInfo];
    const first = await start(port, admin(), backendPort);
    serving.pid = Number(first.pid);
    await once(first, 'message');
    await until('the first is at the backend', () => alive.length === 1);
    const second = await start(port, admin(), backendPort);
    expect(await once(second, 'message')).toContain('ready');
    expect(await fetchStatus(admin(), 2_000)).toMatchObject({ pid: first.pid });
    const knocking = knockAt(port);
    first.kill('SIGTERM');
    await until('the second is at the backend', () => alive.length === 2);
    expect(alive).toEqual([true, false]);
    expect(await fetchStatus(admin(), 2_000)).toMatchObject({ pid: second.pid });
    expect((await knocking.stop()).closedForMs).toBeLessThan(300);
    second.kill('SIGKILL');
    backend.close();
  });

  it('does not start beside one that does not answer', async () => {
    const first = await startReady();
    first.kill('SIGSTOP');
    const second = await start(await freePort());
    expect(await once(second, 'exit')).toEqual([1, null]);
    expect(readGoodbye(folder(), second.pid)?.reason).toContain('admin.sock');
  });

  it('says who holds its port before it ends', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const child = await start((server.address() as AddressInfo).port);
    expect(await once(child, 'exit')).toEqual([1, null]);
    server.close();
    const goodbye = readGoodbye(folder(), child.pid);
    expect(goodbye).toMatchObject({
      ended: 'failed',
      reason: expect.stringContaining(`${process.pid}`) as string,
    });
  });
});
