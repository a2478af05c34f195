// The admin endpoint: HTTP on a unix socket, a named pipe or a loopback port, with one status document. The supervisor has one, too.

import { chmod, unlink } from 'node:fs/promises';
import http from 'node:http';
import { adminTarget } from '../observe/admin-client.js';

export interface AdminEndpoint {
  close(): Promise<void>;
}

/**
 * Serves `GET /status`, and `GET /port` where there is one to be waited for.
 * @param address as in `InstanceSettings.admin`; a socket file left by a process that was killed is replaced
 * @throws the error of `listen`
 */
export async function serveAdmin(
  address: string,
  status: () => object | Promise<object>,
  portIsAwaited?: (response: http.ServerResponse) => void,
): Promise<AdminEndpoint> {
  const server = http.createServer((request, response) => {
    const answer = (code: number, document: object): void => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    };
    if (request.method === 'GET' && request.url === '/port' && portIsAwaited !== undefined) {
      portIsAwaited(response);
      return;
    }
    if (request.method !== 'GET' || request.url !== '/status') {
      answer(404, { error: 'there is only GET /status' });
      return;
    }
    Promise.resolve()
      .then(status)
      .then(
        (document) => answer(200, document),
        (error: unknown) => answer(500, { error: String(error) }),
      );
  });
  const target = adminTarget(address);
  const isFile = 'socketPath' in target && !address.startsWith('\\\\');
  if (isFile) await unlink(address).catch(ignoreMissing);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen('socketPath' in target ? { path: target.socketPath } : target, () => {
      server.off('error', reject);
      resolve();
    });
  });
  if (isFile) await chmod(address, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
