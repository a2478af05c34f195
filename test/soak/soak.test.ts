// A short soak of a fleet of two, by a count of operations: every kind of fault comes, and nothing is lost, doubled or left behind.
import { expect, it } from 'vitest';
import { Pace } from './pace.js';
import { report } from './report.js';
import { soak } from './soak.js';

const operations = 500;

it.runIf(process.platform === 'linux')(
  'a fleet under load and faults loses no write, does none twice, drops nobody and leaves nothing behind',
  async () => {
    const pace = new Pace();
    const { failures, text } = await soak(
      { users: 2, seed: 5, operationsPerFault: 20 },
      pace,
      () => void pace.reached(operations).then(() => pace.stop('all operations were done')),
      (result) => ({ failures: result.journal.failures.map(({ what }) => what), text: report(result) }),
    );
    expect(failures, text).toEqual([]);
    expect(pace.operations).toBeGreaterThanOrEqual(operations);
  },
  240_000,
);
