// The ways to the server that are compared: directly, through an instance in a process of its own, through HAProxy.
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsFileOf, writeInstanceSettings } from '../src/config/hand-over.js';
import { fetchStatus } from '../src/observe/admin-client.js';
import type { InstanceStatus } from '../src/observe/status.js';
import type { Account, TestServer } from '../test/support/mariadb.js';
import { freePort } from '../test/support/network.js';
import { findProgram } from '../test/support/programs.js';
import { openRaw } from '../test/support/raw-client.js';
import { settingsFor } from '../test/support/settings.js';
import { until } from '../test/support/until.js';

export interface Door {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

export interface InstanceDoor extends Door {
  /** From the start of the process to its "ready", and to the first greeting on its port, in ms. */
  readonly readyMs: number;
  readonly greetingMs: number;
  /** Resident and private memory of the process now, in MB; undefined where the system does not tell. */
  memory(): { readonly rss: number; readonly own: number } | undefined;
  status(): Promise<InstanceStatus>;
}

export const direct = (server: TestServer): Door => ({
  name: 'directly',
  port: server.port,
  stop: () => Promise.resolve(),
});

/** Starts what PM2 would start, from dist/. */
export async function startInstanceProcess(server: TestServer, account: Account): Promise<InstanceDoor> {
  const root = mkdtempSync(join(tmpdir(), 'chronos-bench-'));
  const folder = join(root, 'instances', 'bench');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const settings = await settingsFor(server, account, {
    user: 'bench',
    folder,
    admin: join(folder, 'a.sock'),
  });
  await writeInstanceSettings(root, settings);
  const program = fileURLToPath(new URL('../dist/programs/instance.js', import.meta.url));
  const started = performance.now();
  const child = fork(program, [settingsFileOf(root, 'bench')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await Promise.race([once(child, 'message'), failure(child)]);
  const readyMs = performance.now() - started;
  const first = await openRaw(settings.port);
  await first.next();
  const greetingMs = performance.now() - started;
  first.socket.destroy();
  return {
    name: 'port',
    port: settings.port,
    readyMs,
    greetingMs,
    memory: () => memoryOf(child.pid ?? 0),
    status: () => fetchStatus(settings.admin, 5_000),
    async stop() {
      await end(child);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** HAProxy as such backends are fronted with today: TCP, one connection. Undefined where it is not installed. */
export async function startHaproxy(server: TestServer): Promise<Door | undefined> {
  const program = findProgram('haproxy');
  if (program === undefined) return undefined;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'chronos-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen bench
  bind 127.0.0.1:${port}
  server backend 127.0.0.1:${server.port} maxconn 1
`,
  );
  const child = spawn(program, ['-db', '-f', file], { stdio: 'ignore' });
  await until('HAProxy listens', () =>
    openRaw(port).then(
      (door) => door.socket.destroy(),
      () => undefined,
    ),
  );
  return {
    name: 'HAProxy',
    port,
    async stop() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function failure(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`the instance ended with code ${String(code)} before it was ready`);
}

function memoryOf(pid: number): { rss: number; own: number } | undefined {
  if (process.platform !== 'linux') return undefined;
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const sum = (...keys: readonly string[]): number =>
    keys.reduce((kB, key) => kB + Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0), 0) /
    1024;
  return { rss: sum('Rss'), own: sum('Private_Clean', 'Private_Dirty') };
}
