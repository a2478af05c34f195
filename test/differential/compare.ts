// One script both ways, and the first step whose replies differ.
import { withoutKnown } from './known-differences.js';
import { improvise, runDirectly, runThroughPort, type Make, type Run, type Stage } from './run.js';
import type { Script, ScriptLine } from './step.js';

/** What the two runs of a script came to. */
export type Verdict =
  | { readonly same: true; readonly run: Run }
  /** The script lets a session run while another holds the backend: it says nothing. */
  | { readonly same: 'blocked'; readonly holds: Run['holds'] }
  /** The instance had to give up what a session had, and said so: what differs from then on may be what others see of that. */
  | { readonly same: 'given up'; readonly run: Run }
  | {
      readonly same: false;
      readonly script: Script;
      /** Index of the step. */
      readonly at: number;
      readonly directly: readonly string[];
      readonly throughPort: readonly string[];
    };

/** Makes up a script for the seed and runs it both ways. */
export async function compareSeed(stage: Stage, seed: number, make: Make): Promise<Verdict> {
  return judge(stage, await improvise(stage, seed, make));
}

export async function compareScript(stage: Stage, script: Script): Promise<Verdict> {
  return judge(stage, await runThroughPort(stage, script));
}

async function judge(stage: Stage, proxied: Run): Promise<Verdict> {
  if (proxied.stuck === 'blocked') return { same: 'blocked', holds: proxied.holds };
  const direct = await runDirectly(stage, proxied.script);
  const { lines } = proxied.script;
  const at = lines.findIndex((_, i) => !equal(replyAt(direct, i), replyAt(proxied, i)));
  if (at < 0) return { same: true, run: proxied };
  if (at >= proxied.lossAt) return { same: 'given up', run: proxied };
  // To COM_FIELD_LIST of a session without a schema MariaDB answers nothing at all.
  if (lines[at]?.step.do === 'field-list' && replyAt(direct, at)[0] === '(no reply)')
    return { same: 'given up', run: proxied };
  if (keepsReadOnly(lines, at, replyAt(direct, at))) return { same: 'given up', run: proxied };
  if (cannotPrepare(replyAt(direct, at), replyAt(proxied, at))) return { same: 'given up', run: proxied };
  if (waitsForLocks(lines, at, replyAt(proxied, at))) return { same: 'given up', run: proxied };
  if (isRefused(lines[at], replyAt(direct, at), replyAt(proxied, at)))
    return { same: 'given up', run: proxied };
  if (replyAt(proxied, at).some((packet) => tellsOfLoss.test(packet)))
    return { same: 'given up', run: proxied };
  return {
    same: false,
    script: { ...proxied.script, lines: lines.slice(0, at + 1) },
    at,
    directly: replyAt(direct, at),
    throughPort: replyAt(proxied, at),
  };
}

/**
 * The instance refuses what surely needs a schema that its session has not; the server may have found another fault first. Where
 * it runs a statement elsewhere, that finds what it wants missing there. A PREPARE that asks where it is can do neither.
 */
function isRefused(
  line: ScriptLine | undefined,
  direct: readonly string[],
  proxied: readonly string[],
): boolean {
  const [error = '', refusal = ''] = [direct.at(-1), proxied.at(-1)];
  const hasNone = refusal.endsWith('#3D000No database selected');
  if (hasNone && /PREPARE .*DATABASE\(\)/.test(JSON.stringify(line?.step))) return true;
  return error[4] === '\xff' && refusal[4] === '\xff' && (hasNone || /information_schema/i.test(refusal));
}

/** MariaDB keeps what START TRANSACTION said for the next transaction, where SET autocommit = 1 ended the one that it was for. */
function keepsReadOnly(lines: readonly ScriptLine[], at: number, direct: readonly string[]): boolean {
  if (direct.at(-1)?.includes('#25006') !== true) return false;
  const { session } = lines[at] ?? {};
  const said = lines.slice(0, at).flatMap((line) => (line.session === session ? JSON.stringify(line) : []));
  const begun = said.findIndex((line) => /START TRANSACTION .*READ ONLY/.test(line));
  return begun >= 0 && said.slice(begun).some((line) => line.includes('SET autocommit = 1'));
}

/** What had been on a lost connection alone is told, as a warning's text is. */
const tellsOfLoss = /This statement was not run|went with the backend connection/;

/** A statement that writes cannot be prepared again while its session only reads; the server finds another fault with it. */
function cannotPrepare(direct: readonly string[], proxied: readonly string[]): boolean {
  return direct.at(-1)?.[4] === '\xff' && proxied.at(-1)?.includes('#25006') === true;
}

/** Under a collation of wide letters the names of locks are others: such a call waits until no other session has any. */
function waitsForLocks(lines: readonly ScriptLine[], at: number, proxied: readonly string[]): boolean {
  const said = lines.slice(0, at + 1).filter(({ session }) => session === lines[at]?.session);
  const isWide = said.some(({ step }) => JSON.stringify(step).includes('ucs2'));
  return isWide && proxied[0] === '(no reply)' && JSON.stringify(lines[at]?.step).includes('_LOCK');
}

function replyAt(run: Run, at: number): readonly string[] {
  const reply = run.replies[at];
  if (reply !== undefined) return reply;
  return at === run.replies.length && run.stuck !== null ? [`(${run.stuck})`] : [];
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return (
    one.length === other.length &&
    one.every((packet, i) => withoutKnown(packet) === withoutKnown(other[i] ?? ''))
  );
}
