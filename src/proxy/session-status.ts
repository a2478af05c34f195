// What is said of a session: in the status document, and to whoever asks why it waits.

import type { SessionStatus } from '../observe/status.js';
import type { ClientSession } from './client-session.js';

export function sessionStatus(client: ClientSession): SessionStatus {
  const { lastFingerprint, program } = client;
  const { output } = client.channel;
  return {
    id: client.id,
    clientAddress: client.channel.address,
    ...(program === undefined ? {} : { clientProgram: program }),
    schema: client.session.schema,
    since: client.inStateSince,
    ...(lastFingerprint === undefined ? {} : { fingerprint: lastFingerprint }),
    ...(output.isBehind ? { untaken: output.waiting } : {}),
    ...stateAndReason(client),
  };
}

function stateAndReason(client: ClientSession): Pick<SessionStatus, 'state' | 'reason'> {
  const { multiplexer } = client.host;
  const place = multiplexer.placeOf(client);
  if (place > 0) return { state: 'waiting', reason: `place ${place}; ${multiplexer.describeBlocker()}` };
  if (client.isBusy) return { state: 'running' };
  if (client.session.holds.any) return { state: 'pinned', reason: client.holdReasons.join(', ') };
  return { state: 'idle' };
}
