// Brings what runs in line with the port map: one user's part, or all of it.
import { join } from 'node:path';
import { ensurePrivateFolder } from '../config/files.js';
import { holdLock } from '../config/lock.js';
import type { FleetMap } from '../config/types.js';
import type { FleetError } from '../errors.js';
import { isFleetError } from '../errors.js';
import { carryOut } from './carry-out.js';
import type { Outcome } from './carry-out.js';
import { applyDemo, applySupervisor } from './companions.js';
import { mapLimited } from './deadline.js';
import { rememberPm2Home, settlePm2Home } from './fleet-pm2.js';
import { loadFleet, rememberEnvironment } from './load.js';
import { observeUsers } from './observe.js';
import type { Observation } from './observe.js';
import { planFleet } from './plan.js';
import type { Step } from './plan.js';
import { withPm2 } from './pm2.js';
import type { Pm2 } from './pm2.js';
import { portWarning } from './ports.js';
import { ofFleet } from './process.js';

export interface ApplyOptions {
  /** Touch the processes of this user, or of these, only. */
  readonly only?: string | readonly string[];
  /** Restart the instances even where nothing has changed. */
  readonly restart?: boolean;
  /** Leave the supervisor as it is. It is also left where `only` is given, and anything of the fleet runs. */
  readonly withoutSupervisor?: boolean;
  /** Is told what is done, in a line each. */
  readonly onProgress?: (line: string) => void;
}

export interface ApplyReport {
  readonly outcomes: readonly Outcome[];
  /** What stood in the way of the demo backend and the supervisor. The instances do without them. */
  readonly troubles: readonly FleetError[];
  readonly warnings: readonly string[];
}

/** Starting is work for the processor; more at once than this only makes each later. */
const startsAtOnce = 8;
const lockWithinMs = 60_000;

/**
 * Applies the map of the fleet in `root`. A user whose instance cannot be started is an outcome, not an exception, unless
 * it is the `only` one. Throws MAP_UNREADABLE, MAP_INVALID, FILE_BUSY, PM2_SILENT, PM2_FAILED, PM2_HOME_TOO_LONG, PM2_HOME_DIFFERS.
 */
export async function applyFleet(root: string, options: ApplyOptions): Promise<ApplyReport> {
  const folder = join(root, 'instances');
  await ensurePrivateFolder(folder);
  const release = await holdLock(join(folder, '.apply'), lockWithinMs);
  try {
    const map = loadFleet(root);
    await rememberEnvironment(root);
    await settlePm2Home(root);
    await rememberPm2Home(root);
    const report = await withPm2((pm2) => applyMap(pm2, map, options));
    const failed = report.outcomes.find(({ user, error }) => error !== undefined && user === options.only);
    if (failed?.error !== undefined) throw failed.error;
    return report;
  } finally {
    await release();
  }
}

async function applyMap(pm2: Pm2, map: FleetMap, options: ApplyOptions): Promise<ApplyReport> {
  const { root } = map;
  const { only, onProgress = () => undefined } = options;
  const processes = ofFleet(await pm2.list(), root);
  const concerned = concernedBy(only);
  const observations = await observeUsers(root, map, processes, concerned);
  const planned = planFleet(observations, Date.now());
  const steps = options.restart === true ? planned.map((step) => asRestart(step, observations)) : planned;
  const { troubles, attempt } = createAttempts(onProgress);
  // Before the instances: they would find no backend.
  await attempt(() => applyDemo(pm2, map, processes));
  const instances = mapLimited(steps, startsAtOnce, async (step) => {
    const had = observations.find(({ user }) => user === step.user)?.handedOver?.settings;
    const outcome = await carryOut(pm2, root, step, had, onProgress);
    // That of the only one is thrown, and told by who catches it.
    if (outcome.error !== undefined && step.user !== only)
      onProgress(`${step.user}: ${outcome.error.message}`);
    return outcome;
  });
  // The first user of a fleet brings the supervisor along.
  const whole = only === undefined || processes.length === 0;
  const supervised =
    whole && options.withoutSupervisor !== true
      ? attempt(() => applySupervisor(pm2, root, processes))
      : undefined;
  const [outcomes] = await Promise.all([instances, supervised]);
  const warnings = map.users
    .filter(({ user }) => concerned(user))
    .flatMap((settings) => portWarning(settings) ?? []);
  return { outcomes, troubles, warnings };
}

function concernedBy(only: ApplyOptions['only']): (user: string) => boolean {
  if (only === undefined) return () => true;
  return (user) => (typeof only === 'string' ? user === only : only.includes(user));
}

/** Runs what the instances can do without: its errors are kept and told, its progress is told. */
function createAttempts(onProgress: (line: string) => void): {
  readonly troubles: readonly FleetError[];
  readonly attempt: (work: () => Promise<string | undefined>) => Promise<void>;
} {
  const troubles: FleetError[] = [];
  return {
    troubles,
    async attempt(work) {
      try {
        const done = await work();
        if (done !== undefined) onProgress(done);
      } catch (error) {
        if (!isFleetError(error)) throw error;
        troubles.push(error);
        onProgress(error.message);
      }
    },
  };
}

/** A restart is a repair of what would be left alone. */
function asRestart(step: Step, observations: readonly Observation[]): Step {
  if (step.kind !== 'nothing' && step.kind !== 'adopt') return step;
  const seen = observations.find(({ user }) => user === step.user);
  if (seen?.wanted === undefined) return step;
  const { processes, answer, wanted: settings } = seen;
  const pid = answer.kind === 'answer' ? answer.status.pid : undefined;
  const outside = processes.some((process) => process.pid === pid) ? undefined : pid;
  return { kind: 'repair', user: step.user, why: 'is restarted', settings, end: { processes, outside } };
}
