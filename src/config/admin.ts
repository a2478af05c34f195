// Where an instance's admin endpoint is, and a folder for its socket that nobody else can have prepared.
import { createHash } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureUntouchedFolder } from './own-folder.js';

/** Unix socket paths end at 103 bytes on macOS and 107 on Linux. */
const maxSocketPath = 100;

/**
 * Address of the admin endpoint of `user`: `127.0.0.1:<port>` where a port is given, a pipe on Windows, else a socket in
 * the instance's folder, or, where that path is too long for a socket, in a folder of its own under the system's temporary one.
 */
export function adminAddress(
  root: string,
  user: string,
  port: number | undefined,
  platform: NodeJS.Platform = process.platform,
): string {
  if (port !== undefined) return `127.0.0.1:${port}`;
  if (platform === 'win32') return `\\\\.\\pipe\\chronos-fleet-${shortHash(root.toLowerCase())}-${user}`;
  const socket = join(root, 'instances', user, 'admin.sock');
  if (Buffer.byteLength(socket) <= maxSocketPath) return socket;
  return join(tmpdir(), `cf-${shortHash(`${userInfo().uid}:${root}`)}`, `${user}.sock`);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}

/**
 * Makes the folder of the socket `admin` (0700), for the process that is about to listen on it.
 * Throws FOLDER_UNSAFE where it is a link, somebody else's, or open to others. Ports and pipes need none.
 */
export function ensureAdminFolder(admin: string): void {
  if (admin.startsWith('/')) ensureUntouchedFolder(dirname(admin));
}
