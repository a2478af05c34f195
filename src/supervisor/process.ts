// What a fleet's processes are called in PM2, and the marks by which it knows its own among them.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** What a process of the fleet does. */
export type Role = 'instance' | 'demo-backend' | 'supervisor';

/** The marks: environment variables of the process, which PM2 shows in its list. None holds a secret. */
export interface Marks {
  /** The fleet's folder, with links resolved. */
  readonly root: string;
  readonly role: Role;
  /** Of an instance: the user whom it serves. */
  readonly user?: string;
  /** Two processes of one revision were started with the same settings. */
  readonly revision: string;
}

/** PM2's words for the state of a process; what they are worth is in state.ts. */
export type Pm2Status =
  'online' | 'launching' | 'stopping' | 'stopped' | 'errored' | 'waiting restart' | 'one-launch-status';

/** A row of PM2's list. */
export interface Pm2Process {
  readonly pmId: number;
  readonly name: string;
  readonly namespace: string;
  /** Undefined where there is no process: PM2 says `online` even then. */
  readonly pid: number | undefined;
  readonly status: Pm2Status;
  /** Restarts, planned ones included, since it was started under this id. */
  readonly restarts: number;
  /** Epoch ms of the last start. */
  readonly startedAt: number;
  /** Undefined for a process that is not a fleet's. */
  readonly marks: Marks | undefined;
}

/** A process of this fleet, as PM2 lists it. */
export type FleetProcess = Pm2Process & { readonly marks: Marks };

/** The namespace of all fleets' processes, for `pm2` commands by hand. Nothing here acts by namespace. */
export const namespace = 'chronos-fleet';

/**
 * The name of a process. An instance's has its port, so that `pm2 list` shows it; the others' have a piece of the root's
 * hash, because PM2 takes two processes of a name for one, and a machine may have several fleets.
 */
export function processName(root: string, role: Role, instance?: { user: string; port: number }): string {
  if (instance !== undefined) return `chronos-${instance.user}-${instance.port}`;
  return `chronos-${role}-${fleetId(root)}`;
}

/** A piece of the hash of the fleet's folder: six hex digits, the same for each way to write the folder. */
export function fleetId(root: string): string {
  return createHash('sha256').update(fleetRoot(root)).digest('hex').slice(0, 6);
}

/** The environment that carries the marks. CHRONOS_FLEET_ROOT is also what the programs find the fleet by. */
export function marksToEnvironment(marks: Marks): Record<string, string> {
  return {
    CHRONOS_FLEET_ROOT: marks.root,
    CHRONOS_FLEET_ROLE: marks.role,
    CHRONOS_FLEET_REVISION: marks.revision,
    ...(marks.user === undefined ? {} : { CHRONOS_FLEET_USER: marks.user }),
  };
}

/** The marks in an environment as PM2 shows it; undefined where there are none. */
export function marksFromEnvironment(environment: Readonly<Record<string, unknown>>): Marks | undefined {
  const {
    CHRONOS_FLEET_ROOT: root,
    CHRONOS_FLEET_ROLE: role,
    CHRONOS_FLEET_REVISION: revision,
    CHRONOS_FLEET_USER: user,
  } = environment;
  if (typeof root !== 'string' || typeof revision !== 'string' || !isRole(role)) return undefined;
  if (role !== 'instance') return { root, role, revision };
  return typeof user === 'string' ? { root, role, user, revision } : undefined;
}

function isRole(value: unknown): value is Role {
  return value === 'instance' || value === 'demo-backend' || value === 'supervisor';
}

/** The fleet's folder as the marks name it: absolute, links resolved, so that one fleet has one name. */
export function fleetRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    // A folder that is gone has no links to resolve; its processes may still run and are to be found.
    return resolve(root);
  }
}

/** Those of `processes` that belong to the fleet in `root`. */
export function ofFleet(processes: readonly Pm2Process[], root: string): FleetProcess[] {
  const own = fleetRoot(root);
  return processes.filter((process): process is FleetProcess => process.marks?.root === own);
}
