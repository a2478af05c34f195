// How the engine gets to know what goes into a column: one function, with the column described in its first argument.

import { quoteText, type Column } from '../catalog/catalog.js';
import type { Engine } from '../engine/engine.js';
import { text } from './host.js';
import { storeValue, type Target } from './store.js';

const targets = new Map<string, Target>();
const MAX_TARGETS = 2000;

export function defineStore(engine: Engine): void {
  engine.define('my__store', ([description, value]) => storeValue(value ?? null, target(text(description))));
}

function target(description: string): Target {
  const known = targets.get(description);
  if (known !== undefined) return known;
  if (targets.size >= MAX_TARGETS) targets.clear();
  const read = JSON.parse(description) as Target;
  targets.set(description, read);
  return read;
}

/** SQL for `value` as it goes into `column`. */
export function storeSql(value: string, column: Column, strict: boolean): string {
  const description: Target = { column: column.name, type: column.type, strict };
  return `my__store(${quoteText(JSON.stringify(description))}, ${value})`;
}
