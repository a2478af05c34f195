// How much work a function does, counted and not timed: how often each block of the code was run.
import { Session } from 'node:inspector/promises';
import { afterAll, beforeAll } from 'vitest';

/**
 * Counts how often blocks (bodies of functions, branches, turns of loops) of files whose path has `part` in it are entered
 * while a function runs. What the engine does inside one call of its own, such as `indexOf`, is not counted.
 */
export function useStepCounter(part: string): (work: () => void) => Promise<number> {
  const session = new Session();
  // Before the first call of anything that is counted: code that has run already has no counters.
  beforeAll(async () => {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  });
  afterAll(() => session.disconnect());
  const take = async (): Promise<number> => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => url.includes(part))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0);
  };
  return async (work) => {
    await take();
    work();
    return await take();
  };
}
