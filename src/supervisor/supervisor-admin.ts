// What the supervisor answers on its admin endpoint, and how it is asked.
import { adminAddress } from '../config/admin.js';
import { adminTrouble, fetchJson } from '../observe/admin-client.js';
import type { CrashLoop } from './crash-loop.js';
import type { FleetProcess } from './process.js';

/** The supervisor's status document (`GET /status`). Times are epoch ms. */
export interface SupervisorStatus {
  readonly version: 1;
  readonly pid: number;
  readonly startedAt: number;
  /** Why the port map cannot be used, while what runs goes on with the last good one. */
  readonly mapError: string | null;
  /** The fleet's rows of PM2's list; null while PM2's daemon is down. */
  readonly processes: readonly FleetProcess[] | null;
  /** Users whose instance keeps ending. */
  readonly crashLoops: Readonly<Record<string, CrashLoop>>;
}

/** Not a user's: their names begin with a letter or digit. */
const name = '.supervisor';
const answersWithinMs = 800;

export function supervisorAddress(root: string): string {
  return adminAddress(root, name, undefined);
}

/** What the fleet's supervisor says; undefined where none runs, or it does not answer. */
export async function askSupervisor(root: string): Promise<SupervisorStatus | undefined> {
  try {
    const document = await fetchJson(supervisorAddress(root), '/status', answersWithinMs);
    return isStatus(document) ? document : undefined;
  } catch (error) {
    if (adminTrouble(error) === undefined) throw error;
    return undefined;
  }
}

/** The supervisor's pid; undefined where none answers. */
export async function supervisorPid(root: string): Promise<number | undefined> {
  return (await askSupervisor(root))?.pid;
}

function isStatus(document: unknown): document is SupervisorStatus {
  const { version, pid } = (document ?? {}) as Partial<Record<keyof SupervisorStatus, unknown>>;
  return version === 1 && typeof pid === 'number';
}
