// How an instance follows another of the same user: it takes the port the moment that is free, and serves when the other has ended.
import { adminTrouble, awaitPort, fetchStatus } from '../observe/admin-client.js';
import { isAlive } from './end-instance.js';

const answersWithinMs = 2_000;
/** Where the one before ends without a word, nobody says that the port is free. */
const tryEveryMs = 20;
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
  const port = awaitPort(admin);
  onStandby();
  await listenWhenFree(predecessor, listen, port.freed);
  port.taken();
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

async function listenWhenFree(
  predecessor: number,
  listen: () => Promise<void>,
  freed: Promise<void>,
): Promise<void> {
  const word = { came: false };
  void freed.then(() => (word.came = true));
  for (;;) {
    const { came } = word;
    const ended = !isAlive(predecessor);
    try {
      await listen();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || ended) throw error;
    }
    // It comes once; where somebody else has the port then, it is only tried.
    await (came ? pause(tryEveryMs) : Promise.race([pause(tryEveryMs), freed]));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
