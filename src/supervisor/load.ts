// The port map as the fleet's own processes see it: with the variables that `up` found in its environment.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readDotEnv } from '../config/environment.js';
import type { Environment } from '../config/environment.js';
import { writeAtomically } from '../config/files.js';
import { ensureOwnFolder } from '../config/own-folder.js';
import { loadFleetMap, readMapText } from '../config/load.js';
import { mapFileOf } from '../config/root.js';
import type { FleetMap } from '../config/types.js';
import { supervisorFolder } from './app.js';

const environmentFile = (root: string): string => join(supervisorFolder(root), 'environment.json');

/**
 * Loads the map, its `${NAME}`s from the environment, else from `.env`, else as they were when `rememberEnvironment` was
 * last called: the supervisor, a service and another terminal have not the variables that the map was first applied with.
 * Throws MAP_UNREADABLE, MAP_INVALID.
 */
export function loadFleet(root: string): FleetMap {
  return loadFleetMap({ root, environment: { ...remembered(root), ...process.env } });
}

/** Keeps the values of the variables that the map names (0600), because PM2 is given no secret that could be handed on. */
export async function rememberEnvironment(root: string): Promise<void> {
  const known: Environment = { ...remembered(root), ...process.env };
  const names = [...readMapText({ root }).matchAll(/\$\{([A-Za-z_]\w*)\}/g)].flatMap(
    ([, name]) => name ?? [],
  );
  const values = Object.fromEntries(
    names.map((name) => [name, known[name]] as const).filter(([, value]) => value !== undefined),
  );
  ensureOwnFolder(supervisorFolder(root));
  await writeAtomically(environmentFile(root), `${JSON.stringify(values)}\n`, 0o600);
}

/** What was kept, but for what `.env` has an answer of its own to. */
function remembered(root: string): Environment {
  const beside = readDotEnv(join(dirname(mapFileOf(root)), '.env'));
  const kept = Object.entries(readKept(root)).filter(([name]) => !(name in beside));
  return Object.fromEntries(kept);
}

function readKept(root: string): Environment {
  try {
    return JSON.parse(readFileSync(environmentFile(root), 'utf8')) as Environment;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
