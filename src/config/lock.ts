// A lock between processes, by a folder `<file>.lock` that a dead holder's successor may take over.
import { lock } from 'proper-lockfile';
import { FleetError } from '../errors.js';
import { fileTrouble } from './files.js';

/** A lock whose holder died is taken over after this time. */
const staleMs = 10_000;

/**
 * Takes the lock of `file` (which need not exist, its folder must), waiting up to `patienceMs` for who has it.
 * Returns what gives it back. Throws FILE_BUSY, or FILE_UNUSABLE where the folder cannot be written.
 */
export async function holdLock(file: string, patienceMs = 30_000): Promise<() => Promise<void>> {
  const maxTimeout = 200;
  const busy = (cause: unknown): FleetError =>
    new FleetError('FILE_BUSY', { file, seconds: Math.round(patienceMs / 1000) }, { cause });
  let lost: Error | undefined;
  try {
    const release = await lock(file, {
      realpath: false,
      stale: staleMs,
      // This process was stopped for so long that another took over; whoever gives the lock back learns it.
      onCompromised: (error) => {
        lost = error;
      },
      retries: { retries: Math.ceil(patienceMs / maxTimeout), minTimeout: 20, maxTimeout, randomize: true },
    });
    return async () => {
      if (lost !== undefined) throw busy(lost);
      await release();
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') {
      const detail = `it ${fileTrouble(error)}`;
      throw new FleetError('FILE_UNUSABLE', { file: `${file}.lock`, detail }, { cause: error });
    }
    throw busy(error);
  }
}
