// Carries out one step of a plan, for one user.
import { join } from 'node:path';
import { ensurePrivateFolder } from '../config/files.js';
import type { InstanceSettings } from '../config/types.js';
import type { FleetError } from '../errors.js';
import { isFleetError } from '../errors.js';
import { endRunning } from './end-instance.js';
import type { InstanceStatus } from '../observe/status.js';
import { askAdmin } from './observe.js';
import type { Step, StepKind } from './plan.js';
import type { Pm2 } from './pm2.js';
import { checkPort } from './ports.js';
import { clearStanding, writeStanding } from './standing.js';
import { startInstance, succeedInstance } from './start-instance.js';

/** What became of a user. */
export interface Outcome {
  readonly user: string;
  readonly step: StepKind;
  /** Why the step was taken. */
  readonly why: string;
  /** What stood in the way; undefined where the step went well. */
  readonly error?: FleetError;
}

/** Of an instance whose settings are lost: longer than any query that somebody still waits for. */
const unknownDrainMs = 30_000;
const answersWithinMs = 1_000;

type Renewal = Extract<Step, { readonly kind: 'replace' | 'repair' }>;

/** Carries the step out; `had` is what the instance was last started with. Errors of the table are an outcome. */
export async function carryOut(
  pm2: Pm2,
  root: string,
  step: Step,
  had: InstanceSettings | undefined,
  onProgress: (line: string) => void,
): Promise<Outcome> {
  const { user, kind, why } = step;
  try {
    const done = await takeStep(pm2, root, step, had);
    if (done !== undefined) onProgress(done);
    return { user, step: kind, why };
  } catch (error) {
    if (!isFleetError(error)) throw error;
    return { user, step: kind, why, error };
  }
}

async function takeStep(
  pm2: Pm2,
  root: string,
  step: Step,
  had: InstanceSettings | undefined,
): Promise<string | undefined> {
  const { user, why, end } = step;
  const drainTimeoutMs = had?.drainTimeoutMs ?? unknownDrainMs;
  switch (step.kind) {
    case 'create':
      return start(pm2, root, step.settings);
    case 'replace':
    case 'repair':
      return `${user} ${why}; ${await renew(pm2, root, step, had)}`;
    case 'adopt':
      await endRunning(pm2, user, end, drainTimeoutMs);
      await writeStanding(step.settings.folder, { kind: 'adopted', pid: step.pid, since: Date.now() });
      return `${user} ${why} (process ${step.pid})`;
    case 'orphan':
      await endRunning(pm2, user, end, drainTimeoutMs);
      await clearStanding(had?.folder ?? join(root, 'instances', user));
      return `${user} ${why}, and was ended`;
    case 'nothing':
      await endRunning(pm2, user, end, drainTimeoutMs);
      return undefined;
  }
}

/** An instance that serves has a successor at its port at once; what does not serve is ended before another is started. */
async function renew(
  pm2: Pm2,
  root: string,
  step: Renewal,
  had: InstanceSettings | undefined,
): Promise<string> {
  const { user, settings } = step;
  // Before anything is ended: while the new port is taken, the old one goes on serving.
  if (had !== undefined && moves(had, settings)) await checkMove(had, step);
  const end = (): Promise<void> => endRunning(pm2, user, step.end, had?.drainTimeoutMs ?? unknownDrainMs);
  // By its admin endpoint the successor knows whose end it waits for.
  if (had?.admin === settings.admin && (await askAdmin(had.admin, answersWithinMs)).kind === 'answer') {
    return words(settings, await succeedInstance(pm2, root, settings, step.end, end));
  }
  await end();
  return start(pm2, root, settings);
}

/** Throws PORT_HELD, PORT_FORBIDDEN where somebody else is in the way. */
async function checkMove(
  had: InstanceSettings,
  { settings, end: { processes, outside } }: Renewal,
): Promise<void> {
  const pids = [...processes.map(({ pid }) => pid), outside].filter((pid) => pid !== undefined);
  await checkPort(settings, { place: had, pids });
}

function moves(had: InstanceSettings, wanted: InstanceSettings): boolean {
  return had.port !== wanted.port || had.listen !== wanted.listen;
}

async function start(pm2: Pm2, root: string, settings: InstanceSettings): Promise<string> {
  return words(settings, await startUnblocked(pm2, root, settings));
}

function words({ user, port }: InstanceSettings, { state, reason }: InstanceStatus): string {
  return `${user} listens on port ${port} (${reason === '' ? state : reason})`;
}

/** What was in the way is remembered, so that `status` tells it and the supervisor tries again when it is gone. */
async function startUnblocked(pm2: Pm2, root: string, settings: InstanceSettings): Promise<InstanceStatus> {
  try {
    await checkPort(settings);
    return await startInstance(pm2, root, settings);
  } catch (error) {
    if (isFleetError(error) && blockers.has(error.code)) {
      const { folder } = settings;
      await ensurePrivateFolder(folder);
      await writeStanding(folder, { kind: 'blocked', reason: error.message, since: Date.now() });
    }
    throw error;
  }
}

/** Nothing was started then; with other errors PM2 goes on trying. */
const blockers: ReadonlySet<string> = new Set(['PORT_HELD', 'PORT_FORBIDDEN', 'PROCESS_NAME_TAKEN']);
