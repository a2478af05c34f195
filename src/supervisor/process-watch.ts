// Watches PM2's rows of the fleet: adopts what PM2 has lost, tells of crashes, and says who is to be started again.
import type { InstanceSettings } from '../config/types.js';
import { createCrashWatch } from './crash-watch.js';
import type { CrashLoop } from './crash-loop.js';
import { isAlive } from './end-instance.js';
import { lastWords } from './last-words.js';
import { adoptOutside, usersToStart } from './outside.js';
import { daemonRuns } from './pm2-home.js';
import { withPm2 } from './pm2.js';
import { ofFleet } from './process.js';
import type { FleetProcess } from './process.js';
import type { Tell } from './supervisor-events.js';

export interface ProcessWatch {
  /** Looks at the processes of `users`. */
  look(users: readonly InstanceSettings[]): Promise<ToStart>;
  /** The crash loops that go on at `now` (epoch ms), by user. */
  crashLoops(now: number): Record<string, CrashLoop>;
}

/** What has ended without PM2, which would have started it again. */
export interface ToStart {
  readonly users: readonly string[];
  readonly demo: boolean;
}

/** `orphaned` says whether PM2 has gone away without having asked this process to stop. */
export function watchProcesses(root: string, tell: Tell, orphaned: () => boolean): ProcessWatch {
  let rows: readonly FleetProcess[] | null = [];
  let folders = new Map<string, string>();
  /** The demo backend that outlived PM2. */
  let demoPid: number | undefined;
  const crashes = createCrashWatch(tell, (user, pid, startedAt) => {
    const folder = folders.get(user);
    return folder === undefined ? undefined : lastWords(folder, pid, startedAt);
  });
  return {
    async look(users) {
      folders = new Map(users.map(({ user, folder }) => [user, folder]));
      const now = await readRows(root);
      if (now === null && rows !== null) tell({ type: 'pm2-gone' });
      if (now !== null && rows === null) tell({ type: 'pm2-back' });
      // Asked to stop, PM2 stops the instances, too, and these are not to come back.
      const lost = now === null && rows !== null && orphaned() ? rows : [];
      await adoptOutside(users, now, lost, tell);
      demoPid = lost.find(({ marks }) => marks.role === 'demo-backend')?.pid ?? demoPid;
      const demo = demoPid !== undefined && !isAlive(demoPid);
      if (demo) demoPid = undefined;
      rows = now;
      if (now !== null) crashes.look(now, Date.now());
      return { users: await usersToStart(users), demo };
    },
    crashLoops: (now) => crashes.loops(now),
  };
}

/** PM2's rows of the fleet; null where PM2 is gone. Asking it then would start it. */
export async function readRows(root: string): Promise<FleetProcess[] | null> {
  return (await daemonRuns()) ? ofFleet(await withPm2((pm2) => pm2.list()), root) : null;
}
