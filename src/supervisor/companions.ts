// The fleet's other processes, the demo backend and the supervisor: started where they are wanted and missing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureOwnFolder } from '../config/own-folder.js';
import type { FleetMap } from '../config/types.js';
import { FleetError } from '../errors.js';
import { demoApp, demoFolder, stderrFile, supervisorApp, supervisorFolder } from './app.js';
import { demoHost, writeDemoSettings } from './demo-settings.js';
import { endRunning } from './end-instance.js';
import { readGreeting } from './greeting.js';
import { findHolder } from './port-holder.js';
import { checkPort } from './ports.js';
import type { Pm2 } from './pm2.js';
import type { FleetProcess, Role } from './process.js';
import { startApp } from './start-instance.js';
import { supervisorPid } from './supervisor-admin.js';

const greetsWithinMs = 2_000;
const endsWithinMs = 5_000;

/** This release, by which a supervisor of another one is known. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * Brings the demo backend in line with the map: its accounts are those of the users. It must be up before the instances.
 * Returns what was done, in words, or undefined where nothing was. Throws as `startInstance` does.
 */
export async function applyDemo(
  pm2: Pm2,
  map: FleetMap,
  processes: readonly FleetProcess[],
): Promise<string | undefined> {
  const { root, demo } = map;
  const rows = ofRole(processes, 'demo-backend');
  if (demo === undefined) return endAll(pm2, 'the demo backend', rows, 'is not wanted any more');
  const app = demoApp(root, demo.port);
  await writeDemoSettings(map, demo.port);
  const [row] = rows;
  const right = row?.marks.revision === app.env.CHRONOS_FLEET_REVISION;
  // Only a process that outlived PM2's daemon may be ours without a row.
  if ((row === undefined || right) && (await demoServes(row, demo.port))) return undefined;
  await endAll(pm2, 'the demo backend', rows, '');
  const portKey = 'defaults backend.port';
  await checkPort({ user: 'the demo backend', listen: demoHost, port: demo.port, portKey });
  await startApp(pm2, root, app);
  if ((await readGreeting(demoHost, demo.port, greetsWithinMs)) !== 'mysql') {
    const file = join(demoFolder(root), stderrFile);
    throw new FleetError('DEMO_NOT_READY', { port: demo.port, file });
  }
  return `the demo backend listens on ${demoHost}:${demo.port}`;
}

/** Starts the supervisor where none answers, and replaces one of another release or without PM2. Returns what was done, or undefined. */
export async function applySupervisor(
  pm2: Pm2,
  root: string,
  processes: readonly FleetProcess[],
): Promise<string | undefined> {
  const app = supervisorApp(root, packageVersion());
  const rows = ofRole(processes, 'supervisor');
  const [row] = rows;
  const pid = await supervisorPid(root);
  // One that answers without a row has outlived PM2's daemon: nobody would bring it back. It makes way by itself.
  if (pid !== undefined && row?.marks.revision === app.env.CHRONOS_FLEET_REVISION) return undefined;
  await endAll(pm2, 'the supervisor', rows, '');
  ensureOwnFolder(supervisorFolder(root));
  await startApp(pm2, root, app);
  return 'the supervisor is running';
}

async function endAll(
  pm2: Pm2,
  what: string,
  processes: readonly FleetProcess[],
  why: string,
): Promise<string | undefined> {
  if (processes.length === 0) return undefined;
  await endRunning(pm2, what, { processes, outside: undefined }, endsWithinMs);
  return `${what} ${why}`;
}

function ofRole(processes: readonly FleetProcess[], role: Role): FleetProcess[] {
  return processes.filter(({ marks }) => marks.role === role);
}

/** Whether our demo backend has the port: PM2's process, or one that outlived PM2. */
async function demoServes(row: FleetProcess | undefined, port: number): Promise<boolean> {
  if (row !== undefined && (row.pid === undefined || row.status !== 'online')) return false;
  if ((await readGreeting(demoHost, port, greetsWithinMs)) !== 'mysql') return false;
  const holder = await findHolder(port);
  return row === undefined ? holder?.command.includes('demo-backend') === true : true;
}
