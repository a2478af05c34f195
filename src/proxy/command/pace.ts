// How long a command may be expected to hold the backend, as far as its kind tells.

import { Command } from '../../wire/constants.js';
import type { ClientCommand } from './command.js';

/**
 * `short`: by its kind, and its fingerprint says nothing of it (a statement's preparation has that of its execution).
 * `probably-short`: unless it was seen to take longer. `unknown`: as it was seen to be.
 */
export type Pace = 'short' | 'probably-short' | 'unknown';

const shortCommands: ReadonlySet<number> = new Set([
  Command.INIT_DB,
  Command.FIELD_LIST,
  Command.STATISTICS,
  Command.STMT_PREPARE,
]);

/** Functions that wait or keep the server busy. */
const takesTime = /SLEEP|BENCHMARK|_LOCK|WAIT/i;

/** What a query reads from. */
const sources = /\b(?:FROM|JOIN)\s+(\S+)/gi;

export function paceOf({ code, effects, fingerprint }: ClientCommand): Pace {
  if (shortCommands.has(code)) return 'short';
  const [only] = effects;
  if (only === undefined || effects.length > 1 || only.opaque !== null) return 'unknown';
  return isProbablyShort(only.verb, fingerprint) ? 'probably-short' : 'unknown';
}

function isProbablyShort(verb: string, fingerprint: string): boolean {
  switch (verb) {
    case 'SHOW':
    case 'USE':
      return true;
    case 'DESCRIBE':
    case 'DESC':
    case 'EXPLAIN':
      return !/\bANALYZE\b/i.test(fingerprint);
    case 'SELECT':
    case 'SET':
      return readsLittle(fingerprint);
    default:
      return false;
  }
}

/** No table, or only those in which the server describes itself. */
function readsLittle(fingerprint: string): boolean {
  if (takesTime.test(fingerprint)) return false;
  for (const [, source = ''] of fingerprint.matchAll(sources))
    if (!/^`?information_schema\b/i.test(source)) return false;
  return true;
}
