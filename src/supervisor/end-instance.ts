// Ends what runs of a user, PM2's processes and others, and waits until the backend slot and the port are free.
import { readFileSync } from 'node:fs';
import { FleetError } from '../errors.js';
import type { Running } from './plan.js';
import type { Pm2 } from './pm2.js';

const lookEveryMs = 20;
/** Beyond the drain, for closing the backend connection and writing out the log. */
const leaveWithinMs = 5_000;

/** Ends them, each after its drain of at most `drainTimeoutMs`. Throws INSTANCE_NOT_STOPPED, PM2_SILENT, PM2_FAILED. */
export async function endRunning(
  pm2: Pick<Pm2, 'remove'>,
  user: string,
  end: Running,
  drainTimeoutMs: number,
): Promise<void> {
  const withinMs = drainTimeoutMs + leaveWithinMs;
  for (const process of end.processes) {
    // PM2 ends the process by force when its kill_timeout is over, and looks as long again.
    await pm2.remove(process, 2 * withinMs);
  }
  if (end.outside !== undefined) await endProcess(end.outside, user, withinMs);
}

/** Ends the process: asks, and after `withinMs` forces. Windows has only force. Throws INSTANCE_NOT_STOPPED. */
export async function endProcess(pid: number, user: string, withinMs: number): Promise<void> {
  if (await endsAfter(pid, 'SIGTERM', withinMs)) return;
  if (await endsAfter(pid, 'SIGKILL', leaveWithinMs)) return;
  throw new FleetError('INSTANCE_NOT_STOPPED', { user, pid, seconds: (withinMs + leaveWithinMs) / 1000 });
}

/** The end of a process that is not our child has no event: it is looked for. */
async function endsAfter(pid: number, signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
  if (!signalled(pid, signal)) return true;
  const deadline = Date.now() + withinMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return true;
}

function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Whether the process `pid` runs, be it ours or somebody else's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether it has ended and only waits for its parent to notice. A process that outlived PM2 has the system's first process
 * for a parent, which in a container may never look.
 */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // `pid (name) state ...`; the name may have any character.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    // Gone between the two questions.
    return true;
  }
}
