// Starts an instance under PM2 and looks for itself whether a client could log in.
import { writeInstanceSettings } from '../config/hand-over.js';
import type { InstanceSettings } from '../config/types.js';
import { FleetError } from '../errors.js';
import type { InstanceStatus } from '../observe/status.js';
import type { AppDefinition } from './app.js';
import { instanceApp, readyWithinMs } from './app.js';
import { isAlive } from './end-instance.js';
import { readGoodbye } from './goodbye.js';
import { readGreeting } from './greeting.js';
import { askAdmin } from './observe.js';
import type { Pm2 } from './pm2.js';
import type { FleetProcess, Pm2Process } from './process.js';
import { ofFleet } from './process.js';
import { clearStanding } from './standing.js';
import { dropLongStderr, lastErrorLine } from './stderr.js';

const lookWithinMs = 2_000;
/** A backend that takes longer is waited for by the instance alone. */
const backendWithinMs = 500;
const lookEveryMs = 25;

/**
 * Hands the settings over, starts the instance, and returns its status once its port greets. The backend may be down: that
 * is no failure of the instance. Throws PROCESS_NAME_TAKEN, INSTANCE_NOT_READY (PM2 goes on trying), PM2_SILENT, PM2_FAILED.
 */
export async function startInstance(
  pm2: Pm2,
  root: string,
  settings: InstanceSettings,
): Promise<InstanceStatus> {
  const { user, folder } = settings;
  const { revision } = await writeInstanceSettings(root, settings);
  const app = instanceApp(root, settings, revision);
  await clearStanding(folder);
  await dropLongStderr(folder);
  const startedAt = Date.now();
  await startApp(pm2, root, app);
  // PM2 calls it ready also when it has died or said nothing in time.
  const answer = await askAdmin(settings.admin, lookWithinMs);
  if (answer.kind !== 'answer') {
    const process = await findProcess(pm2, root, app);
    throw notReady(user, whyAbsent(answer.kind, folder, process, startedAt));
  }
  const { status } = answer;
  if (status.revision !== revision) throw notReady(user, `process ${status.pid} has its admin endpoint`);
  const greeting = await readGreeting(settings.listen, settings.port, lookWithinMs);
  if (greeting !== 'mysql') throw notReady(user, `port ${settings.port} is ${greeting} to a client`);
  return settledStatus(settings.admin, status);
}

/** Its status once it knows whether the backend lets it in: who starts it may have given a wrong password. */
async function settledStatus(admin: string, first: InstanceStatus): Promise<InstanceStatus> {
  const deadline = Date.now() + backendWithinMs;
  let status = first;
  while (status.state === 'starting' && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    const answer = await askAdmin(admin, lookWithinMs);
    if (answer.kind === 'answer') ({ status } = answer);
  }
  return status;
}

/** Starts `app`, unless PM2 has a process of that name: it would restart that one. Throws PROCESS_NAME_TAKEN. */
export async function startApp(pm2: Pm2, root: string, app: AppDefinition): Promise<void> {
  const taken = (await pm2.list()).find(({ name }) => name === app.name);
  if (taken !== undefined) {
    const holder = ofFleet([taken], root).length > 0 ? 'started by another command just now' : whose(taken);
    throw new FleetError('PROCESS_NAME_TAKEN', { name: app.name, holder });
  }
  await pm2.start(app);
}

function whose({ marks, pmId }: Pm2Process): string {
  return marks === undefined ? `id ${pmId}` : `id ${pmId}, of the fleet in ${marks.root}`;
}

async function findProcess(pm2: Pm2, root: string, app: AppDefinition): Promise<FleetProcess | undefined> {
  return ofFleet(await pm2.list(), root).find(({ name }) => name === app.name);
}

function whyAbsent(
  kind: 'absent' | 'silent',
  folder: string,
  process: FleetProcess | undefined,
  startedAt: number,
): string {
  if (kind === 'silent') return 'its admin endpoint does not answer';
  const goodbye = readGoodbye(folder);
  if (goodbye !== undefined && goodbye.at >= startedAt) return goodbye.reason;
  // While PM2 waits with the next start, the row still has the pid of the process that ended.
  if (process?.pid === undefined || !isAlive(process.pid)) {
    const line = lastErrorLine(folder, startedAt);
    return line === undefined ? 'it ended without a word' : `it ended with ${line}`;
  }
  return `process ${process.pid} did not listen within ${readyWithinMs / 1000} s`;
}

function notReady(user: string, detail: string): FleetError {
  return new FleetError('INSTANCE_NOT_READY', { user, detail });
}
