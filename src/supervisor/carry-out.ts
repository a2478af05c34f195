// Carries out one step of a plan, for one user.
import { join } from 'node:path';
import { ensurePrivateFolder } from '../config/files.js';
import type { InstanceSettings } from '../config/types.js';
import type { FleetError } from '../errors.js';
import { isFleetError } from '../errors.js';
import { endRunning } from './end-instance.js';
import type { Step, StepKind } from './plan.js';
import type { Pm2 } from './pm2.js';
import { checkPort } from './ports.js';
import { clearStanding, writeStanding } from './standing.js';
import { startInstance } from './start-instance.js';

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
      // Before anything is ended: while the new port is taken, the old one goes on serving.
      if (had !== undefined && moves(had, step.settings)) await checkMove(had, step);
      await endRunning(pm2, user, end, drainTimeoutMs);
      return `${user} ${why}; ${await start(pm2, root, step.settings)}`;
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

/** Throws PORT_HELD, PORT_FORBIDDEN where somebody else is in the way. */
async function checkMove(
  had: InstanceSettings,
  { settings, end: { processes, outside } }: Extract<Step, { readonly kind: 'replace' | 'repair' }>,
): Promise<void> {
  const pids = [...processes.map(({ pid }) => pid), outside].filter((pid) => pid !== undefined);
  await checkPort(settings, { place: had, pids });
}

function moves(had: InstanceSettings, wanted: InstanceSettings): boolean {
  return had.port !== wanted.port || had.listen !== wanted.listen;
}

async function start(pm2: Pm2, root: string, settings: InstanceSettings): Promise<string> {
  const { user, port } = settings;
  const { state, reason } = await startUnblocked(pm2, root, settings);
  return `${user} listens on port ${port} (${reason === '' ? state : reason})`;
}

/** What was in the way is remembered, so that `status` tells it and the supervisor tries again when it is gone. */
async function startUnblocked(
  pm2: Pm2,
  root: string,
  settings: InstanceSettings,
): ReturnType<typeof startInstance> {
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
