// Editing the port map: one at a time, checked before it counts, replaced in one step.
import { readFile, realpath, stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { FleetError } from '../errors.js';
import { fileTrouble, writeAtomically } from './files.js';
import { checkMap } from './load.js';
import type { MapOptions } from './load.js';
import { holdLock } from './lock.js';
import { isGroup, plainOf, removePlain, setPlain } from './plain.js';
import type { PlainTree } from './plain.js';
import { createReport, formatProblems } from './report.js';
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

/**
 * Runs `edit` on the map under its lock and replaces the file where the result is right; comments, order and style stay.
 * Returns what `edit` returned, and the new map. Throws EDIT_REFUSED (the file is then as it was), FILE_BUSY, MAP_UNREADABLE,
 * MAP_INVALID where it is no YAML, EDIT_IMPOSSIBLE, and what `edit` throws.
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
  const release = await holdLock(file);
  try {
    const before = await readFile(file, 'utf8');
    readMapTree(before, options);
    const { draft, text } = createDraft(before, file);
    const result = await edit(draft);
    const { map, errors } = checkMap(text(), options);
    if (map === undefined) throw new FleetError('EDIT_REFUSED', { problems: formatProblems(errors) });
    // An editor that does not know the lock may have been at it, or this process slept until its lock was taken over.
    if ((await readFile(file, 'utf8')) !== before) throw new FleetError('FILE_BUSY', { file, seconds: 0 });
    if (text() !== before) await writeAtomically(file, text(), (await stat(file)).mode & 0o777);
    return { result, map };
  } finally {
    await release();
  }
}

/** What the text of a map says, right or wrong: scalars as text, no defaults. Null where it cannot be read at all. */
export function mapTree(text: string): PlainTree {
  return plainOf(parseYaml(text).node);
}

/** The same for a text that is going to be edited. Throws MAP_INVALID where it cannot be read: nobody is in it then. */
export function readMapTree(text: string, { root, file, shownAs }: MapOptions): PlainTree {
  const { node, problems } = parseYaml(text);
  if (problems.length === 0) return plainOf(node);
  const report = createReport(shownAs ?? file ?? mapFileOf(root));
  for (const { at, message } of problems) report.error(at, '', message);
  throw new FleetError('MAP_INVALID', { problems: formatProblems(report.errors) });
}

/** What is at `path` in a tree, or undefined. */
export function readTree(tree: PlainTree, path: readonly string[]): PlainTree | undefined {
  return path.reduce<PlainTree | undefined>(
    (part, key) => (isGroup(part) && Object.hasOwn(part, key) ? part[key] : undefined),
    tree,
  );
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
    read: (path) => readTree(tree, path),
    set: (path, value) => apply(path, setInText(text, path, value), setPlain(tree, path, value)),
    remove: (path) => apply(path, removeFromText(text, path), removePlain(tree, path)),
  };
  return { draft, text: () => text };
}
