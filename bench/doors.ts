// The ways to the server that are compared: directly, through an instance in a process of its own, through HAProxy.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestServer } from '../test/support/mariadb.js';
import { freePort } from '../test/support/network.js';
import { findProgram } from '../test/support/programs.js';
import { openRaw } from '../test/support/raw-client.js';
import { until } from '../test/support/until.js';

export interface Door {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

export const direct = (server: TestServer): Door => ({
  name: 'directly',
  port: server.port,
  stop: () => Promise.resolve(),
});

/** HAProxy as such backends are fronted with today: TCP, one connection. Undefined where it is not installed. */
export async function startHaproxy(server: TestServer): Promise<Door | undefined> {
  const program = findProgram('haproxy');
  if (program === undefined) return undefined;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'chronos-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen bench
  bind 127.0.0.1:${port}
  server backend 127.0.0.1:${server.port} maxconn 1
`,
  );
  const child = spawn(program, ['-db', '-f', file], { stdio: 'ignore' });
  await until('HAProxy listens', () =>
    openRaw(port).then(
      (door) => door.socket.destroy(),
      () => undefined,
    ),
  );
  return {
    name: 'HAProxy',
    port,
    async stop() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
