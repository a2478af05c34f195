// Instances that PM2 does not know of: those that outlived its daemon, and those that could not be started yet.
import type { InstanceSettings } from '../config/types.js';
import { isFleetError } from '../errors.js';
import { isAlive } from './end-instance.js';
import { readGoodbye } from './goodbye.js';
import { askAdmin } from './observe.js';
import { checkPort } from './ports.js';
import type { FleetProcess } from './process.js';
import { clearStanding, readStanding, writeStanding } from './standing.js';
import type { Tell } from './supervisor-events.js';

const answersWithinMs = 500;

/**
 * Remembers who of `users` runs without PM2: they answer, or were in PM2's list (`lastRows`) when its daemon went away.
 * `rows` is PM2's list as it is now, null without a daemon.
 */
export async function adoptOutside(
  users: readonly InstanceSettings[],
  rows: readonly FleetProcess[] | null,
  lastRows: readonly FleetProcess[],
  tell: Tell,
): Promise<void> {
  await Promise.all(
    users.map(async ({ user, folder, admin }) => {
      if (isListed(user, rows) || readStanding(folder) !== undefined) return;
      const answer = await askAdmin(admin, answersWithinMs);
      const lastRow = lastRows.find(({ marks }) => marks.user === user);
      const pid = answer.kind === 'answer' ? answer.status.pid : lastRow?.pid;
      if (pid === undefined) return;
      await writeStanding(folder, { kind: 'adopted', pid, since: Date.now() });
      if (isAlive(pid)) tell({ type: 'instance-adopted', user, pid });
    }),
  );
}

function isListed(user: string, rows: readonly FleetProcess[] | null): boolean {
  return rows?.some(({ marks }) => marks.user === user) === true;
}

/** Users whose instance ran without PM2 and has ended, or whose port has become free. */
export async function usersToStart(users: readonly InstanceSettings[]): Promise<string[]> {
  const judged = await Promise.all(
    users.map(async (settings) => ((await isToStart(settings)) ? settings.user : undefined)),
  );
  return judged.filter((user) => user !== undefined);
}

async function isToStart(settings: InstanceSettings): Promise<boolean> {
  const { folder } = settings;
  const standing = readStanding(folder);
  switch (standing?.kind) {
    case undefined:
      return false;
    case 'adopted':
      if (isAlive(standing.pid)) return false;
      if (readGoodbye(folder, standing.pid)?.ended !== 'stopped') return true;
      // Somebody asked it to stop, and meant it.
      await clearStanding(folder);
      return false;
    case 'blocked':
      return isFree(settings);
  }
}

async function isFree(settings: InstanceSettings): Promise<boolean> {
  try {
    await checkPort(settings);
    return true;
  } catch (error) {
    if (isFleetError(error, 'PORT_HELD') || isFleetError(error, 'PORT_FORBIDDEN')) return false;
    throw error;
  }
}
