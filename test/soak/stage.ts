// What a soak runs on: a MariaDB of its own, relays, and a real fleet under a PM2 of its own. It ends all that it started.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchStatus } from '../../src/observe/admin-client.js';
import type { InstanceStatus } from '../../src/observe/status.js';
import { isAlive } from '../../src/supervisor/end-instance.js';
import { startMariadb, type TestServer } from '../support/mariadb.js';
import type { MariadbProcess } from '../support/mariadb-process.js';
import { freePort } from '../support/network.js';
import { until } from '../support/until.js';
import { driveFleet, type LiveFleet } from '../supervisor/live-fleet.js';
import { createSite, type Site } from './site.js';

/** `result_buffer` of the fleet: small, so that slow readers come to the disk. */
export const resultBufferMb = 2;

export interface Stage {
  readonly server: TestServer & MariadbProcess;
  readonly fleet: LiveFleet;
  readonly sites: readonly Site[];
  /** What the instance of the user says of itself. Throws ADMIN_SILENT where it does not answer. */
  status(user: string): Promise<InstanceStatus>;
  /** Resolves when the instance serves, under another pid than `before` where that is given. */
  serves(user: string, before?: number): Promise<InstanceStatus>;
  end(): Promise<void>;
}

/** Starts everything for so many users, and waits until all are ready. */
export async function createStage(users: number): Promise<Stage> {
  // As safe as a server that people rely on: what it has acknowledged is there after it was killed.
  // It is killed in the middle of its writes, and has to survive that.
  const options = ['--innodb-flush-log-at-trx-commit=2', '--innodb-doublewrite=1'];
  const server = await startMariadb({ generalLog: false, options });
  // Short: the path of PM2's socket has an end.
  const base = mkdtempSync(join(tmpdir(), 'cs-'));
  const sites: Site[] = [];
  for (let i = 1; i <= users; i++) sites.push(await createSite(server, `u${i}`, await freePort()));
  const ports = Object.fromEntries(sites.map(({ user, port }) => [user, port]));
  const fleet = driveFleet(join(base, 'f'), join(base, 'p'), ports);
  writeFileSync(join(fleet.root, 'config', 'fleet.yaml'), mapOf(sites), { mode: 0o600 });
  const status = (user: string): Promise<InstanceStatus> =>
    fetchStatus(join(fleet.root, 'instances', user, 'admin.sock'), 5_000);
  const serves: Stage['serves'] = (user, before) =>
    until(
      `${user} serves`,
      async () => {
        const seen = await status(user).catch(() => undefined);
        return (
          seen !== undefined && seen.pid !== before && ['ready', 'degraded'].includes(seen.state) && seen
        );
      },
      90_000,
    );
  const end = async (): Promise<void> => {
    await endFleet(fleet);
    for (const { relay } of sites) await relay.stop();
    await server.destroy();
    rmSync(base, { recursive: true, force: true });
  };
  const stage = { server, fleet, sites, status, serves, end };
  try {
    await begin(stage);
  } catch (error) {
    await end();
    throw error;
  }
  return stage;
}

async function begin({ fleet, sites, ...stage }: Stage): Promise<void> {
  const { code, stderr } = await fleet.run('up');
  if (code !== 0) throw new Error(`the fleet did not start:\n${stderr}`);
  for (const { user } of sites) {
    await until(`${user} is ready`, async () => (await stage.status(user)).state === 'ready', 60_000);
  }
}

/** Stops the fleet, then PM2's daemon, and looks whether anything of it is left. */
async function endFleet(fleet: LiveFleet): Promise<void> {
  const pids = await fleet.pids().catch(() => ({}));
  await fleet.end();
  const left = Object.entries(pids).filter(([, pid]) => pid !== null && isAlive(pid));
  for (const [user, pid] of left) {
    process.stderr.write(`the instance of ${user} had to be killed (process ${pid ?? ''})\n`);
    if (pid !== null) process.kill(pid, 'SIGKILL');
  }
}

function mapOf(sites: readonly Site[]): string {
  const defaults = [
    '  drain_timeout: 5',
    '  pin_timeout: 2',
    `  result_buffer: ${resultBufferMb}MB`,
    // Whoever waits while the backend is gone for a minute is to see its end.
    '  backend: { host: 127.0.0.1, queue_timeout: 90 }',
  ];
  const users = sites.map(({ user, port, relay, account }, i) => {
    const backend = `{ port: ${relay.port}, user: ${account.user}, password: "${account.password}" }`;
    const cancel = i % 3 === 2 ? 'reconnect' : 'drain';
    return `  ${user}: { port: ${port}, cancel: ${cancel}, backend: ${backend} }`;
  });
  return `version: 1\ndefaults:\n${defaults.join('\n')}\nusers:\n${users.join('\n')}\n`;
}

/** The log of an instance, its last lines. */
export function logOf({ fleet }: Stage, user: string, lines: number): readonly string[] {
  const file = join(fleet.root, 'instances', user, 'proxy.log');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines);
}
