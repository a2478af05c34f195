// A row of PM2's list, read with care: PM2's types promise more than it keeps.
import { marksFromEnvironment } from './process.js';
import type { Pm2Process, Pm2Status } from './process.js';

const statuses: ReadonlySet<string> = new Set<Pm2Status>([
  ...(['online', 'launching', 'stopping', 'stopped', 'errored'] as const),
  ...(['waiting restart', 'one-launch-status'] as const),
]);

/** The row, or undefined where it is none. */
export function readRow(row: unknown): Pm2Process | undefined {
  if (!isRecord(row) || !isRecord(row.pm2_env) || typeof row.pm_id !== 'number') return undefined;
  const { name, pid, pm_id: pmId, pm2_env: environment } = row;
  const { status, namespace, restart_time: restarts, pm_uptime: startedAt } = environment;
  return {
    pmId,
    name: String(name),
    namespace: typeof namespace === 'string' ? namespace : '',
    pid: typeof pid === 'number' && pid > 0 ? pid : undefined,
    status: isStatus(status) ? status : 'errored',
    restarts: typeof restarts === 'number' ? restarts : 0,
    startedAt: typeof startedAt === 'number' ? startedAt : 0,
    marks: marksFromEnvironment(environment),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isStatus(value: unknown): value is Pm2Status {
  return typeof value === 'string' && statuses.has(value);
}
