// What is said of a session: in the status document, and to whoever asks why it waits.

import type { SessionStatus } from '../../observe/status.js';
import type { ClientSession } from './client-session.js';

export function sessionStatus(client: ClientSession): SessionStatus {
  const { program } = client;
  const { since, fingerprint } = client.activity;
  const { output } = client.channel;
  return {
    id: client.id,
    clientAddress: client.channel.address,
    ...(program === undefined ? {} : { clientProgram: program }),
    schema: client.session.schema,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(output.isBehind ? { untaken: output.waiting } : {}),
    since,
    ...stateAndReason(client),
  };
}

function stateAndReason(client: ClientSession): Pick<SessionStatus, 'state' | 'reason'> & { since?: number } {
  const { multiplexer } = client.host;
  const place = multiplexer.placeOf(client);
  if (place > 0)
    return { state: 'waiting', reason: `place ${place}; ${multiplexer.describeBlocker(client)}` };
  const lock = client.host.lockWaits.describe(client.session);
  if (lock !== null) return { state: 'waiting', reason: lock };
  const running = multiplexer.slotRunning(client)?.running;
  if (client.activity.isBusy)
    return { state: 'running', ...(running == null ? {} : { since: running.since }) };
  if (client.session.holds.any) return { state: 'pinned', reason: client.holdReasons.join(', ') };
  if (client.channel.output.isBehind)
    return { state: 'idle', reason: 'its client has yet to take the last reply' };
  return { state: 'idle' };
}
