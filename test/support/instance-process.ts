// An instance in a process of its own, as PM2 runs it: from dist/, with settings in a folder of its own.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsFileOf, writeInstanceSettings } from '../../src/config/hand-over.js';
import type { InstanceSettings } from '../../src/config/types.js';
import { fetchStatus } from '../../src/observe/admin-client.js';
import type { InstanceStatus } from '../../src/observe/status.js';
import type { Account, TestServer } from './mariadb.js';
import { openRaw } from './raw-client.js';
import { settingsFor, type SettingsOverrides } from './settings.js';

const program = fileURLToPath(new URL('../../dist/programs/instance.js', import.meta.url));

export interface Memory {
  /** Resident, and of the process alone, in MB. */
  readonly rss: number;
  readonly own: number;
}

export interface InstanceProcess {
  readonly name: string;
  readonly port: number;
  readonly settings: InstanceSettings;
  readonly pid: number;
  /** From the start of the process to its "ready", and to the first greeting on its port, in ms. */
  readonly readyMs: number;
  readonly greetingMs: number;
  /** Now; undefined where the system does not tell. */
  memory(): Memory | undefined;
  status(): Promise<InstanceStatus>;
  /** Ends it without a word, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, with what it left in its folder. */
  startAgain(): Promise<void>;
  /** Ends it, and removes its folder. */
  stop(): Promise<void>;
}

export async function startInstanceProcess(
  server: TestServer,
  account: Account,
  overrides: SettingsOverrides = {},
): Promise<InstanceProcess> {
  const root = mkdtempSync(join(tmpdir(), 'cf-'));
  const folder = join(root, 'instances', 'tester');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = { folder, admin: join(folder, 'a.sock') };
  const settings = await settingsFor(server, account, { ...own, ...overrides });
  await writeInstanceSettings(root, settings);
  const started = performance.now();
  let child = await startProgram(root, settings.user);
  const readyMs = performance.now() - started;
  const first = await openRaw(settings.port);
  await first.next();
  const greetingMs = performance.now() - started;
  first.socket.destroy();
  return {
    name: 'port',
    port: settings.port,
    settings,
    get pid() {
      return child.pid ?? 0;
    },
    readyMs,
    greetingMs,
    memory: () => memoryOf(child.pid ?? 0),
    status: () => fetchStatus(settings.admin, 5_000),
    kill: () => end(child, 'SIGKILL'),
    async startAgain() {
      child = await startProgram(root, settings.user);
    },
    async stop() {
      await end(child, 'SIGTERM');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function startProgram(root: string, user: string): Promise<ChildProcess> {
  const child = fork(program, [settingsFileOf(root, user)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await Promise.race([once(child, 'message'), failure(child)]);
  return child;
}

async function failure(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`the instance ended with code ${String(code)} before it was ready`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

function memoryOf(pid: number): Memory | undefined {
  if (process.platform !== 'linux') return undefined;
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const sum = (...keys: readonly string[]): number =>
    keys.reduce((kB, key) => kB + Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0), 0) /
    1024;
  return { rss: sum('Rss'), own: sum('Private_Clean', 'Private_Dirty') };
}
