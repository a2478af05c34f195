// The state of an instance, from what was observed of it: one function, whose every answer has a reason in words.
import type { InstanceState } from '../observe/status.js';
import { readyWithinMs } from './app.js';
import type { CrashLoop } from './crash-loop.js';
import type { Goodbye } from './goodbye.js';
import type { AdminAnswer } from './observe.js';
import type { FleetProcess } from './process.js';
import type { Standing } from './standing.js';

export interface StateInput {
  readonly user: string;
  readonly answer: AdminAnswer;
  /** PM2's row; undefined where it has none or is not there. */
  readonly process: FleetProcess | undefined;
  /** Whether PM2's daemon runs: without it, a missing row says nothing. */
  readonly daemonRuns: boolean;
  readonly crashLoop: CrashLoop | undefined;
  readonly standing: Standing | undefined;
  /** Whether the process that `standing` names as adopted is there. */
  readonly adoptedAlive: boolean;
  readonly goodbye: Goodbye | undefined;
  /** Epoch ms. */
  readonly now: number;
}

export interface ObservedState {
  readonly state: InstanceState;
  /** In words; it says the remedy where there is one. */
  readonly reason: string;
}

/** What an instance is to its clients, and why. PM2's own word for it counts last: it says `online` of the dead and the hung. */
export function stateOf(seen: StateInput): ObservedState {
  const { answer, crashLoop, process } = seen;
  if (crashLoop !== undefined && goesOn(seen)) return looping(crashLoop, answer);
  if (answer.kind === 'answer') return answering(seen, answer.status);
  if (answer.kind === 'silent') {
    return blocked('its process is there and does not answer: it is stopped, or too busy', seen.user);
  }
  return process === undefined ? withoutProcess(seen) : withProcess(seen, process);
}

/** A loop is over when somebody has stopped the instance. */
function goesOn({ answer, process }: StateInput): boolean {
  if (answer.kind === 'answer') return true;
  return process !== undefined && process.status !== 'stopped' && process.status !== 'stopping';
}

function looping({ crashes, reason }: CrashLoop, answer: AdminAnswer): ObservedState {
  const now = answer.kind === 'answer' ? 'It runs again' : 'It is started again with growing pauses';
  return { state: 'crash-looping', reason: `it ended ${crashes} times; the last time: ${reason}. ${now}` };
}

function answering(
  seen: StateInput,
  status: { readonly state: InstanceState; readonly reason: string; readonly pid: number },
): ObservedState {
  const { state, reason } = status;
  const { process, standing, daemonRuns } = seen;
  if (process?.pid === status.pid) return { state, reason };
  const outside =
    standing?.kind === 'adopted' || !daemonRuns
      ? 'it runs without PM2 until its next restart'
      : 'PM2 has lost it; "chronos-fleet up" adopts it';
  return { state, reason: reason === '' ? outside : `${reason}; ${outside}` };
}

function withProcess({ user, now, goodbye }: StateInput, process: FleetProcess): ObservedState {
  const { status, pid, startedAt } = process;
  switch (status) {
    case 'stopping':
      return { state: 'draining', reason: 'it is being stopped' };
    case 'stopped':
      return stopped('it was stopped through PM2; "chronos-fleet up" starts it');
    case 'errored':
      return stopped('PM2 has given it up; "chronos-fleet up" starts it');
    case 'waiting restart': {
      const why = goodbye?.ended === 'failed' ? goodbye.reason : 'it ended without a word';
      return { state: 'starting', reason: `PM2 starts it again: ${why}` };
    }
    case 'online':
    case 'launching':
    case 'one-launch-status':
      if (pid === undefined) return stopped('PM2 calls it online, but it has no process; "chronos-fleet up"');
      if (now - startedAt < readyWithinMs) return { state: 'starting', reason: 'it was started just now' };
      return blocked('its process is there and does not listen', user);
  }
}

function withoutProcess(seen: StateInput): ObservedState {
  const { standing, daemonRuns, adoptedAlive } = seen;
  if (standing?.kind === 'blocked') return { state: 'blocked', reason: standing.reason };
  if (standing?.kind === 'adopted' && !adoptedAlive) {
    return stopped('it ran without PM2 and has ended; "chronos-fleet up" starts it');
  }
  if (!daemonRuns) return stopped('it does not run, and neither does PM2; "chronos-fleet up" starts both');
  return stopped('it does not run; "chronos-fleet up" starts it');
}

function stopped(reason: string): ObservedState {
  return { state: 'stopped', reason };
}

function blocked(what: string, user: string): ObservedState {
  return { state: 'blocked', reason: `${what}; "chronos-fleet restart ${user}" ends it` };
}
