// chronos-fleet validate: is the port map right, and if not, where and why.
import { dirname, basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { checkMap, readMapText } from '../config/load.js';
import type { CheckedMap, MapOptions } from '../config/load.js';
import { formatProblem, formatProblems } from '../config/report.js';
import { mapFileOf } from '../config/root.js';
import type { Context } from './context.js';

export function register(program: Command, context: Context): void {
  program
    .command('validate')
    .description('check the port map: exit code 0 when it is right')
    .argument('[file]', "a port map (default: the fleet's)")
    .action((file: string | undefined) => validate(file, context));
}

function validate(file: string | undefined, context: Context): void {
  const options = file === undefined ? context.mapOptions() : optionsFor(file, context);
  const checked = checkMap(readMapText(options), options);
  const shownAs = context.shown(options.file ?? mapFileOf(options.root));
  if (checked.map === undefined) context.exitWith(1);
  if (context.json()) printJson(shownAs, checked, context);
  else printText(shownAs, checked, context);
}

/** A map that stands in a folder `config` belongs to the fleet around it. */
function optionsFor(file: string, context: Context): MapOptions {
  const path = resolve(context.cwd, file);
  const folder = dirname(path);
  const root = basename(folder) === 'config' ? dirname(folder) : folder;
  return { root, file: path, shownAs: context.shown(path), environment: context.environment };
}

function printJson(file: string, { map, errors, warnings }: CheckedMap, context: Context): void {
  const users = map?.users.map(({ user, listen, port }) => ({ user, listen, port })) ?? [];
  context.printJson({ file, valid: map !== undefined, errors, warnings, users });
}

function printText(file: string, { map, errors, warnings }: CheckedMap, context: Context): void {
  for (const warning of warnings) context.note(`warning: ${formatProblem(warning)}`);
  if (map === undefined) {
    context.note(`${file} is wrong in ${errors.length === 1 ? 'one place' : `${errors.length} places`}:`);
    context.note(formatProblems(errors));
    return;
  }
  const ports = map.users.map(({ user, port }) => `${user} :${port}`).join(', ');
  context.print(`${file} is right: ${ports === '' ? 'no users yet' : ports}`);
}
