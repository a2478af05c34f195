// Whether an instance may listen on its port, and if not, why not and who is in the way.
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { addressesCollide } from '../config/addresses.js';
import { FleetError } from '../errors.js';
import { portHolder } from './port-holder.js';

/** What is asked about. */
export interface Endpoint {
  readonly user: string;
  readonly listen: string;
  readonly port: number;
  /** What "chronos-fleet set" takes to give it another port, without the number; `<user> port` where it is left out. */
  readonly portKey?: string;
}

/** The user's own instance, which listens on `place` and is ended before its successor starts. */
export interface Predecessor {
  readonly place: Pick<Endpoint, 'listen' | 'port'>;
  readonly pids: readonly number[];
}

/**
 * Tries the port by listening on it for a moment. What only the predecessor is in the way of is free.
 * Throws PORT_HELD or PORT_FORBIDDEN.
 */
export async function checkPort(endpoint: Endpoint, predecessor?: Predecessor): Promise<void> {
  const error = await tryListen(endpoint);
  if (error === undefined) return;
  const { user, port, portKey = `${user} port` } = endpoint;
  const address = addressOf(endpoint);
  if (error.code === 'EADDRINUSE') {
    const other = await portHolder(port, predecessor?.pids);
    if (other === undefined && predecessor !== undefined && collide(endpoint, predecessor.place)) return;
    const holder = other ?? 'a process that this account may not see';
    throw new FleetError('PORT_HELD', { address, holder, user, key: portKey }, { cause: error });
  }
  throw new FleetError(
    'PORT_FORBIDDEN',
    { user, address, detail: whyForbidden(error, port) },
    { cause: error },
  );
}

function collide(a: Pick<Endpoint, 'listen' | 'port'>, b: Pick<Endpoint, 'listen' | 'port'>): boolean {
  return a.port === b.port && addressesCollide(a.listen, b.listen);
}

/** `host:port`, an IPv6 host in brackets. */
export function addressOf({ listen, port }: Pick<Endpoint, 'listen' | 'port'>): string {
  return listen.includes(':') ? `[${listen}]:${port}` : `${listen}:${port}`;
}

/** What is unwise about the port, or undefined. Ports of the ephemeral range are given to outgoing connections. */
export function portWarning({ user, port }: Endpoint, range = ephemeralRange()): string | undefined {
  if (port < range.from || port > range.to) return undefined;
  return `port ${port} of ${user} is in the range ${range.from}-${range.to} that the system gives to outgoing connections: one of them may hold it when the instance starts`;
}

function tryListen({ listen, port }: Endpoint): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host: listen, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function whyForbidden(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === 'EADDRNOTAVAIL') {
    return 'this machine has no such address; set listen to one that it has, 127.0.0.1, or 0.0.0.0';
  }
  if (error.code !== 'EACCES') return error.message;
  if (process.platform === 'win32') {
    // Hyper-V and others reserve ranges; netstat shows nothing then.
    return 'Windows keeps the port reserved ("netsh int ipv4 show excludedportrange protocol=tcp" lists the ranges); take another';
  }
  return port < 1024
    ? 'ports below 1024 need a privilege; take a higher one'
    : 'the system does not permit it; take another port';
}

function ephemeralRange(): { from: number; to: number } {
  if (process.platform !== 'linux') return { from: 49152, to: 65535 };
  const [from = 32768, to = 60999] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  return { from, to };
}
