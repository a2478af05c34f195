// What every command gets: where to print, how to find the fleet, which global options were given.
import { isAbsolute, relative } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Environment } from '../config/environment.js';
import { loadFleetMap } from '../config/load.js';
import type { MapOptions } from '../config/load.js';
import { formatProblem } from '../config/report.js';
import { findRoot, mapFileOf } from '../config/root.js';
import type { FleetMap } from '../config/types.js';
import type { FleetActions } from './apply-change.js';

/** Standard input; a terminal where `isTTY` is set. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/** Standard output or error; a terminal of so many columns where `isTTY` is set. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The process around a command; tests give their own. */
export interface Surroundings {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Environment;
  readonly cwd: string;
  readonly actions: FleetActions;
}

/** Options that stand before or after any command. */
export interface GlobalOptions {
  readonly fleet?: string;
  readonly json?: boolean;
}

type Style = Parameters<typeof styleText>[0];

export interface Context extends Surroundings {
  /** Whether `--json` was given. */
  readonly json: () => boolean;
  /** Writes a line of data to stdout. */
  readonly print: (line: string) => void;
  /** Writes the data as JSON to stdout, with the version of its form. */
  readonly printJson: (data: Readonly<Record<string, unknown>>) => void;
  /** Writes a message to stderr. */
  readonly note: (line: string) => void;
  /** Colours a text for stdout, where that is a terminal and NO_COLOR is not set. */
  readonly style: (style: Style, text: string) => string;
  /** The fleet's folder. Throws FLEET_NOT_FOUND. */
  readonly root: () => string;
  /** Where the map is, for the functions of config/. Throws FLEET_NOT_FOUND. */
  readonly mapOptions: () => MapOptions;
  /** Loads the map and tells its warnings. Throws MAP_UNREADABLE, MAP_INVALID, FLEET_NOT_FOUND. */
  readonly fleet: () => FleetMap;
  /** A path as short as the user would write it here. */
  readonly shown: (path: string) => string;
  /** Sets the exit code of a command that ends well, 0 where it is not set. */
  readonly exitWith: (code: number) => void;
  readonly exitCode: () => number;
}

/** A context; `globals` gives the options once they are parsed. */
export function createContext(around: Surroundings, globals: () => GlobalOptions): Context {
  let exitCode = 0;
  const noColor = (around.environment.NO_COLOR ?? '') !== '' || around.environment.TERM === 'dumb';
  const colored = around.stdout.isTTY === true && !noColor;

  const root = (): string => findRoot(globals().fleet, around.environment, around.cwd);
  const shown = (path: string): string => {
    const short = relative(around.cwd, path);
    return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
  };
  const mapOptions = (): MapOptions => {
    const folder = root();
    return { root: folder, shownAs: shown(mapFileOf(folder)), environment: around.environment };
  };
  const note = (line: string): void => void around.stderr.write(`${line}\n`);

  return {
    ...around,
    json: () => globals().json === true,
    print: (line) => void around.stdout.write(`${line}\n`),
    printJson: (data) => void around.stdout.write(`${JSON.stringify({ version: 1, ...data }, null, 2)}\n`),
    note,
    style: (style, text) => (colored ? styleText(style, text, { validateStream: false }) : text),
    root,
    mapOptions,
    fleet() {
      const map = loadFleetMap(mapOptions());
      for (const warning of map.warnings) note(`warning: ${formatProblem(warning)}`);
      return map;
    },
    shown,
    exitWith(code) {
      exitCode = code;
    },
    exitCode: () => exitCode,
  };
}
