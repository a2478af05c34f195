// The supervisor: looks at the fleet again and again, applies changes of the map, and mends what PM2 does not know.
import { FleetError } from '../errors.js';
import { applyFleet } from './apply.js';
import { within } from './deadline.js';
import { watchIncidents } from './incident-watch.js';
import { watchMap } from './map-watch.js';
import type { MapWatch } from './map-watch.js';
import { createPause } from './pause.js';
import { readRows, watchProcesses } from './process-watch.js';
import type { ToStart } from './process-watch.js';
import type { SupervisorStatus } from './supervisor-admin.js';
import type { Tell } from './supervisor-events.js';

export interface Supervisor {
  /** For its admin endpoint. PM2's rows are as of now; null where PM2 is gone or busy. */
  status(): Promise<SupervisorStatus>;
  /** Ends the looking, and waits a little for the last look. What runs goes on. */
  stop(): Promise<void>;
}

const lookEveryMs = 2_000;
const listWithinMs = 400;
const leaveWithinMs = 1_000;

/**
 * Supervises the fleet in `root`. It never starts what was stopped by hand, and never ends an instance whose backend is
 * down. `orphaned` says whether PM2 has gone away without having asked this process to stop.
 */
export function createSupervisor(root: string, tell: Tell, orphaned: () => boolean): Supervisor {
  const startedAt = Date.now();
  const pause = createPause();
  const map = watchMap(root, () => pause.end());
  const processes = watchProcesses(root, tell, orphaned);
  const incidents = watchIncidents(tell);
  const lookAtMap = createMapLook(map, tell);

  const apply = async ({ users, demo }: ToStart): Promise<void> => {
    if (users.length === 0 && !demo) return;
    const onProgress = (line: string): void => tell({ type: 'applied', line });
    await applyFleet(root, { only: users, withoutSupervisor: true, onProgress });
  };
  const users = () => map.map()?.users ?? [];
  const looks: readonly Look[] = [
    ['the port map', async () => apply({ users: await lookAtMap(), demo: false })],
    ['the processes', async () => apply(await processes.look(users()))],
    ['the backends', () => incidents.look(users(), Date.now())],
  ];
  const looking = (async (): Promise<void> => {
    while (!pause.stopped()) {
      for (const look of looks) await attempt(look, tell);
      await pause.wait(lookEveryMs);
    }
  })();

  return {
    async status() {
      const rows = within(readRows(root), listWithinMs, () => new Error('PM2 is busy'));
      return {
        ...{ version: 1, pid: process.pid, startedAt, processes: await rows.catch(() => null) },
        mapError: map.error(),
        crashLoops: processes.crashLoops(Date.now()),
      };
    },
    async stop() {
      map.stop();
      pause.stop();
      // It may be waiting for the command that stops it; the plan of the next `up` finds what was left half done.
      await within(looking, leaveWithinMs, () => new Error('busy')).catch(() => undefined);
    },
  };
}

type Look = readonly [where: string, work: () => Promise<void>];

/** A supervisor that ends would help nobody: what goes wrong is told, and the next look may go better. */
async function attempt([where, work]: Look, tell: Tell): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = error instanceof FleetError ? error.message : String(error.stack);
    tell({ type: 'trouble', where, reason });
  }
}

/** A look at the map, which tells what is new of it and returns the users who are concerned. */
function createMapLook(map: MapWatch, tell: Tell): () => Promise<readonly string[]> {
  let refused: string | null = null;
  return async () => {
    const changed = (await map.look(Date.now())) ?? [];
    const error = map.error();
    if (error !== null && error !== refused) tell({ type: 'map-refused', reason: error });
    refused = error;
    if (changed.length > 0) tell({ type: 'map-changed', users: changed });
    return changed;
  };
}
