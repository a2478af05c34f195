// How PM2 is told to run each program of the fleet. What was measured of each option is said beside it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsFileOf } from '../config/hand-over.js';
import type { InstanceSettings } from '../config/types.js';
import { fleetRoot, marksToEnvironment, namespace, processName } from './process.js';
import type { Marks } from './process.js';

/** An app as `pm2 start` and the `apps` of an ecosystem file take it. */
export interface AppDefinition {
  readonly name: string;
  readonly namespace: string;
  readonly script: string;
  readonly cwd: string;
  readonly args: string[];
  readonly interpreter: string;
  readonly exec_mode: 'fork';
  readonly pmx: false;
  readonly treekill: false;
  readonly disable_source_map_support: true;
  readonly filter_env: string[];
  readonly wait_ready: true;
  readonly listen_timeout: number;
  readonly kill_timeout: number;
  readonly kill_retry_time: number;
  readonly exp_backoff_restart_delay: number;
  readonly max_restarts: number;
  readonly shutdown_with_message: boolean;
  readonly output: string;
  readonly error: string;
  readonly env: Record<string, string>;
}

/** What a process may take to say that it is ready. */
export const readyWithinMs = 10_000;
/** What a process gets for leaving after its drain, before PM2 ends it. */
const leaveWithinMs = 5_000;

/** The compiled programs, wherever the package is installed; the same from src/ and from dist/. */
const programs = fileURLToPath(new URL('../../dist/programs/', import.meta.url));

/** The instance of `settings`, whose settings file has `revision`. */
export function instanceApp(root: string, settings: InstanceSettings, revision: string): AppDefinition {
  const { user, drainTimeoutMs, folder } = settings;
  return define(
    processName(root, 'instance', settings),
    'instance.js',
    [settingsFileOf(root, user)],
    { root: fleetRoot(root), role: 'instance', user, revision },
    { killTimeoutMs: drainTimeoutMs + leaveWithinMs, errorFile: join(folder, stderrFile) },
  );
}

/** The demo backend; its settings file is read again when it changes, but for the port. */
export function demoApp(root: string, port: number): AppDefinition {
  return define(
    processName(root, 'demo-backend'),
    'demo-backend.js',
    [demoSettingsFile(root)],
    { root: fleetRoot(root), role: 'demo-backend', revision: `port-${port}` },
    { killTimeoutMs: leaveWithinMs, errorFile: join(demoFolder(root), stderrFile) },
  );
}

/** The supervisor of the fleet, of this release (`version`). */
export function supervisorApp(root: string, version: string): AppDefinition {
  return define(
    processName(root, 'supervisor'),
    'supervisor.js',
    [fleetRoot(root)],
    { root: fleetRoot(root), role: 'supervisor', revision: version },
    { killTimeoutMs: leaveWithinMs, errorFile: join(supervisorFolder(root), stderrFile) },
  );
}

/** What a process says when it can say nothing to its log any more, e.g. that the memory is full. */
export const stderrFile = 'stderr.log';

/** No user can have these names: a user's begins with a letter or digit. */
export const demoFolder = (root: string): string => join(root, 'instances', '.demo');
export const demoSettingsFile = (root: string): string => join(demoFolder(root), 'settings.json');
export const supervisorFolder = (root: string): string => join(root, 'instances', '.supervisor');

function define(
  name: string,
  program: string,
  args: string[],
  marks: Marks,
  { killTimeoutMs, errorFile }: { killTimeoutMs: number; errorFile: string },
): AppDefinition {
  return {
    ...{ name, namespace, args },
    // PM2 hands a script whose path has a space to a shell; its folder may have one.
    script: program,
    cwd: programs,
    // With the environment filtered there is no PATH in which a bare `node` could be found.
    interpreter: process.execPath,
    // Without it one process means cluster mode.
    exec_mode: 'fork',
    // 4 to 10 MB a process.
    pmx: false,
    // Saves a `ps` per stop; no program of ours has children.
    treekill: false,
    disable_source_map_support: true,
    // PM2 would copy the starter's whole environment, secrets too, into the process and its dump. `true` does nothing.
    filter_env: [''],
    // Resolves also when the time runs out or the process dies: apply.ts looks for itself.
    wait_ready: true,
    listen_timeout: readyWithinMs,
    // The default of 1.6 s would end a query that is being drained.
    kill_timeout: killTimeoutMs,
    // How often PM2 looks whether it is gone: a part of the time that a restart takes.
    kill_retry_time: 20,
    exp_backoff_restart_delay: 100,
    // Once they are used up the process hangs in `waiting restart` for ever; crash-loop.ts judges loops.
    max_restarts: 1_000_000,
    // Windows has no signals.
    shutdown_with_message: process.platform === 'win32',
    // Logs over PM2 come in broken chunks and in files that others can read: the programs write their own.
    output: '/dev/null',
    error: errorFile,
    env: { ...marksToEnvironment(marks), ...passedOn() },
  };
}

/** Of the starter's environment: what a program needs from it, and no secret. */
function passedOn(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TZ', 'LANG', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
