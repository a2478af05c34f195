// Incidents at the top of `status`: a backend that many wait for is told once, and their rows are short.
import type { FleetStatus } from '../hub/fleet-status.js';
import type { InstanceRow } from '../hub/instance-row.js';

/** Fewer have their rows to say it. */
const usersFrom = 2;

/** A line for each backend that several users wait for, and the rows, without what such a line says already. */
export function withIncidents({ incidents, instances }: Pick<FleetStatus, 'incidents' | 'instances'>): {
  readonly lines: readonly string[];
  readonly rows: readonly InstanceRow[];
} {
  const shared = incidents.filter(({ users }) => users.length >= usersFrom);
  const lines = shared.map(
    ({ backend, words, users, since }) =>
      `backend ${backend} ${words}: ${users.length} users, since ${clock(since)}, retrying`,
  );
  // What is wrong with a login may differ from user to user.
  const told = new Map(
    shared
      .filter(({ fault }) => fault === 'connection')
      .flatMap(({ users, backend }) => users.map((user) => [user, backend] as const)),
  );
  const rows = instances.map((row) => {
    const backend = told.get(row.user);
    if (backend === undefined || row.state !== 'degraded') return row;
    return { ...row, reason: `waits for backend ${backend}` };
  });
  return { lines, rows };
}

/** The time of day here, and the day where it was another. */
function clock(at: number): string {
  const local = (time: number): string =>
    new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString();
  const [then, now] = [local(at), local(Date.now())];
  const time = then.slice(11, 19);
  return then.slice(0, 10) === now.slice(0, 10) ? time : `${then.slice(0, 10)} ${time}`;
}
