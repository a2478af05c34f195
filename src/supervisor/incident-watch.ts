// Watches the instances' backends, and tells once when one goes away and once when it is back, whatever number of users it concerns.
import type { InstanceSettings } from '../config/types.js';
import { backendName, incidentsOf, troubleOf } from './incident.js';
import type { Incident, Trouble } from './incident.js';
import { askAdmin } from './observe.js';
import type { Tell } from './supervisor-events.js';

/** Each look asks every instance. */
const lookEveryMs = 4_000;
const answersWithinMs = 500;
const usersNamed = 5;

export interface IncidentWatch {
  /** Asks the instances of `users` where the last look is long enough ago. */
  look(users: readonly InstanceSettings[], now: number): Promise<void>;
}

export function watchIncidents(tell: Tell): IncidentWatch {
  let open: readonly Opened[] = [];
  let losses: ReadonlyMap<string, number> = new Map();
  let lookedAt = -Infinity;
  return {
    async look(users, now) {
      if (now - lookedAt < lookEveryMs) return;
      lookedAt = now;
      const looks = (await Promise.all(users.map(askFor))).filter((each) => each !== undefined);
      open = compare(open, incidentsOf(looks.flatMap(({ trouble }) => trouble ?? [])), now, tell);
      tellBlinks(looks, losses, tell);
      losses = new Map(looks.map((look) => [look.user, look.losses]));
    },
  };
}

/** What an instance says of its backend. */
export interface BackendLook {
  readonly user: string;
  readonly backend: string;
  readonly trouble: Trouble | undefined;
  /** Since its start. */
  readonly losses: number;
}

async function askFor(settings: InstanceSettings): Promise<BackendLook | undefined> {
  const answer = await askAdmin(settings.admin, answersWithinMs);
  if (answer.kind !== 'answer') return undefined;
  const { user, counters } = answer.status;
  const trouble = troubleOf(answer.status, settings);
  return { user, backend: backendName(settings), trouble, losses: counters.backendLosses };
}

/** Tells of backends that were lost and had again between two looks. `before` has the losses of the last look, by user. */
export function tellBlinks(
  looks: readonly BackendLook[],
  before: ReadonlyMap<string, number>,
  tell: Tell,
): void {
  const blinked = looks.filter(
    ({ user, trouble, losses }) => trouble === undefined && losses > (before.get(user) ?? losses),
  );
  for (const backend of new Set(blinked.map((look) => look.backend))) {
    const users = blinked.filter((look) => look.backend === backend).map(({ user }) => user);
    tell({ type: 'backend-blinked', backend, count: users.length, users: users.slice(0, usersNamed) });
  }
}

/** An incident that was told of, and the most users that it has had. */
export interface Opened {
  readonly incident: Incident;
  readonly most: number;
}

/** Tells what is new and what is over since `before`, and returns what goes on. `now` is in epoch ms. */
export function compare(
  before: readonly Opened[],
  incidents: readonly Incident[],
  now: number,
  tell: Tell,
): Opened[] {
  const isSame = (a: Incident) => (b: Incident) => a.backend === b.backend && a.fault === b.fault;
  for (const { incident, most } of before) {
    if (incidents.some(isSame(incident))) continue;
    const { backend, fault, since } = incident;
    tell({ type: 'incident-closed', backend, fault, count: most, lastedMs: now - since });
  }
  return incidents.map((incident) => {
    const had = before.find((each) => isSame(incident)(each.incident));
    const count = incident.users.length;
    if (had === undefined) {
      const { backend, fault, words, since } = incident;
      const users = incident.users.slice(0, usersNamed);
      tell({ type: 'incident-opened', ...{ backend, fault, words, since, count, users } });
    }
    return { incident, most: Math.max(count, had?.most ?? 0) };
  });
}
