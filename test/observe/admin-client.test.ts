import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createSocketServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminTarget, adminTrouble, fetchStatus } from '../../src/observe/admin-client.js';
import type { AdminTrouble } from '../../src/observe/admin-client.js';
import { statusOf } from '../supervisor/fixtures.js';

let folder: string;
const servers: { close: () => unknown }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cf-'));
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const socketPath = (): string => join(folder, 'admin.sock');

function listen(
  answer: RequestListener,
  where: { path: string } | { port: 0; host: string },
): Promise<Server> {
  const server = createServer(answer);
  servers.push({ close: () => server.close().closeAllConnections() });
  return new Promise((resolve) => server.listen(where, () => resolve(server)));
}

async function troubleOf(address: string, withinMs = 2_000): Promise<AdminTrouble | undefined> {
  const error: unknown = await fetchStatus(address, withinMs).catch((problem: unknown) => problem);
  return adminTrouble(error);
}

describe('an admin address', () => {
  it('is a socket, a pipe, or a port on loopback', () => {
    expect(adminTarget('/fleet/admin.sock')).toEqual({ socketPath: '/fleet/admin.sock' });
    expect(adminTarget('\\\\.\\pipe\\chronos')).toEqual({ socketPath: '\\\\.\\pipe\\chronos' });
    expect(adminTarget('127.0.0.1:4000')).toEqual({ host: '127.0.0.1', port: 4000 });
    expect(adminTarget('[::1]:4000')).toEqual({ host: '::1', port: 4000 });
  });
});

describe('a question to an admin endpoint', () => {
  const status = statusOf('user1');

  it('is answered over a socket', async () => {
    await listen((_, response) => response.end(JSON.stringify(status)), { path: socketPath() });
    expect(await fetchStatus(socketPath(), 2_000)).toEqual(status);
  });

  it('is answered over a port', async () => {
    const answer: RequestListener = (_, response) => response.end(JSON.stringify(status));
    const { port } = (await listen(answer, { port: 0, host: '127.0.0.1' })).address() as AddressInfo;
    expect(await fetchStatus(`127.0.0.1:${port}`, 2_000)).toEqual(status);
  });

  it('finds nobody', async () => {
    expect(await troubleOf(socketPath())).toBe('absent');
  });

  it('is not answered in time, also where the answer begins', async () => {
    await listen((_, response) => response.write('{'), { path: socketPath() });
    expect(await troubleOf(socketPath(), 30)).toBe('silent');
  });

  it('is not answered by what hangs up', async () => {
    const server = createSocketServer((socket) => socket.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socketPath(), resolve));
    expect(await troubleOf(socketPath())).toBe('silent');
  });

  it.each(['no json', '{}', 'null', '{"version":2,"pid":1,"user":"a"}'])(
    'is answered by %s',
    async (text) => {
      await listen((_, response) => response.end(text), { path: socketPath() });
      expect(await troubleOf(socketPath())).toBe('wrong');
    },
  );

  it('names the address and the remedy when it fails', async () => {
    await expect(fetchStatus(socketPath(), 100)).rejects.toThrow(
      /admin\.sock: .*ENOENT.*chronos-fleet status/,
    );
  });
});
