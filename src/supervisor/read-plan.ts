// The plan for the fleet as it is now, without changing anything.
import { settlePm2Home } from './fleet-pm2.js';
import { loadFleet } from './load.js';
import { observeUsers } from './observe.js';
import { planFleet } from './plan.js';
import type { Step } from './plan.js';
import { daemonRuns } from './pm2-home.js';
import { withPm2 } from './pm2.js';
import { ofFleet } from './process.js';

/** What `applyFleet` would do. Throws MAP_UNREADABLE, MAP_INVALID, PM2_SILENT. */
export async function readPlan(root: string): Promise<Step[]> {
  const map = loadFleet(root);
  await settlePm2Home(root);
  // Asking PM2 would start a daemon.
  const processes = (await daemonRuns()) ? ofFleet(await withPm2((pm2) => pm2.list()), root) : [];
  return planFleet(await observeUsers(root, map, processes), Date.now());
}
