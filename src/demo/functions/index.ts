// All scalar functions by their MySQL names, and how the embedded engine gets to know them.

import { mysqlError } from '../mysql-error.js';
import type { Engine } from '../engine/engine.js';
import { dateAliases, dateFunctions } from './date-functions.js';
import type { FunctionHost } from './host.js';
import { jsonFunctions } from './json-functions.js';
import { numberAliases, numberFunctions } from './number-functions.js';
import type { FunctionEntry, FunctionTable } from './registry.js';
import { sessionAliases, sessionFunctions } from './session-functions.js';
import { textAliases, textFunctions } from './text-functions.js';

const functions: FunctionTable = {
  ...textFunctions,
  ...numberFunctions,
  ...dateFunctions,
  ...sessionFunctions,
  ...jsonFunctions,
};
const aliases = { ...textAliases, ...numberAliases, ...dateAliases, ...sessionAliases };

export interface NamedFunction extends FunctionEntry {
  /** Its name in the embedded engine. */
  readonly engineName: string;
}

/** The function of that name (upper case), or undefined. Names with a `#` are the translator's own. */
export function functionNamed(name: string): NamedFunction | undefined {
  const target = Object.hasOwn(aliases, name) ? aliases[name] : name;
  if (target === undefined || !Object.hasOwn(functions, target)) return undefined;
  const entry = functions[target];
  return entry === undefined ? undefined : { ...entry, engineName: engineName(target) };
}

function engineName(name: string): string {
  return `my_${name.replace('#', '_').toLowerCase()}`;
}

/** @param host the session whose statement the engine is running */
export function defineFunctions(engine: Engine, host: () => FunctionHost): void {
  for (const [name, entry] of Object.entries(functions)) {
    engine.define(engineName(name), (args) => {
      if (!entry.nullable && args.includes(null)) return null;
      return entry.call(args, host());
    });
  }
}

/** @throws MySqlError 1582 */
export function checkArity(name: string, entry: FunctionEntry, count: number): void {
  if (count < entry.min || count > entry.max) throw mysqlError('WRONG_PARAMETER_COUNT', { name });
}
