// `${NAME}` in the port map: from the environment, else from the .env file beside the map.
import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { FleetError } from '../errors.js';
import { fileTrouble } from './files.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of `.env` at `path`, empty where there is none. Throws FILE_UNUSABLE where it is there and cannot be read. */
export function readDotEnv(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new FleetError(
      'FILE_UNUSABLE',
      { file: path, detail: `it ${fileTrouble(error)}` },
      { cause: error },
    );
  }
}

/** What a text came to, and the names that nothing defines. */
export interface Substituted {
  readonly text: string;
  readonly missing: readonly string[];
  /** Whether anything was filled in; such a value is not shown. */
  readonly filled: boolean;
}

/** Replaces every `${NAME}`; `$${` stands for a literal `${`. An empty variable counts as defined. */
export function substitute(text: string, environment: Environment): Substituted {
  const missing: string[] = [];
  let filled = false;
  const result = text.replace(/\$\$\{|\$\{([^}]*)\}?/g, (whole, name: string | undefined) => {
    if (name === undefined) return '${';
    filled = true;
    const value = /^[A-Za-z_]\w*$/.test(name) && whole.endsWith('}') ? environment[name] : undefined;
    if (value === undefined) missing.push(name);
    return value ?? '';
  });
  return { text: result, missing, filled };
}

/** Whether others than its owner may read the file; false where there is none, and on Windows, where modes say nothing. */
export function readableByOthers(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  return process.platform !== 'win32' && (mode & 0o044) !== 0;
}
