// Phase 1, connecting: what drivers send before anything else.

import type { Client } from '../client.js';
import type { Recorder } from '../recorder.js';
import type { Finding } from '../recorder.js';

export async function connectPhase(client: Client, recorder: Recorder): Promise<Finding> {
  await recorder.query(client, 'SET NAMES utf8');
  await recorder.query(client, 'SET character_set_results = NULL');
  await recorder.query(client, 'SET SQL_AUTO_IS_NULL = 0');
  const id = await recorder.query(client, 'SELECT CONNECTION_ID()');
  await recorder.query(client, "SHOW STATUS LIKE 'Threads_connected'");
  await recorder.query(client, 'SET NAMES utf8mb4');
  const told = id.rows[0]?.[0];
  if (told === String(client.connectionId))
    return { outcome: 'ok', finding: `logged in as connection ${told}` };
  return {
    outcome: 'failed',
    finding: `CONNECTION_ID() is ${told ?? 'NULL'}, the greeting said ${client.connectionId}: a cancel would hit another connection`,
    advice: ['Is there another proxy between this port and the client?'],
  };
}
