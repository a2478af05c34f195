// A relay before a server that takes session tracking out of its greeting, as servers are that have none.
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { capability } from '../support/raw-login.js';
import { createSplitter } from '../support/raw-packets.js';

export interface TrackingMask {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

export async function startMask(target: {
  readonly host: string;
  readonly port: number;
}): Promise<TrackingMask> {
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (client) => {
    const server = createConnection({ host: target.host, port: target.port, noDelay: true });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.on('close', () => server.destroySoon());
    server.on('close', () => client.destroySoon());
    client.pipe(server);
    maskGreeting(server, client);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}

/** Passes on the first packet changed, and the rest as it comes. */
function maskGreeting(server: Socket, client: Socket): void {
  const splitter = createSplitter();
  const onData = (chunk: Buffer): void => {
    const [greeting] = splitter.push(chunk);
    if (greeting === undefined) return;
    server.off('data', onData);
    client.write(withoutTracking(greeting.bytes));
    server.pipe(client);
  };
  server.on('data', onData);
}

/** The upper half of the capabilities stands 18 bytes behind the version. */
function withoutTracking(greeting: Buffer): Buffer {
  const masked = Buffer.from(greeting);
  const upperAt = masked.indexOf(0, 5) + 1 + 18;
  masked.writeUInt16LE(masked.readUInt16LE(upperAt) & ~(capability.SESSION_TRACK >>> 16), upperAt);
  return masked;
}
