// The long run of the soak (`npm run soak`): for so many minutes, with a line of progress each ten seconds and a table at the end.
import { Pace } from './pace.js';
import { progressLine, report } from './report.js';
import { soak } from './soak.js';

export interface LongSoak {
  readonly minutes: number;
  readonly users: number;
  readonly seed: number;
}

/** Faults come this often with ten users: about once in one to two seconds. */
const operationsPerFault = 150;

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Runs the soak and prints how it goes. Answers with the exit code: 1 when something failed. */
export async function longSoak({ minutes, users, seed }: LongSoak): Promise<number> {
  const pace = new Pace();
  const interrupted = (): void => pace.stop('it was interrupted');
  for (const signal of signals) process.on(signal, interrupted);
  console.log(`${users} users, ${minutes} minutes, seed ${seed}`);
  let progress: NodeJS.Timeout | undefined;
  let limit: NodeJS.Timeout | undefined;
  try {
    return await soak(
      { users, seed, operationsPerFault },
      pace,
      (journal, samples) => {
        const startedAt = Date.now();
        limit = setTimeout(() => pace.stop('its time was up'), minutes * 60_000);
        progress = setInterval(() => {
          console.log(progressLine((Date.now() - startedAt) / 1000, pace.operations, journal, samples));
        }, 10_000);
      },
      (result) => {
        console.log(`\n${report(result)}`);
        return result.journal.failures.length === 0 ? 0 : 1;
      },
    );
  } finally {
    clearTimeout(limit);
    clearInterval(progress);
    for (const signal of signals) process.off(signal, interrupted);
  }
}
