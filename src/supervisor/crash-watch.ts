// Watches PM2's rows for instances that end without having been asked, and tells of each and of loops.
import { crashBetween, endedRow, judge, recent } from './crash-loop.js';
import type { Crash, CrashLoop } from './crash-loop.js';
import type { Goodbye } from './goodbye.js';
import type { FleetProcess } from './process.js';
import type { Tell } from './supervisor-events.js';

export interface CrashWatch {
  /** Compares the rows with those of the last look. */
  look(processes: readonly FleetProcess[], now: number): void;
  /** The loops that are going on at `now`, by user. */
  loops(now: number): Record<string, CrashLoop>;
}

/** A watch that has seen nothing yet. `goodbyeOf` reads the last words of a process of a user, started at `startedAt` (epoch ms). */
export function createCrashWatch(
  tell: Tell,
  goodbyeOf: (user: string, pid: number, startedAt: number) => Goodbye | undefined,
): CrashWatch {
  let rows = new Map<string, FleetProcess>();
  const crashes = new Map<string, readonly Crash[]>();
  const looping = new Set<string>();

  const lookAt = (user: string, row: FleetProcess, now: number): void => {
    const before = rows.get(user);
    const ended = endedRow(before, row);
    const goodbye = ended?.pid === undefined ? undefined : goodbyeOf(user, ended.pid, ended.startedAt);
    const crash = crashBetween(before, row, goodbye, now);
    if (crash === undefined) return;
    crashes.set(user, recent([...(crashes.get(user) ?? []), crash], now));
    tell({ type: 'instance-crashed', user, reason: crash.reason });
  };

  const judgeAll = (now: number): Record<string, CrashLoop> =>
    Object.fromEntries(
      [...crashes].flatMap(([user, each]) => {
        const loop = judge(each, now);
        return loop === undefined ? [] : [[user, loop]];
      }),
    );

  return {
    look(processes, now) {
      const instances = processes.flatMap((row) =>
        row.marks.user === undefined ? [] : [[row.marks.user, row] as const],
      );
      for (const [user, row] of instances) lookAt(user, row, now);
      rows = new Map(instances);
      const loops = judgeAll(now);
      for (const [user, loop] of Object.entries(loops)) {
        if (!looping.has(user)) tell({ type: 'crash-loop', user, ...loop });
        looping.add(user);
      }
      for (const user of [...looping].filter((each) => !(each in loops))) {
        looping.delete(user);
        tell({ type: 'crash-loop-over', user });
      }
    },
    loops: judgeAll,
  };
}
