// What is to be done so that what runs is what the port map wants: pure, one step a user.
import type { InstanceSettings } from '../config/types.js';
import { keyOfSetting } from '../config/setting-key.js';
import { readyWithinMs } from './app.js';
import type { Observation } from './observe.js';
import type { FleetProcess } from './process.js';

/** What of a user runs and is to be ended. */
export interface Running {
  /** Rows of PM2 that are to go. */
  readonly processes: readonly FleetProcess[];
  /** A process that PM2 does not know, by its pid. */
  readonly outside: number | undefined;
}

interface Common {
  readonly user: string;
  /** In words that follow the user's name. */
  readonly why: string;
  readonly end: Running;
}

export type Step =
  /** Nothing runs: start it. */
  | (Common & { readonly kind: 'create'; readonly settings: InstanceSettings })
  /** It runs with other settings: end it, start it. */
  | (Common & { readonly kind: 'replace'; readonly settings: InstanceSettings })
  /** It is there and does not serve: end it, start it. */
  | (Common & { readonly kind: 'repair'; readonly settings: InstanceSettings })
  /** It serves with the right settings and PM2 has lost it: leave it running, watch it. */
  | (Common & { readonly kind: 'adopt'; readonly pid: number; readonly settings: InstanceSettings })
  /** It runs and is not in the map: end it. */
  | (Common & { readonly kind: 'orphan' })
  | (Common & { readonly kind: 'nothing' });

export type StepKind = Step['kind'];

/** The steps, one for each user that is in the map or of whom anything runs. `now` is in epoch ms. */
export function planFleet(observations: readonly Observation[], now: number): Step[] {
  return observations.flatMap((observation) => planUser(observation, now) ?? []);
}

function planUser(observation: Observation, now: number): Step | undefined {
  const { wanted, answer } = observation;
  if (wanted === undefined) return planUnwanted(observation);
  return answer.kind === 'answer'
    ? planServing(observation, wanted, answer.status.pid, answer.status.revision)
    : planMute(observation, wanted, now);
}

function planUnwanted({ user, processes, answer }: Observation): Step | undefined {
  const end = { processes, outside: outsidePid(processes, answer) };
  if (processes.length === 0 && end.outside === undefined) return undefined;
  return { kind: 'orphan', user, why: 'is not in the port map any more', end };
}

/** The admin endpoint answers, from the process `pid`, which was started with `revision`. */
function planServing(seen: Observation, settings: InstanceSettings, pid: number, revision: string): Step {
  const { user, processes, standing } = seen;
  const row = processes.find((process) => process.pid === pid);
  const outside = row === undefined ? pid : undefined;
  if (revision !== seen.revision) {
    return { kind: 'replace', user, why: whatChanged(seen), settings, end: { processes, outside } };
  }
  // A second row of the same user is in a loop because the port is taken: by the right one.
  const surplus = { processes: processes.filter((process) => process !== row), outside: undefined };
  if (row !== undefined) return { kind: 'nothing', user, why: 'runs as the map wants it', end: surplus };
  if (standing?.kind === 'adopted' && standing.pid === pid && surplus.processes.length === 0) {
    return { kind: 'nothing', user, why: 'runs on without PM2 until its next restart', end: surplus };
  }
  return { kind: 'adopt', user, pid, settings, why: 'outlived the PM2 daemon and serves on', end: surplus };
}

/** The admin endpoint gives no answer. */
function planMute(seen: Observation, settings: InstanceSettings, now: number): Step {
  const { user, processes, answer } = seen;
  const end = { processes, outside: undefined };
  const [row] = processes;
  if (row === undefined) return { kind: 'create', user, why: 'does not run', settings, end };
  if (processes.some(({ marks }) => marks.revision !== seen.revision)) {
    return { kind: 'replace', user, why: whatChanged(seen), settings, end };
  }
  const alive = processes.find(({ pid, status }) => pid !== undefined && status === 'online');
  // It may only be busy, and its sessions live: ending it is for who knows better.
  if (alive !== undefined && answer.kind === 'silent') {
    const why = `does not answer, its process is left alone; "chronos-fleet restart ${user}" ends it`;
    return { kind: 'nothing', user, why, end: { processes: [], outside: undefined } };
  }
  if (alive !== undefined && now - alive.startedAt < readyWithinMs) {
    return { kind: 'nothing', user, why: 'is starting', end: { processes: [], outside: undefined } };
  }
  return { kind: 'repair', user, why: whyMute(row), settings, end };
}

function outsidePid(processes: readonly FleetProcess[], answer: Observation['answer']): number | undefined {
  if (answer.kind !== 'answer') return undefined;
  const { pid } = answer.status;
  return processes.some((process) => process.pid === pid) ? undefined : pid;
}

function whyMute({ status, pid }: FleetProcess): string {
  if (status === 'stopped') return 'is stopped';
  if (status === 'waiting restart') return 'keeps ending';
  if (status === 'errored') return 'was given up by PM2';
  return pid === undefined ? 'has no process, though PM2 calls it online' : 'does not listen';
}

/** Names the map's keys whose values differ, never the values: they may be secrets. */
function whatChanged({ wanted, handedOver }: Observation): string {
  if (wanted === undefined || handedOver === undefined) return 'runs with settings that are not known';
  const keys = changedKeys(wanted, handedOver.settings);
  return keys.length === 0
    ? 'runs with older settings'
    : `has new settings (${keys.map(keyOfSetting).join(', ')})`;
}

function changedKeys(wanted: object, had: object, prefix = ''): string[] {
  const before = new Map<string, unknown>(Object.entries(had));
  const after = new Map<string, unknown>(Object.entries(wanted));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [a, b] = [before.get(key), after.get(key)];
    if (isObject(a) && isObject(b)) return changedKeys(b, a, `${prefix}${key}.`);
    return JSON.stringify(a) === JSON.stringify(b) ? [] : [`${prefix}${key}`];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
