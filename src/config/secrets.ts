// Passwords of the port map: in the map, from the environment, or from a file.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileTrouble } from './files.js';
import { readableByOthers } from './environment.js';
import type { Report } from './report.js';
import type { Given, Scope } from './scope.js';

/** Longer than any password that a server takes; a file beyond it was named by mistake. */
const maxPasswordFile = 4096;

export interface SecretSource {
  readonly mapFile: string;
  readonly folder: string;
  readonly report: Report;
}

/**
 * The password of `group` from the first of `scopes` that gives `password` or `password_file`; undefined where none does.
 * What is wrong with it is reported, and the password is then empty.
 */
export function readSecret(
  group: 'backend' | 'client',
  scopes: readonly Scope[],
  source: SecretSource,
): string | undefined {
  for (const scope of scopes) {
    const plain = scope.given.get(`${group}.password`);
    const file = scope.given.get(`${group}.password_file`);
    if (plain !== undefined && file !== undefined) {
      source.report.error(
        file.at,
        `${scope.path}.${group}`,
        'give either password or password_file, not both',
      );
    }
    if (plain !== undefined) return plainPassword(plain, `${scope.path}.${group}.password`, source);
    if (file !== undefined) return passwordFromFile(file, `${scope.path}.${group}.password_file`, source);
  }
  return undefined;
}

function plainPassword(given: Given, path: string, source: SecretSource): string {
  const password = typeof given.value === 'string' ? given.value : '';
  if (given.literal && password !== '' && readableByOthers(source.mapFile)) {
    source.report.warn(
      given.at,
      path,
      'a password in a file that others can read; chmod 600 it, or use password_file',
    );
  }
  return password;
}

function passwordFromFile(given: Given, path: string, source: SecretSource): string {
  if (typeof given.value !== 'string') return '';
  const file = resolve(source.folder, given.value);
  const wrong = (message: string): string => {
    source.report.error(given.at, path, message);
    return '';
  };
  try {
    if (statSync(file).size > maxPasswordFile) return wrong(`${file} is too long for a password file`);
    const password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (password === '') return wrong(`${file} is empty; write the password into it`);
    if (/\p{Cc}/u.test(password)) return wrong(`${file} has more than one line, or control characters`);
    if (readableByOthers(file)) source.report.warn(given.at, path, `others can read ${file}; chmod 600 it`);
    return password;
  } catch (error) {
    return wrong(`${file} ${fileTrouble(error)}`);
  }
}
