// Has a fleet started at boot: finds out what this machine takes, and writes or removes it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeAtomically } from '../../config/files.js';
import type { FleetMap } from '../../config/types.js';
import { FleetError, isFleetError } from '../../errors.js';
import { rememberedPm2Home } from '../fleet-pm2.js';
import { pm2Home } from '../pm2-home.js';
import { fleetId, fleetRoot } from '../process.js';
import { launchdService } from './launchd.js';
import type { Account, BootService, BootSubject } from './service.js';
import { systemdService } from './systemd.js';
import { taskService } from './task.js';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const leastStopSeconds = 60;
/** Beyond the longest drain: for closing backend connections, and for the command itself. */
const moreStopSeconds = 30;

/** What would start the fleet of `map` on this machine, for the account that owns its folder. Throws STARTUP_IMPOSSIBLE. */
export async function bootService(
  map: Pick<FleetMap, 'root' | 'users'>,
  scope: BootSubject['scope'],
): Promise<BootService> {
  const root = fleetRoot(map.root);
  const account = await ownerOf(root);
  const given = (process.env.PM2_HOME ?? '') !== '';
  const drains = map.users.map(({ drainTimeoutMs }) => Math.ceil(drainTimeoutMs / 1000) + moreStopSeconds);
  const subject: BootSubject = {
    ...{ root, id: fleetId(root), account, scope, command: [process.execPath, main] },
    pm2Home: rememberedPm2Home(root) ?? (given ? pm2Home() : join(account.home, '.pm2')),
    stopSeconds: Math.max(leastStopSeconds, ...drains),
  };
  if (process.platform === 'win32') return taskService(subject);
  if (process.platform === 'darwin') return launchdService(subject);
  return systemdService(subject, process.env.XDG_CONFIG_HOME ?? join(account.home, '.config'));
}

/** Why this machine would not start anything by it; undefined where it would. */
export function whyUnused({ kind }: BootService): string | undefined {
  // The place that systemd's own programs look at.
  if (kind !== 'systemd' || existsSync('/run/systemd/system')) return undefined;
  return 'systemd does not run on this machine';
}

/** Writes the file. Throws STARTUP_IMPOSSIBLE where this account may not. */
export async function installService({ file, text }: BootService): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeAtomically(file, text, 0o644);
  } catch (error) {
    throw impossible(file, error);
  }
}

/** Removes the file and the links to it. Returns whether it was there. Throws STARTUP_IMPOSSIBLE where this account may not. */
export async function removeService({ file, links }: BootService): Promise<boolean> {
  const wasThere = existsSync(file);
  try {
    for (const each of [...links, file]) await rm(each, { force: true });
  } catch (error) {
    throw impossible(file, error);
  }
  return wasThere;
}

function impossible(file: string, error: unknown): FleetError {
  const cause: unknown = isFleetError(error, 'FILE_UNUSABLE') ? error.cause : error;
  const { code, message } = cause as NodeJS.ErrnoException;
  const detail =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? `${file} may not be changed by this account; as administrator: chronos-fleet startup --system --print | sudo tee ${file}`
      : message;
  return new FleetError('STARTUP_IMPOSSIBLE', { detail }, { cause: error });
}

/** An administrator may have the fleet of another account started: it is to run as its owner all the same. */
async function ownerOf(root: string): Promise<Account> {
  const { uid } = await stat(root);
  const { username, homedir, uid: own } = userInfo();
  if (process.platform === 'win32') {
    return { name: `${process.env.USERDOMAIN ?? '.'}\\${username}`, home: homedir, uid: own };
  }
  if (uid === own) return { name: username, home: homedir, uid };
  const { stdout } = await run('getent', ['passwd', String(uid)]).catch((error: unknown) => {
    const detail = `${root} belongs to account ${uid}, of which this machine knows no name; run the command as that account`;
    throw new FleetError('STARTUP_IMPOSSIBLE', { detail }, { cause: error });
  });
  const [name = '', , , , , home = ''] = stdout.trim().split(':');
  return { name, home, uid };
}
