// A fleet's folder for tests: a port map and the files beside it, in a temporary place.
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkMap } from '../../src/config/load.js';
import type { CheckedMap } from '../../src/config/load.js';
import type { InstanceSettings } from '../../src/config/types.js';

export interface FleetFolder {
  readonly root: string;
  readonly mapFile: string;
  /** Writes a file below config/, for its owner alone unless told otherwise. */
  readonly write: (name: string, text: string, mode?: number) => void;
}

/** A new folder with `map` as its config/fleet.yaml. */
export function fleetFolder(map: string, files: Readonly<Record<string, string>> = {}): FleetFolder {
  const root = mkdtempSync(join(tmpdir(), 'chronos-fleet-'));
  const write: FleetFolder['write'] = (name, text, mode = 0o600) => {
    const file = join(root, 'config', name);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  write('fleet.yaml', map);
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { root, mapFile: join(root, 'config', 'fleet.yaml'), write };
}

/** Checks `map` in a folder of its own, without the environment of the test. */
export function check(
  map: string,
  files: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
): CheckedMap {
  return checkMap(map, { root: fleetFolder(map, files).root, shownAs: 'fleet.yaml', environment });
}

/** `line:column path` of every error. */
export function places({ errors }: CheckedMap): string[] {
  return errors.map(({ line, column, path }) => `${line}:${column} ${path}`);
}

/** The messages of all errors, one a line. */
export function messages({ errors }: CheckedMap): string {
  return errors.map(({ message }) => message).join('\n');
}

/** The settings of the user `name` in a map that must be right. */
export function settingsOf(checked: CheckedMap, name = 'u'): InstanceSettings {
  const found = checked.map?.users.find(({ user }) => user === name);
  if (found === undefined) throw new Error(`no settings for ${name}; ${messages(checked)}`);
  return found;
}
