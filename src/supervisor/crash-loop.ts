// Whether an instance is in a crash loop: judged from the ends that were seen of it, never from what PM2 calls it.
import type { Goodbye } from './goodbye.js';
import type { FleetProcess } from './process.js';

/** One end of an instance's process that nobody had asked for. */
export interface Crash {
  /** Epoch ms. */
  readonly at: number;
  /** In words. */
  readonly reason: string;
}

export interface CrashLoop {
  /** Crashes within the time that is looked at. */
  readonly crashes: number;
  /** Epoch ms of the first of them. */
  readonly since: number;
  /** Why it ended last. */
  readonly reason: string;
}

/** PM2's pauses between restarts grow to 15 s, so that a loop crashes at least four times in this time. */
const lookBackMs = 75_000;
const loopFrom = 3;
/** What is known of a process that was killed, or had no memory left, or could not even be loaded. */
export const withoutWords = 'it ended without a word (killed, or out of memory)';

/** Ends of a process as two looks at its row show them: PM2's exit events come twice, or not at all. */
export function crashBetween(
  before: FleetProcess | undefined,
  after: FleetProcess,
  goodbye: Goodbye | undefined,
  now: number,
): Crash | undefined {
  const ended = endedRow(before, after);
  if (ended === undefined) return undefined;
  if (goodbye === undefined || goodbye.pid !== ended.pid) return { at: now, reason: withoutWords };
  // Asked to stop by hand, through PM2: that is no crash.
  return goodbye.ended === 'stopped' ? undefined : { at: goodbye.at, reason: goodbye.reason };
}

/** The row with the process that has ended, if one has. A row that is new, or has no process yet, tells nothing. */
export function endedRow(before: FleetProcess | undefined, after: FleetProcess): FleetProcess | undefined {
  if (before?.pid === undefined || before.pmId !== after.pmId) return undefined;
  const waits = after.status === 'waiting restart';
  // The end of what was waited for then was seen then, and the row has kept its pid; another may have come and ended since.
  if (before.status === 'waiting restart')
    return waits && after.restarts > before.restarts ? after : undefined;
  return waits || after.restarts > before.restarts || after.pid !== before.pid ? before : undefined;
}

/** The crashes that still count at `now`. */
export function recent(crashes: readonly Crash[], now: number): Crash[] {
  return crashes.filter(({ at }) => now - at < lookBackMs);
}

/** The judgement over `crashes`, oldest first; undefined where it is no loop. */
export function judge(crashes: readonly Crash[], now: number): CrashLoop | undefined {
  const counted = recent(crashes, now);
  const [first, last] = [counted[0], counted.at(-1)];
  if (counted.length < loopFrom || first === undefined || last === undefined) return undefined;
  return { crashes: counted.length, since: first.at, reason: last.reason };
}

/**
 * The judgement where no supervisor has watched: PM2 is waiting to start it again after at least as many restarts as make
 * a loop. PM2 counts planned restarts too, but does not wait after these.
 */
export function judgeByRow(row: FleetProcess, goodbye: Goodbye | undefined): CrashLoop | undefined {
  if (row.status !== 'waiting restart' || row.restarts < loopFrom) return undefined;
  const reason = goodbye?.ended === 'failed' ? goodbye.reason : withoutWords;
  return { crashes: row.restarts, since: row.startedAt, reason };
}
