// Notices when the port map says something else than before, and for whom.
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { mapFileOf } from '../config/root.js';
import type { FleetMap } from '../config/types.js';
import { isFleetError } from '../errors.js';
import { loadFleet } from './load.js';

export interface MapWatch {
  /** The last right map; undefined where there never was one. */
  readonly map: () => FleetMap | undefined;
  /** Why the map as it is now cannot be used; null where it can. */
  readonly error: () => string | null;
  /** Reads the map where it may have changed. Returns the users for whom it has, undefined where nothing was read. */
  look(now: number): Promise<readonly string[] | undefined>;
  stop(): void;
}

/** Files that lie elsewhere (password files, certificates) are not watched: the whole is read again after this time. */
const readAgainAfterMs = 30_000;

/** Watches the map of the fleet in `root`, as it is now. `onHint` is called when something near it was touched. */
export function watchMap(root: string, onHint: () => void): MapWatch {
  const folder = dirname(mapFileOf(root));
  let map: FleetMap | undefined;
  let error: string | null = null;
  let seen = '';
  let readAt = 0;

  const read = (): readonly string[] => {
    try {
      const next = loadFleet(root);
      const changed = changedUsers(map, next);
      [map, error] = [next, null];
      return changed;
    } catch (problem) {
      if (!isFleetError(problem)) throw problem;
      error = problem.message;
      return [];
    }
  };
  const watcher = hints(folder, onHint);

  return {
    map: () => map,
    error: () => error,
    async look(now) {
      const secrets = join(folder, 'secrets');
      const names = await readdir(secrets).catch((): string[] => []);
      const files = [mapFileOf(root), join(folder, '.env'), ...names.map((name) => join(secrets, name))];
      const traces = await tracesOf(files);
      if (traces === seen && now - readAt < readAgainAfterMs) return undefined;
      [seen, readAt] = [traces, now];
      return read();
    },
    stop: () => watcher?.close(),
  };
}

/** Users whose settings differ, and those who have come or gone. Nobody where there was no map before. */
export function changedUsers(
  before: Pick<FleetMap, 'users'> | undefined,
  after: Pick<FleetMap, 'users'>,
): string[] {
  if (before === undefined) return [];
  const had = new Map(before.users.map((settings) => [settings.user, settings]));
  const has = new Map(after.users.map((settings) => [settings.user, settings]));
  return [...new Set([...had.keys(), ...has.keys()])].filter(
    (user) => !isDeepStrictEqual(had.get(user), has.get(user)),
  );
}

/** What changes with every write: editors and our own commands replace the file, so its time alone may not tell. */
async function tracesOf(files: readonly string[]): Promise<string> {
  const traces = files.map((file) =>
    stat(file).then(
      ({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`,
      () => 'none',
    ),
  );
  return (await Promise.all(traces)).join(' ');
}

/** Not every file system tells of changes; the looks find them, too, only later. */
function hints(folder: string, onHint: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onHint).on('error', () => undefined);
  } catch {
    return undefined;
  }
}
