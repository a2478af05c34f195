// Stops the fleet: its instances after their drain, its supervisor and its demo backend, and nothing of anybody else's.
import { join } from 'node:path';
import { ensurePrivateFolder } from '../config/files.js';
import { holdLock } from '../config/lock.js';
import type { FleetError } from '../errors.js';
import { isFleetError } from '../errors.js';
import { endProcess, endRunning } from './end-instance.js';
import { settlePm2Home } from './fleet-pm2.js';
import { observeUsers } from './observe.js';
import type { Observation } from './observe.js';
import { daemonRuns } from './pm2-home.js';
import { withPm2 } from './pm2.js';
import type { Pm2 } from './pm2.js';
import { ofFleet } from './process.js';
import type { FleetProcess, Role } from './process.js';
import { findHolder } from './port-holder.js';
import { readDemoPort } from './demo-settings.js';
import { clearStanding } from './standing.js';
import { supervisorPid } from './supervisor-admin.js';

const lockWithinMs = 60_000;
const unknownDrainMs = 30_000;
const companionEndsWithinMs = 5_000;

export interface DownReport {
  /** Users whose instance was ended. */
  readonly stopped: readonly string[];
  readonly errors: readonly FleetError[];
}

/** Stops all of the fleet in `root`, whether the map can be read or not. Throws FILE_BUSY, PM2_SILENT, PM2_FAILED. */
export async function stopFleet(root: string, onProgress: (line: string) => void): Promise<DownReport> {
  const folder = join(root, 'instances');
  await ensurePrivateFolder(folder);
  const release = await holdLock(join(folder, '.apply'), lockWithinMs);
  try {
    await settlePm2Home(root);
    // Asking PM2 would start a daemon, only to find nothing in its list.
    if (!(await daemonRuns())) return await stopAll(noPm2, root, [], onProgress);
    return await withPm2(async (pm2) => stopAll(pm2, root, ofFleet(await pm2.list(), root), onProgress));
  } finally {
    await release();
  }
}

async function stopAll(
  pm2: Pick<Pm2, 'remove'>,
  root: string,
  processes: readonly FleetProcess[],
  onProgress: (line: string) => void,
): Promise<DownReport> {
  // First the supervisor: it would start again what ends without having been asked.
  await stopCompanion(pm2, 'supervisor', processes, () => supervisorPid(root));
  const ended = await stopUsers(pm2, root, processes, onProgress);
  // One that PM2 was restarting while it deleted it runs on, unknown to PM2.
  const late = await stopUsers(pm2, root, [], onProgress);
  await stopCompanion(pm2, 'demo-backend', processes, () => outsideDemoPid(root));
  return {
    stopped: [...new Set([...ended, ...late].filter((each) => typeof each === 'string'))],
    errors: [...ended, ...late].filter((each) => isFleetError(each)),
  };
}

async function stopUsers(
  pm2: Pick<Pm2, 'remove'>,
  root: string,
  processes: readonly FleetProcess[],
  onProgress: (line: string) => void,
): Promise<(string | FleetError | undefined)[]> {
  const observations = await observeUsers(root, { users: [] }, processes);
  return Promise.all(observations.map((seen) => stopUser(pm2, root, seen, onProgress)));
}

async function stopUser(
  pm2: Pick<Pm2, 'remove'>,
  root: string,
  seen: Observation,
  onProgress: (line: string) => void,
): Promise<string | FleetError | undefined> {
  const { user, processes, answer, handedOver } = seen;
  const pid = answer.kind === 'answer' ? answer.status.pid : undefined;
  const outside = processes.some((process) => process.pid === pid) ? undefined : pid;
  await clearStanding(handedOver?.settings.folder ?? join(root, 'instances', user));
  if (processes.length === 0 && outside === undefined) return undefined;
  try {
    const drainMs = handedOver?.settings.drainTimeoutMs ?? unknownDrainMs;
    await endRunning(pm2, user, { processes, outside }, drainMs);
    onProgress(`${user} is stopped`);
    return user;
  } catch (error) {
    if (!isFleetError(error)) throw error;
    onProgress(error.message);
    return error;
  }
}

/** Ends PM2's rows of the role, and the process that has outlived PM2 where there is one. */
async function stopCompanion(
  pm2: Pick<Pm2, 'remove'>,
  role: Role,
  processes: readonly FleetProcess[],
  outsidePid: () => Promise<number | undefined>,
): Promise<void> {
  const rows = processes.filter(({ marks }) => marks.role === role);
  for (const row of rows) await pm2.remove(row, companionEndsWithinMs);
  const pid = await outsidePid();
  if (pid !== undefined) await endProcess(pid, `the ${role}`, companionEndsWithinMs);
}

async function outsideDemoPid(root: string): Promise<number | undefined> {
  const port = readDemoPort(root);
  const holder = port === undefined ? undefined : await findHolder(port);
  return holder?.command.includes('demo-backend') === true ? holder.pid : undefined;
}

const noPm2: Pick<Pm2, 'remove'> = {
  remove: () => Promise.reject(new Error('there is no row to remove without PM2')),
};
