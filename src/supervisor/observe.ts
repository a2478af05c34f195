// What there is of each user: what the map wants, what PM2 lists, what the admin endpoint answers.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readInstanceSettings, settingsFileOf, settingsRevision } from '../config/hand-over.js';
import type { HandedOver } from '../config/hand-over.js';
import type { FleetMap, InstanceSettings } from '../config/types.js';
import { isFleetError } from '../errors.js';
import { adminTrouble, fetchStatus } from '../observe/admin-client.js';
import type { InstanceStatus } from '../observe/status.js';
import type { FleetProcess } from './process.js';
import { readStanding } from './standing.js';
import type { Standing } from './standing.js';

export type AdminAnswer =
  | { readonly kind: 'answer'; readonly status: InstanceStatus }
  /** Nobody listens. */
  | { readonly kind: 'absent' }
  /** Somebody listens and does not answer in time: stopped, or too busy. */
  | { readonly kind: 'silent' };

export interface Observation {
  readonly user: string;
  /** What the map wants; undefined where the user is not in it. */
  readonly wanted: InstanceSettings | undefined;
  /** The revision that `wanted` has; undefined where nothing was ever started with such settings. */
  readonly revision: string | undefined;
  /** What the instance was last started with. */
  readonly handedOver: HandedOver | undefined;
  readonly processes: readonly FleetProcess[];
  readonly answer: AdminAnswer;
  readonly standing: Standing | undefined;
}

/** An instance that is up answers within a ms or two; a busy machine is given time. */
const answersWithinMs = 1_000;

/** Looks at every user of the map and everyone else who has a folder or a process, as far as `concerned`. */
export async function observeUsers(
  root: string,
  map: Pick<FleetMap, 'users'>,
  processes: readonly FleetProcess[],
  concerned: (user: string) => boolean = () => true,
): Promise<Observation[]> {
  const instances = processes.filter(({ marks }) => marks.role === 'instance');
  const names = new Set([
    ...map.users.map(({ user }) => user),
    ...usersWithSettings(root),
    ...instances.flatMap(({ marks }) => marks.user ?? []),
  ]);
  return Promise.all(
    [...names].filter(concerned).map((user) =>
      observeUser(
        root,
        user,
        map.users.find((each) => each.user === user),
        instances.filter(({ marks }) => marks.user === user),
      ),
    ),
  );
}

async function observeUser(
  root: string,
  user: string,
  wanted: InstanceSettings | undefined,
  processes: readonly FleetProcess[],
): Promise<Observation> {
  const handedOver = readHandedOver(root, user);
  const started = handedOver?.settings ?? wanted;
  return {
    user,
    wanted,
    revision: handedOver && wanted && settingsRevision(handedOver.salt, wanted),
    handedOver,
    processes,
    answer: started === undefined ? { kind: 'absent' } : await askAdmin(started.admin, answersWithinMs),
    standing: started === undefined ? undefined : readStanding(started.folder),
  };
}

/** Asks an admin endpoint; what is wrong with the answer is part of the answer. */
export async function askAdmin(address: string, withinMs: number): Promise<AdminAnswer> {
  try {
    return { kind: 'answer', status: await fetchStatus(address, withinMs) };
  } catch (error) {
    const trouble = adminTrouble(error);
    if (trouble === undefined) throw error;
    return { kind: trouble === 'absent' ? 'absent' : 'silent' };
  }
}

/** The settings that the instance was last started with; undefined where they are missing or damaged. */
export function readHandedOver(root: string, user: string): HandedOver | undefined {
  try {
    return readInstanceSettings(settingsFileOf(root, user));
  } catch (error) {
    // Written anew by the next start.
    if (isFleetError(error, 'SETTINGS_UNREADABLE')) return undefined;
    throw error;
  }
}

/** Users who have been started once and not been removed. */
export function usersWithSettings(root: string): string[] {
  let entries;
  try {
    entries = readdirSync(join(root, 'instances'), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => readHandedOver(root, name) !== undefined);
}
