// Where a fleet lives: the folder with config/fleet.yaml and instances/.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FleetError } from '../errors.js';
import type { Environment } from './environment.js';

/** The port map of the fleet in `root`. */
export function mapFileOf(root: string): string {
  return join(root, 'config', 'fleet.yaml');
}

/**
 * The fleet's folder (absolute): as told, else CHRONOS_FLEET_ROOT, else the first from `cwd` upwards that has a port map.
 * Throws FLEET_NOT_FOUND, FLEET_NOT_THERE where there is none.
 */
export function findRoot(told: string | undefined, environment: Environment, cwd: string): string {
  const named = told ?? environment.CHRONOS_FLEET_ROOT ?? '';
  if (named !== '') return toldRoot(resolve(cwd, named));
  const start = resolve(cwd);
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(mapFileOf(folder))) return folder;
    if (dirname(folder) === folder) throw new FleetError('FLEET_NOT_FOUND', { folder: start });
  }
}

/** Also a folder whose map was removed: what runs of it can still be seen and stopped. */
function toldRoot(folder: string): string {
  if (existsSync(mapFileOf(folder)) || existsSync(join(folder, 'instances'))) return folder;
  throw new FleetError('FLEET_NOT_THERE', { folder });
}
