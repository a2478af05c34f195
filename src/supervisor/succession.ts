// How an instance follows another of the same user: it takes the port the moment that is free, and serves when the other has ended.
import { adminTrouble, fetchStatus } from '../observe/admin-client.js';
import { isAlive } from './end-instance.js';

const answersWithinMs = 2_000;
/** The port is free for about as long as this. */
const tryEveryMs = 3;
/** When nobody has ended the predecessor within `eagerMs`, it is not about to end. */
const eagerMs = 10_000;
const tryLaterEveryMs = 100;
const lookEveryMs = 5;

/**
 * Takes the port with `listen`. Where another process serves the user, `onStandby` is called, and this resolves only when
 * that process has ended and its backend connection with it; clients that connect meanwhile wait for their greeting.
 * Throws the error of `listen`, and ADMIN_SILENT where a process is there that says nothing of itself.
 */
export async function takePort(
  admin: string,
  listen: () => Promise<void>,
  onStandby: () => unknown,
): Promise<void> {
  const predecessor = await findPredecessor(admin);
  if (predecessor === undefined) return listen();
  onStandby();
  await listenWhenFree(predecessor, listen);
  while (isAlive(predecessor)) await pause(lookEveryMs);
}

/** The process that serves the user now; undefined where none does. */
async function findPredecessor(admin: string): Promise<number | undefined> {
  try {
    return (await fetchStatus(admin, answersWithinMs)).pid;
  } catch (error) {
    // What is there and silent may have a backend connection: there must not be a second one.
    if (adminTrouble(error) === 'absent') return undefined;
    throw error;
  }
}

async function listenWhenFree(predecessor: number, listen: () => Promise<void>): Promise<void> {
  const eagerUntil = Date.now() + eagerMs;
  for (;;) {
    const ended = !isAlive(predecessor);
    try {
      await listen();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || ended) throw error;
    }
    await pause(Date.now() < eagerUntil ? tryEveryMs : tryLaterEveryMs);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
