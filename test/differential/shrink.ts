// Makes a script that fails shorter for as long as it goes on failing.
import type { Script, ScriptLine } from './step.js';

/**
 * Drops lines, in halves, quarters and at last one by one, and sessions that have none left.
 * @param fails whether a script still shows a difference
 * @param budget how many scripts may be tried
 */
export async function shrink(
  script: Script,
  fails: (script: Script) => Promise<boolean>,
  budget: number,
): Promise<Script> {
  let { lines } = script;
  let left = budget;
  const attempt = async (fewer: readonly ScriptLine[]): Promise<boolean> => {
    if (left-- <= 0 || !(await fails({ ...script, lines: fewer }))) return false;
    lines = fewer;
    return true;
  };
  for (let size = lines.length >> 1; size > 0 && left > 0;) {
    const before = lines.length;
    for (let end = lines.length; end > 0 && left > 0; end -= size) {
      await attempt([...lines.slice(0, Math.max(0, end - size)), ...lines.slice(end)]);
    }
    if (size > 1) size >>= 1;
    else if (lines.length === before) break;
  }
  return withoutIdle({ ...script, lines });
}

/** Sessions that do nothing are left out, and the others numbered anew. */
function withoutIdle({ logins, lines }: Script): Script {
  const used = logins
    .map((_, session) => session)
    .filter((session) => lines.some((l) => l.session === session));
  return {
    logins: used.flatMap((session) => logins.slice(session, session + 1)),
    lines: lines.map(({ session, step }) => ({ session: used.indexOf(session), step })),
  };
}
