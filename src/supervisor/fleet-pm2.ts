// Which PM2 a fleet runs under: one fleet under two of them would have its processes started twice.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../config/files.js';
import { ensureOwnFolder } from '../config/own-folder.js';
import { FleetError } from '../errors.js';
import { supervisorFolder } from './app.js';
import { daemonRuns, pm2Home } from './pm2-home.js';

const fileOf = (root: string): string => join(supervisorFolder(root), 'pm2-home');

/** Remembers the PM2 that the fleet is started under, for commands in terminals that have another PM2_HOME, or none. */
export async function rememberPm2Home(root: string): Promise<void> {
  ensureOwnFolder(supervisorFolder(root));
  await writeAtomically(fileOf(root), `${pm2Home()}\n`, 0o600);
}

/**
 * Takes the PM2 that the fleet runs under where PM2_HOME names none. To be called before anything asks PM2.
 * Throws PM2_HOME_DIFFERS where PM2_HOME names another while the fleet's own daemon runs.
 */
export async function settlePm2Home(root: string): Promise<void> {
  const remembered = rememberedPm2Home(root);
  if (remembered === undefined || remembered === pm2Home()) return;
  if ((process.env.PM2_HOME ?? '') === '') {
    process.env.PM2_HOME = remembered;
    return;
  }
  // On Windows a machine has one daemon, whatever its home.
  if (process.platform === 'win32' || !(await daemonRuns(remembered))) return;
  throw new FleetError('PM2_HOME_DIFFERS', { root, remembered, home: pm2Home() });
}

/** The PM2 that the fleet was last started under; undefined where it never was. */
export function rememberedPm2Home(root: string): string | undefined {
  try {
    return readFileSync(fileOf(root), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
