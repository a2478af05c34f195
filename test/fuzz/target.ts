// What is fuzzed: a way to make an input from a seed, and what must hold for it. A failure is shrunk and printed.
import { runInNewContext } from 'node:vm';
import { randomOf, type Random } from '../sql/random.js';

export interface Case {
  readonly bytes: Buffer;
  /** Throws what is wrong. Must hold for any bytes, so that a failure can be shrunk. */
  check(bytes: Buffer): void;
}

export interface Target {
  readonly name: string;
  make(random: Random): Case;
}

/** A check that does not come back in so many ms hangs. */
const HANG_MS = 20_000;
/** Checks that are watched together. */
const BATCH = 200;

/** Runs the target with the seeds from `first` on. Throws, with the seed and the shrunk input, what is wrong first. */
export function fuzz(target: Target, first: number, count: number): void {
  for (let seed = first; seed < first + count; seed += BATCH) {
    fuzzBatch(target, seed, Math.min(seed + BATCH, first + count));
  }
}

function fuzzBatch(target: Target, from: number, to: number): void {
  let seed = from;
  let running: Case | undefined;
  const batch = (): void => {
    for (; seed < to; seed++) {
      running = target.make(randomOf(seed));
      running.check(running.bytes);
    }
  };
  try {
    watched(batch);
  } catch (cause) {
    const input = running === undefined ? '' : `; input: ${shrink(running).toString('hex')}`;
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${target.name}, seed ${seed}: ${what}${input}`, { cause });
  }
}

/** Runs a function that is ended, wherever it is, when it hangs: a test's own timeout cannot do that. */
function watched(run: () => void): void {
  runInNewContext('run()', { run }, { timeout: HANG_MS });
}

function fails(failing: Case, bytes: Buffer): boolean {
  try {
    watched(() => failing.check(bytes));
    return false;
  } catch {
    return true;
  }
}

/** Leaves out what is not needed for the failure, half of it at first, a byte at last. */
function shrink(failing: Case): Buffer {
  let { bytes } = failing;
  for (let size = bytes.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < bytes.length;) {
      const without = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + size)]);
      if (fails(failing, without)) bytes = without;
      else from += size;
    }
  }
  return bytes;
}
