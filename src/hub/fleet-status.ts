// The status of the whole fleet: what every instance says of itself, and what is known of those that say nothing.
import type { FleetMap } from '../config/types.js';
import { isFleetError } from '../errors.js';
import type { InstanceState } from '../observe/status.js';
import { settlePm2Home } from '../supervisor/fleet-pm2.js';
import { incidentsOf, troubleOf } from '../supervisor/incident.js';
import type { Incident, Trouble } from '../supervisor/incident.js';
import { loadFleet } from '../supervisor/load.js';
import { observeUsers } from '../supervisor/observe.js';
import type { Observation } from '../supervisor/observe.js';
import { daemonRuns, pm2Home } from '../supervisor/pm2-home.js';
import { withPm2 } from '../supervisor/pm2.js';
import { ofFleet } from '../supervisor/process.js';
import type { FleetProcess } from '../supervisor/process.js';
import { askSupervisor } from '../supervisor/supervisor-admin.js';
import { rowOf } from './instance-row.js';
import type { InstanceRow } from './instance-row.js';

export interface FleetStatus {
  /** The fleet's folder. */
  readonly root: string;
  /** Epoch ms. */
  readonly at: number;
  /** Users by state; states that nobody is in are left out. */
  readonly counts: Readonly<Partial<Record<InstanceState, number>>>;
  /** The worst first, then by port. */
  readonly instances: readonly InstanceRow[];
  /** Backends that cannot be had, each with all users whom it is away for. */
  readonly incidents: readonly Incident[];
  readonly supervisor: { readonly running: boolean; readonly pid: number | null };
  /** `running` is null where the daemon is there and does not answer. */
  readonly pm2: { readonly running: boolean | null; readonly home: string };
  /** Why the port map cannot be used; what runs goes on. */
  readonly mapError: string | null;
  /** What keeps this reading from being whole. */
  readonly warnings: readonly string[];
}

/** Looks at the fleet in `root`: with the supervisor and PM2, with one of them, or with neither. */
export async function readFleetStatus(root: string): Promise<FleetStatus> {
  const { map, mapError } = readMap(root);
  const warnings: string[] = [];
  await settlePm2Home(root).catch((error: unknown) => {
    // What answers is shown all the same.
    if (!isFleetError(error, 'PM2_HOME_DIFFERS')) throw error;
    warnings.push(error.message);
  });
  const supervisor = await askSupervisor(root);
  const pm2 = await readPm2(root, supervisor?.processes ?? undefined);
  const observations = await observeUsers(root, { users: map?.users ?? [] }, pm2.processes);
  const now = Date.now();
  const instances = observations
    .filter(({ wanted, processes, answer }) =>
      // Without a map, everyone who has been started is looked at.
      map === undefined ? true : wanted !== undefined || processes.length > 0 || answer.kind !== 'absent',
    )
    .map((seen) =>
      rowOf(seen, {
        now,
        mapKnown: map !== undefined,
        daemonRuns: pm2.running !== false,
        crashLoop: supervisor?.crashLoops[seen.user],
      }),
    )
    .sort((a, b) => badness.indexOf(a.state) - badness.indexOf(b.state) || a.port - b.port);
  return {
    root,
    at: now,
    counts: countStates(instances),
    instances,
    incidents: incidentsOf(observations.flatMap(troubleSeen)),
    supervisor: { running: supervisor !== undefined, pid: supervisor?.pid ?? null },
    pm2: { running: pm2.running, home: pm2Home() },
    mapError,
    warnings,
  };
}

function troubleSeen({ answer, handedOver }: Observation): Trouble[] {
  if (answer.kind !== 'answer' || handedOver === undefined) return [];
  return [troubleOf(answer.status, handedOver.settings)].filter((each) => each !== undefined);
}

/** The worst first. */
const badness: readonly InstanceState[] = [
  ...(['crash-looping', 'blocked', 'stopped', 'degraded', 'draining', 'starting', 'ready'] as const),
];

function readMap(root: string): { map: FleetMap | undefined; mapError: string | null } {
  try {
    return { map: loadFleet(root), mapError: null };
  } catch (error) {
    if (!isFleetError(error, 'MAP_INVALID') && !isFleetError(error, 'MAP_UNREADABLE')) throw error;
    return { map: undefined, mapError: error.message };
  }
}

interface Pm2View {
  readonly running: boolean | null;
  readonly processes: readonly FleetProcess[];
}

/** PM2's rows: the supervisor's copy where it has one, for that needs no PM2 here. */
async function readPm2(root: string, known: readonly FleetProcess[] | undefined): Promise<Pm2View> {
  if (known !== undefined) return { running: true, processes: known };
  if (!(await daemonRuns())) return { running: false, processes: [] };
  try {
    return { running: true, processes: ofFleet(await withPm2((pm2) => pm2.list()), root) };
  } catch (error) {
    if (!isFleetError(error, 'PM2_SILENT') && !isFleetError(error, 'PM2_FAILED')) throw error;
    return { running: null, processes: [] };
  }
}

/** How many are in each state. */
export function countStates(rows: readonly InstanceRow[]): Partial<Record<InstanceState, number>> {
  const counts: Partial<Record<InstanceState, number>> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
