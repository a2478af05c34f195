// A real fleet for tests: a folder, a PM2 and ports of its own, driven through the built command. Its backend is not there.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import type { FleetStatus } from '../../src/hub/fleet-status.js';
import type { InstanceRow } from '../../src/hub/instance-row.js';
import { isAlive } from '../../src/supervisor/end-instance.js';
import { freePort } from '../support/network.js';
import { until } from '../support/until.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const pm2Program = fileURLToPath(new URL('../../node_modules/pm2/bin/pm2', import.meta.url));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A row as `pm2 jlist` prints it, as far as tests look. */
export interface ListedProcess {
  readonly name: string;
  readonly pid: number;
  readonly pm_id: number;
  readonly pm2_env: Readonly<Record<string, unknown>>;
}

export interface LiveFleet {
  readonly root: string;
  readonly pm2Home: string;
  /** The port of each user. */
  readonly ports: Readonly<Record<string, number>>;
  /** Runs `chronos-fleet` with the arguments. */
  run(...args: string[]): Promise<Ran>;
  /** The same with other environment variables. */
  runWith(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran>;
  /** Runs PM2's own command line. */
  pm2(...args: string[]): Promise<Ran>;
  list(): Promise<ListedProcess[]>;
  status(): Promise<FleetStatus>;
  /** The row of a user. */
  row(user: string): Promise<InstanceRow>;
  /** The pids of all instances that answer, by user. */
  pids(): Promise<Record<string, number | null>>;
  /** Writes the map: a port for each user. */
  writeMap(ports: Readonly<Record<string, number>>, extra?: string): void;
  daemonPid(): number;
  /** Ends PM2's daemon as a crash would. */
  killDaemon(): Promise<void>;
  /** Ends everything that was started. */
  end(): Promise<void>;
}

/** A fleet for the tests of the block around: `users`, each with a free port; nobody is started yet. Its folder is called `name`. */
export function useFleet(
  users: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  name = 'f',
): () => LiveFleet {
  let fleet: LiveFleet | undefined;
  let base: string;
  beforeAll(async () => {
    if (!existsSync(main)) throw new Error('these tests drive the built command: run "npm run build" first');
    // Short: the path of PM2's socket has an end.
    base = mkdtempSync(join(tmpdir(), 'cf-'));
    const ports: Record<string, number> = {};
    for (const user of users) ports[user] = await freePort();
    fleet = driveFleet(join(base, name), join(base, 'p'), ports, environment);
    fleet.writeMap(ports);
  });
  afterAll(async () => {
    await fleet?.end();
    rmSync(base, { recursive: true, force: true });
  });
  return () => {
    if (fleet === undefined) throw new Error('the fleet is made before the tests');
    return fleet;
  };
}

/** Drives the fleet in `root` under the PM2 in `pm2Home`, through the built command. Makes the folders, and starts nobody. */
export function driveFleet(
  root: string,
  pm2Home: string,
  ports: Readonly<Record<string, number>>,
  more: Readonly<Record<string, string>> = {},
): LiveFleet {
  mkdirSync(join(root, 'config'), { recursive: true });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: root,
    PM2_HOME: pm2Home,
    CHRONOS_FLEET_ROOT: root,
    ...more,
  };
  const runWith = (changed: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran> =>
    runNode([main, ...args], root, { ...env, ...changed });
  const run = (...args: string[]): Promise<Ran> => runWith({}, ...args);
  const pm2 = (...args: string[]): Promise<Ran> => runNode([pm2Program, ...args], root, env);
  const status = async (): Promise<FleetStatus> =>
    JSON.parse((await run('status', '--json')).stdout) as FleetStatus;
  const daemonPid = (): number => Number(readFileSync(join(pm2Home, 'pm2.pid'), 'utf8'));
  const endDaemon = async (signal: NodeJS.Signals): Promise<void> => {
    const pid = daemonPid();
    process.kill(pid, signal);
    await until('the PM2 daemon has ended', () => !isAlive(pid));
  };
  return {
    ...{ root, pm2Home, ports, run, runWith, pm2, status, daemonPid },
    async list() {
      // PM2 prints what it does before what it was asked for.
      const { stdout } = await pm2('jlist');
      return JSON.parse(stdout.slice(stdout.search(/\[(\{|\])/))) as ListedProcess[];
    },
    async row(user) {
      const row = (await status()).instances.find((each) => each.user === user);
      if (row === undefined) throw new Error(`no row for ${user}`);
      return row;
    },
    async pids() {
      const { instances } = await status();
      return Object.fromEntries(instances.map(({ user, pid }) => [user, pid]));
    },
    writeMap: (ports, extra = '') => writeMap(root, ports, extra),
    killDaemon: () => endDaemon('SIGKILL'),
    async end() {
      await run('down');
      if (existsSync(join(pm2Home, 'pm2.pid')) && isAlive(daemonPid())) await endDaemon('SIGTERM');
    },
  };
}

function writeMap(root: string, ports: Readonly<Record<string, number>>, extra: string): void {
  const entries = Object.entries(ports).map(
    ([user, port]) => `  ${user}: { port: ${port}, backend: { user: ${user}, password: secret-of-${user} } }`,
  );
  const backend = '  drain_timeout: 2\n  backend: { host: 127.0.0.1, port: 1 }';
  const text = `version: 1\ndefaults:\n${backend}\n${extra}users:\n${entries.join('\n')}\n`;
  writeFileSync(join(root, 'config', 'fleet.yaml'), text, { mode: 0o600 });
}

function runNode(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}
