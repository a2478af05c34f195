// The supervisor: looks at the fleet again and again, applies changes of the map, and mends what PM2 does not know.
import { FleetError } from '../errors.js';
import { applyFleet } from './apply.js';
import { createCrashWatch } from './crash-watch.js';
import { within } from './deadline.js';
import { readGoodbye } from './goodbye.js';
import { watchMap } from './map-watch.js';
import { adoptOutside, usersToStart } from './outside.js';
import { daemonRuns } from './pm2-home.js';
import { withPm2 } from './pm2.js';
import { ofFleet } from './process.js';
import type { FleetProcess } from './process.js';
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
  const watch = watchMap(root, () => pause.end());
  const folderOf = (user: string): string | undefined =>
    watch.map()?.users.find((settings) => settings.user === user)?.folder;
  const crashes = createCrashWatch(tell, (user, pid) => {
    const folder = folderOf(user);
    return folder === undefined ? undefined : readGoodbye(folder, pid);
  });
  let rows: readonly FleetProcess[] | null = [];
  let refused: string | null = null;

  const apply = async (users: readonly string[]): Promise<void> => {
    const onProgress = (line: string): void => tell({ type: 'applied', line });
    await applyFleet(root, { only: users, withoutSupervisor: true, onProgress });
  };

  const lookAtMap = async (): Promise<void> => {
    const changed = await watch.look(Date.now());
    const error = watch.error();
    if (error !== null && error !== refused) tell({ type: 'map-refused', reason: error });
    refused = error;
    if (changed === undefined || changed.length === 0) return;
    tell({ type: 'map-changed', users: changed });
    await apply(changed);
  };

  const lookAtProcesses = async (): Promise<void> => {
    const now = await readRows(root);
    const users = watch.map()?.users ?? [];
    if (now === null && rows !== null) tell({ type: 'pm2-gone' });
    if (now !== null && rows === null) tell({ type: 'pm2-back' });
    // Asked to stop, PM2 stops the instances, too, and these are not to come back.
    const lost = now === null && rows !== null && orphaned() ? rows : [];
    await adoptOutside(users, now, lost, tell);
    rows = now;
    if (now !== null) crashes.look(now, Date.now());
    const missing = await usersToStart(users);
    if (missing.length > 0) await apply(missing);
  };

  const look = async (): Promise<void> => {
    for (const [where, work] of [
      ['the port map', lookAtMap],
      ['the processes', lookAtProcesses],
    ] as const) {
      try {
        await work();
      } catch (error) {
        // A supervisor that ends would help nobody: the next look may go better.
        if (!(error instanceof Error)) throw error;
        tell({
          type: 'trouble',
          where,
          reason: error instanceof FleetError ? error.message : String(error.stack),
        });
      }
    }
  };

  const looking = (async (): Promise<void> => {
    while (!pause.stopped()) {
      await look();
      await pause.wait(lookEveryMs);
    }
  })();

  return {
    async status() {
      const processes = await within(readRows(root), listWithinMs, () => new Error('PM2 is busy')).catch(
        () => null,
      );
      return {
        ...{ version: 1, pid: process.pid, startedAt, processes },
        mapError: watch.error(),
        crashLoops: crashes.loops(Date.now()),
      };
    },
    async stop() {
      watch.stop();
      pause.stop();
      // It may be waiting for the command that stops it; the plan of the next `up` finds what was left half done.
      await within(looking, leaveWithinMs, () => new Error('busy')).catch(() => undefined);
    },
  };
}

/** PM2's rows of the fleet; null where PM2 is gone. Asking it then would start it. */
async function readRows(root: string): Promise<FleetProcess[] | null> {
  return (await daemonRuns()) ? ofFleet(await withPm2((pm2) => pm2.list()), root) : null;
}

interface Pause {
  wait(ms: number): Promise<void>;
  /** Ends the wait that is going on, or the next. */
  end(): void;
  stop(): void;
  stopped(): boolean;
}

function createPause(): Pause {
  let wake: () => void = () => undefined;
  let ended = false;
  let stopped = false;
  const end = (): void => {
    ended = true;
    wake();
  };
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => wake(), ms);
        wake = () => {
          clearTimeout(timer);
          ended = false;
          resolve();
        };
        if (ended || stopped) wake();
      }),
    end,
    stop() {
      stopped = true;
      end();
    },
    stopped: () => stopped,
  };
}
