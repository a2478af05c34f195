// Another machine of the tests' own: a network namespace with a link to it that can be pulled, and a door there to the real server.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from './programs.js';
import type { TestServer } from './mariadb.js';

const run = promisify(execFile);
const ip = findProgram('ip');

export interface OtherHost {
  readonly host: string;
  readonly port: number;
  /** From now on nothing arrives, and nobody is told. */
  pullLink(): Promise<void>;
  plugLink(): Promise<void>;
  remove(): Promise<void>;
}

/** Why there can be none here; undefined where there can. */
export function noOtherHost(): string | undefined {
  if (process.platform !== 'linux' || ip === undefined) return 'there is no `ip` here';
  return process.getuid?.() === 0 ? undefined : 'only root can make a network namespace';
}

/** A door to the server's own socket file, which all namespaces see. */
const door = `
const net = require('node:net');
const [path, host] = process.argv.slice(1);
net.createServer((client) => {
  const server = net.connect(path);
  client.pipe(server).pipe(client);
  for (const socket of [client, server]) socket.on('error', () => [client, server].forEach((each) => each.destroy()));
}).listen(0, host, function () { console.log(this.address().port); });
`;

/** Addresses of tests that run side by side differ in the process id; 198.18.0.0/15 is set aside for tests (RFC 2544). */
export async function startOtherHost(server: TestServer): Promise<OtherHost> {
  const id = process.pid % 16_384;
  const name = `cf${id}`;
  const address = (last: number): string => `198.18.${id >> 6}.${((id & 63) << 2) + last}`;
  const [row] = await server.query('SELECT @@socket AS path');
  await asRoot('netns', 'add', name);
  await asRoot('link', 'add', `${name}a`, 'type', 'veth', 'peer', 'name', `${name}b`, 'netns', name);
  await asRoot('addr', 'add', `${address(1)}/30`, 'dev', `${name}a`);
  await asRoot('link', 'set', `${name}a`, 'up');
  await asRoot('-n', name, 'addr', 'add', `${address(2)}/30`, 'dev', `${name}b`);
  const link = (state: 'up' | 'down'): Promise<void> => asRoot('-n', name, 'link', 'set', `${name}b`, state);
  await link('up');
  const args = ['netns', 'exec', name, process.execPath, '-e', door, String(row?.path), address(2)];
  const relay = spawn(ip ?? '', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(relay.stdout, 'data')) as [Buffer];
  return {
    host: address(2),
    port: Number(port.toString()),
    pullLink: () => link('down'),
    plugLink: () => link('up'),
    remove: async () => {
      await ended(relay);
      await asRoot('netns', 'del', name);
    },
  };
}

async function asRoot(...args: readonly string[]): Promise<void> {
  await run(ip ?? '', args);
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
