// Who may write: the one engine has one transaction, so a session that wrote in its own keeps the others waiting.

import { mysqlError } from '../mysql-error.js';

/**
 * A session's transaction opens the engine's only when it first writes; from then on to its end no other session's
 * statement runs, neither a write nor a read, which would see what is not committed.
 */
export interface Writer {
  /** The connection whose transaction is open in the engine. */
  readonly owner: number | null;
  take(connection: number): void;
  release(connection: number): void;
  /**
   * Resolves when `connection` may run a statement.
   * @throws MySqlError 1205 after `timeoutMs`, 1317 when `signal` is aborted
   */
  turn(connection: number, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export function createWriter(): Writer {
  let owner: number | null = null;
  const waiting = new Set<() => void>();

  const freed = (timeoutMs: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const settle = (finish: () => void) => {
        waiting.delete(onFree);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        finish();
      };
      const onFree = () => settle(resolve);
      const onAbort = () => settle(() => reject(mysqlError('QUERY_INTERRUPTED', {})));
      const timer = setTimeout(() => settle(() => reject(mysqlError('LOCK_WAIT_TIMEOUT', {}))), timeoutMs);
      waiting.add(onFree);
      signal.addEventListener('abort', onAbort);
    });

  return {
    get owner() {
      return owner;
    },
    take(connection) {
      owner = connection;
    },
    release(connection) {
      if (owner !== connection) return;
      owner = null;
      for (const wake of [...waiting]) wake();
    },
    async turn(connection, timeoutMs, signal) {
      const until = Date.now() + timeoutMs;
      while (owner !== null && owner !== connection) await freed(Math.max(0, until - Date.now()), signal);
    },
  };
}
