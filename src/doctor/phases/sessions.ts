// Phase 6, four sessions at once: what the backend alone would not take.

import type { Client, Connect, Target } from '../client.js';
import type { Finding, Recorder } from '../recorder.js';

const SESSIONS = 4;

export async function sessionsPhase(connect: Connect, target: Target, recorder: Recorder): Promise<Finding> {
  const numbers = Array.from({ length: SESSIONS }, (_, i) => i + 1);
  const opened = await Promise.allSettled(
    numbers.map((n) =>
      recorder.record(
        `session ${n}: connect`,
        () => connect(target),
        (client) => `connection ${client.connectionId}`,
      ),
    ),
  );
  const clients = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    const failed = opened.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return await useAtOnce(clients, recorder);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** Each session sets a variable of its own and reads it back while the others do the same. */
async function useAtOnce(clients: readonly Client[], recorder: Recorder): Promise<Finding> {
  await Promise.all(clients.map((client, i) => recorder.query(client, `SET @chronos_doctor = ${i + 1}`)));
  const read = await Promise.all(
    clients.map((client) => recorder.query(client, 'SELECT @chronos_doctor, CONNECTION_ID()')),
  );
  const mixed = read.findIndex(({ rows }, i) => rows[0]?.[0] !== String(i + 1));
  if (mixed >= 0) {
    return {
      outcome: 'failed',
      finding: `session ${mixed + 1} saw the variable of another`,
      advice: ['This must never be: please report it.'],
    };
  }
  const ids = new Set(clients.map((client) => client.connectionId));
  return ids.size === clients.length
    ? { outcome: 'ok', finding: `${clients.length} sessions worked side by side, each with its own state` }
    : {
        outcome: 'failed',
        finding: 'two sessions have one connection id',
        advice: ['A cancel could hit the wrong session: please report it.'],
      };
}
