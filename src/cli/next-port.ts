// The port that add gives where nobody names one.
import { createServer } from 'node:net';
import { readTree } from '../config/edit.js';
import { isGroup } from '../config/plain.js';
import type { PlainTree } from '../config/plain.js';
import { defaultDemoPort } from '../config/resolve.js';
import { FleetError } from '../errors.js';

const firstPort = 3307;

/** The port after the highest of the users, the first such that neither the map nor this machine uses. Throws NO_FREE_PORT. */
export async function nextFreePort(tree: PlainTree): Promise<number> {
  const users = readTree(tree, ['users']) ?? null;
  const entries = isGroup(users) ? Object.values(users) : [];
  const numbers = (key: string): number[] =>
    entries.map((entry) => Number(readTree(entry, [key]))).filter((port) => Number.isInteger(port));
  const demoPort = Number(readTree(tree, ['defaults', 'backend', 'port']) ?? defaultDemoPort);
  const taken = new Set([...numbers('admin_port'), demoPort]);
  const highest = Math.max(firstPort - 1, ...numbers('port'));
  for (let port = highest + 1; port <= 65_535; port++) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new FleetError('NO_FREE_PORT', { port: highest });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
