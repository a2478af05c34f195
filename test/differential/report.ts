// A difference in words: the shrunk script and the two replies.
import { compareScript, type Verdict } from './compare.js';
import type { Stage } from './run.js';
import { shrink } from './shrink.js';
import { printScript } from './step.js';

/** How many shorter scripts are tried for one that fails. */
const SHRINK_BUDGET = 150;

/** Shrinks what failed and says what differs. */
export async function describeDifference(
  stage: Stage,
  seed: number,
  verdict: Verdict & { same: false },
): Promise<string> {
  const stillFails = async (script: Verdict & { same: false } extends { script: infer S } ? S : never) =>
    (await compareScript(stage, script)).same === false;
  const shrunk = await shrink(verdict.script, stillFails, SHRINK_BUDGET);
  const again = await compareScript(stage, shrunk);
  const shown = again.same === false ? again : verdict;
  const lines = [
    `seed ${seed}: ${verdict.script.lines.length} steps, shrunk to ${shown.script.lines.length}`,
    printScript(shown.script),
    `directly:     ${printReply(shown.directly)}`,
    `through port: ${printReply(shown.throughPort)}`,
  ];
  return lines.join('\n');
}

function printReply(reply: readonly string[]): string {
  const hex = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(reply).replace(/[^\x20-\x7e]/g, hex);
}
