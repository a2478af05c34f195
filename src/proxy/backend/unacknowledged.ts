// Whether the machine across has stopped to acknowledge what was sent: what TCP keep-alive does not find, for it rests meanwhile.

import { readFile } from 'node:fs/promises';

/** The two ends of a socket; undefined once it is closed. */
export interface Ends {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
}

/** So often in a row the same bytes were sent again: with the shortest intervals of Linux (0.2 s, doubled each time) 6 s. */
const RESENT = 5;

/** The timer of a connection in these tables is that of sending again, and not that of probing a full window. */
const SENDS_AGAIN = '01';

/**
 * Only Linux tells; elsewhere nothing is found out. A server that is slow, or does not read, still acknowledges.
 */
export async function isUnacknowledged(ends: Ends): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => tableOf(name)));
  return tables.some((table) => isSentAgain(table, ends));
}

/** @param table as in /proc/net/tcp: https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt */
export function isSentAgain(table: string, { localPort, remotePort }: Ends): boolean {
  if (localPort === undefined || remotePort === undefined) return false;
  const [local, remote] = [suffix(localPort), suffix(remotePort)];
  return table.split('\n').some((line) => {
    const [, from = '', to = '', , , timer = '', resent = ''] = line.trim().split(/\s+/);
    const isOurs = from.endsWith(local) && to.endsWith(remote);
    return isOurs && timer.startsWith(`${SENDS_AGAIN}:`) && parseInt(resent, 16) >= RESENT;
  });
}

function suffix(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Empty where there is none, e.g. without IPv6. */
function tableOf(name: string): Promise<string> {
  return readFile(`/proc/self/net/${name}`, 'latin1').catch(() => '');
}
