// Which of several statements were run before one failed.

import type { Statement } from '../../sql/types.js';
import type { Outcome } from '../backend/reply-progress.js';

export type Fate = 'done' | 'failed' | 'not-run' | 'unknown';

/** What became of each statement, as far as the number of results before the error tells: some statements have any number. */
export function fatesOf(
  statements: readonly Statement[],
  { err, results }: Pick<Outcome, 'err' | 'results'>,
): readonly Fate[] {
  if (err === null) return statements.map(() => 'done');
  let [next, isCounted, sharesResult] = [0, true, false];
  return statements.map((statement) => {
    const mine = sharesResult ? next - 1 : next++;
    // What EXECUTE runs is the next effect, and has its result.
    sharesResult = statement.runs !== null;
    const fate = mine < results ? 'done' : mine === results ? 'failed' : 'not-run';
    const known = isCounted ? fate : 'unknown';
    isCounted &&= !hasAnyNumber(statement);
    return known === 'done' && !isCounted ? 'unknown' : known;
  });
}

/** A procedure answers as often as it likes. */
function hasAnyNumber({ verb, opaque, execute, runs }: Statement): boolean {
  return verb === 'CALL' || opaque !== null || (execute !== null && runs === null);
}
