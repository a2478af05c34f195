// Of two names for one system variable, the one that the server has.
import type { SqlMode } from './types.js';

/** The versions from which on the variables are called transaction_isolation and transaction_read_only. */
const MARIADB_RENAMED = 110_101;
const MYSQL_RENAMED = 50_720;

function isRenamed(mode: SqlMode): boolean {
  return mode.version >= (mode.mariadb ? MARIADB_RENAMED : MYSQL_RENAMED);
}

/** The name under which the server lists the variable `name` (lower case). */
export function ownName(name: string, mode: SqlMode): string {
  switch (name) {
    case 'identity':
      return 'last_insert_id';
    case 'tx_isolation':
    case 'transaction_isolation':
      return isRenamed(mode) ? 'transaction_isolation' : 'tx_isolation';
    case 'tx_read_only':
    case 'transaction_read_only':
      return isRenamed(mode) ? 'transaction_read_only' : 'tx_read_only';
    default:
      return name;
  }
}
