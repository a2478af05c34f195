// query_timeout: how long a statement may run, and who ends it.

import type { InstanceSettings } from '../../config/types.js';
import { FleetError, type ClientError } from '../../errors.js';
import type { ConnectionState } from '../../session/connection-state.js';
import { limitsStatements } from '../backend/server-facts.js';

/** A server that limits statements by itself gets this much time (ms) to do so: its error is its own. */
const SERVER_LEAD_MS = 1_000;

/**
 * Begins to count; undefined where there is no limit.
 * @param timedOut called when a statement has run for too long; `byServer` where the server should have ended it before
 */
export function limitTime(
  state: ConnectionState,
  { queryTimeoutMs }: InstanceSettings,
  timedOut: (error: ClientError, byServer: boolean) => void,
): NodeJS.Timeout | undefined {
  if (queryTimeoutMs === 0) return undefined;
  const byServer = limitsStatements(state);
  return setTimeout(
    () => timedOut(new FleetError('QUERY_TIMEOUT', { seconds: queryTimeoutMs / 1000 }), byServer),
    queryTimeoutMs + (byServer ? SERVER_LEAD_MS : 0),
  );
}
