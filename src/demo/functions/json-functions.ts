// The few functions on JSON that tools use.

import { types } from '../catalog/column-type.js';
import { text } from './host.js';
import { bigint, longtext, scalar, truth, type FunctionTable } from './registry.js';

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** The value at a path such as `$.a[0].b`; undefined where there is none. */
function at(value: unknown, path: string): unknown {
  const steps = path.match(/[^.[\]$"]+/g) ?? [];
  return steps.reduce<unknown>((found, step) => {
    if (found === null || typeof found !== 'object') return undefined;
    return (found as Record<string, unknown>)[step];
  }, value);
}

export const jsonFunctions: FunctionTable = {
  JSON_EXTRACT: scalar(2, types.json, ([a, path]) => {
    const found = at(parse(text(a)), text(path));
    return found === undefined ? null : JSON.stringify(found);
  }),
  JSON_LENGTH: scalar(1, bigint, ([a]) => {
    const value = parse(text(a));
    if (value === undefined) return null;
    return value !== null && typeof value === 'object' ? Object.keys(value).length : 1;
  }),
  JSON_UNQUOTE: scalar(1, longtext, ([a]) => {
    const value = text(a).startsWith('"') ? parse(text(a)) : undefined;
    return typeof value === 'string' ? value : text(a);
  }),
  JSON_VALID: scalar(1, truth, ([a]) => parse(text(a)) !== undefined),
};
