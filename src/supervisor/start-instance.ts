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
import type { AdminAnswer } from './observe.js';
import type { Running } from './plan.js';
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
  await clearStanding(settings.folder);
  const launch = await launchInstance(pm2, root, settings, []);
  // PM2 calls it ready also when it has died or said nothing in time.
  const answer = await askAdmin(settings.admin, lookWithinMs);
  return judge(launch, answer);
}

/**
 * The same while the instance `running` serves: its successor is started beside it and waits, then `end` ends it, and the
 * successor has the port at once. Where the successor does not come up, it is taken away and what runs goes on.
 */
export async function succeedInstance(
  pm2: Pm2,
  root: string,
  settings: InstanceSettings,
  running: Running,
  end: () => Promise<void>,
): Promise<InstanceStatus> {
  const launch = await launchInstance(pm2, root, settings, running.processes);
  const row = await launch.find();
  if (row === undefined || !waits(row)) {
    const reason = whyAbsent(launch, row);
    if (row !== undefined) await pm2.remove(row, lookWithinMs);
    throw notReady(settings.user, `${reason}; the one before it serves on`);
  }
  await end();
  await clearStanding(settings.folder);
  return judge(launch, await untilItAnswers(settings.admin));
}

/** An instance that PM2 was told to start. */
interface Launch {
  readonly settings: InstanceSettings;
  readonly revision: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** PM2's row of it, as it is now. */
  find(): Promise<FleetProcess | undefined>;
}

async function launchInstance(
  pm2: Pm2,
  root: string,
  settings: InstanceSettings,
  beside: readonly Pm2Process[],
): Promise<Launch> {
  const { revision } = await writeInstanceSettings(root, settings);
  const app = instanceApp(root, settings, revision);
  await dropLongStderr(settings.folder);
  const startedAt = Date.now();
  await startApp(pm2, root, app, beside);
  const before = new Set(beside.map(({ pmId }) => pmId));
  return {
    ...{ settings, revision, startedAt },
    find: async () =>
      ofFleet(await pm2.list(), root).find(({ name, pmId }) => name === app.name && !before.has(pmId)),
  };
}

/** PM2 starts one that has ended again, which must not be taken for one that waits. */
function waits({ status, pid, restarts }: FleetProcess): boolean {
  return restarts === 0 && status === 'online' && pid !== undefined && isAlive(pid);
}

/** What runs before it has ended, so whoever answers is the new one. */
async function untilItAnswers(admin: string): Promise<AdminAnswer> {
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    const answer = await askAdmin(admin, lookWithinMs);
    if (answer.kind === 'answer' || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** Its status where it serves. Throws INSTANCE_NOT_READY. */
async function judge(launch: Launch, answer: AdminAnswer): Promise<InstanceStatus> {
  const { user, admin, listen, port } = launch.settings;
  if (answer.kind === 'silent') throw notReady(user, 'its admin endpoint does not answer');
  if (answer.kind === 'absent') throw notReady(user, whyAbsent(launch, await launch.find()));
  const { status } = answer;
  if (status.revision !== launch.revision) {
    throw notReady(user, `process ${status.pid} has its admin endpoint`);
  }
  const greeting = await readGreeting(listen, port, lookWithinMs);
  const settled = await settledStatus(admin, status);
  // A backend that says nothing at all is waited for before anybody is greeted.
  const waitsForBackend = greeting === 'silent' && status.state === 'starting';
  if (greeting !== 'mysql' && !waitsForBackend)
    throw notReady(user, `port ${port} is ${greeting} to a client`);
  return settled;
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

/** Starts `app`, unless PM2 has a process of that name that is not in `beside`. Throws PROCESS_NAME_TAKEN. */
export async function startApp(
  pm2: Pm2,
  root: string,
  app: AppDefinition,
  beside: readonly Pm2Process[] = [],
): Promise<void> {
  const known = new Set(beside.map(({ pmId }) => pmId));
  const taken = (await pm2.list()).find(({ name, pmId }) => name === app.name && !known.has(pmId));
  if (taken !== undefined) {
    const holder = ofFleet([taken], root).length > 0 ? 'started by another command just now' : whose(taken);
    throw new FleetError('PROCESS_NAME_TAKEN', { name: app.name, holder });
  }
  await pm2.start(app);
}

function whose({ marks, pmId }: Pm2Process): string {
  return marks === undefined ? `id ${pmId}` : `id ${pmId}, of the fleet in ${marks.root}`;
}

function whyAbsent({ settings: { folder }, startedAt }: Launch, process: FleetProcess | undefined): string {
  const goodbye = readGoodbye(folder);
  if (goodbye?.ended === 'failed' && goodbye.at >= startedAt) return goodbye.reason;
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
