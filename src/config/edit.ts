// Editing the port map: one at a time, checked before it counts, replaced in one step.
import { readFile, realpath } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { lock } from 'proper-lockfile';
import { FleetError } from '../errors.js';
import { fileTrouble, writeAtomically } from './files.js';
import { checkMap } from './load.js';
import type { MapOptions } from './load.js';
import { plainOf, removePlain, setPlain } from './plain.js';
import type { PlainTree } from './plain.js';
import { formatProblems } from './report.js';
import { mapFileOf } from './root.js';
import { removeFromText, setInText } from './splice.js';
import type { Refusal } from './splice.js';
import type { FleetMap } from './types.js';
import { parseYaml } from './yaml.js';
import type { Plain } from './yaml.js';

/** The map in the hands of an edit. Paths are keys from the top, e.g. `['users', 'user1', 'port']`. */
export interface Draft {
  /** What is at `path` in the text (scalars as text, no defaults), or undefined. */
  read(path: readonly string[]): PlainTree | undefined;
  set(path: readonly string[], value: Plain): void;
  remove(path: readonly string[]): void;
}

/** A lock whose holder died is taken over after this time. */
const staleMs = 10_000;
/** An editor waits so long for the one before it. */
const patienceMs = 30_000;

/**
 * Runs `edit` on the map under its lock and replaces the file where the result is right; comments, order and style stay.
 * Returns what `edit` returned, and the new map. Throws EDIT_REFUSED (the file is then as it was), MAP_BUSY, MAP_UNREADABLE,
 * EDIT_IMPOSSIBLE, and what `edit` throws.
 */
export async function editMap<T>(
  options: MapOptions,
  edit: (draft: Draft) => T | Promise<T>,
): Promise<{ readonly result: T; readonly map: FleetMap }> {
  const named = options.file ?? mapFileOf(options.root);
  const file = await realpath(named).catch((error: unknown) => {
    throw new FleetError(
      'MAP_UNREADABLE',
      { file: named, detail: `it ${fileTrouble(error)}` },
      { cause: error },
    );
  });
  const release = await takeLock(file);
  try {
    const before = await readFile(file, 'utf8');
    const { draft, text } = createDraft(before, file);
    const result = await edit(draft);
    const { map, errors } = checkMap(text(), options);
    if (map === undefined) throw new FleetError('EDIT_REFUSED', { problems: formatProblems(errors) });
    if (text() !== before) await writeAtomically(file, text(), 0o600);
    return { result, map };
  } finally {
    await release();
  }
}

async function takeLock(file: string): Promise<() => Promise<void>> {
  const minTimeout = 20;
  const maxTimeout = 200;
  try {
    return await lock(file, {
      realpath: false,
      stale: staleMs,
      retries: {
        retries: Math.ceil(patienceMs / maxTimeout),
        minTimeout,
        maxTimeout,
        factor: 1.5,
        randomize: true,
      },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') {
      throw new FleetError(
        'FILE_UNUSABLE',
        { file: `${file}.lock`, detail: `it ${fileTrouble(error)}` },
        { cause: error },
      );
    }
    throw new FleetError('MAP_BUSY', { file, seconds: patienceMs / 1000 }, { cause: error });
  }
}

function createDraft(before: string, file: string): { draft: Draft; text: () => string } {
  let text = before;
  let tree = plainOf(parseYaml(before).node);

  const apply = (path: readonly string[], next: string | Refusal, expected: PlainTree): void => {
    const refuse = (detail: string): FleetError =>
      new FleetError('EDIT_IMPOSSIBLE', { path: path.join('.'), file, detail });
    if (typeof next !== 'string') throw refuse(next.refused);
    const { node, problems } = parseYaml(next);
    // The edit is of the text; what it means is checked apart, so that no odd layout can make it lose or change a key.
    if (problems.length > 0 || !isDeepStrictEqual(plainOf(node), expected))
      throw refuse('its layout is unusual');
    text = next;
    tree = expected;
  };

  const draft: Draft = {
    read: (path) =>
      path.reduce<PlainTree | undefined>(
        (part, key) =>
          typeof part === 'object' && part !== null && Object.hasOwn(part, key) ? part[key] : undefined,
        tree,
      ),
    set: (path, value) => apply(path, setInText(text, path, value), setPlain(tree, path, value)),
    remove: (path) => apply(path, removeFromText(text, path), removePlain(tree, path)),
  };
  return { draft, text: () => text };
}
