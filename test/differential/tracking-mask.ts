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
    changeFirst(server, client, withoutOffer);
    changeFirst(client, server, withoutWish);
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
function changeFirst(from: Socket, to: Socket, change: (packet: Buffer) => Buffer): void {
  const splitter = createSplitter();
  const onData = (chunk: Buffer): void => {
    const [first] = splitter.push(chunk);
    if (first === undefined) return;
    from.off('data', onData);
    to.write(change(first.bytes));
    from.pipe(to);
  };
  from.on('data', onData);
}

/** The greeting: the upper half of the capabilities stands 18 bytes behind the version. */
function withoutOffer(greeting: Buffer): Buffer {
  const masked = Buffer.from(greeting);
  const upperAt = masked.indexOf(0, 5) + 1 + 18;
  masked.writeUInt16LE(masked.readUInt16LE(upperAt) & ~(capability.SESSION_TRACK >>> 16), upperAt);
  return masked;
}

/** The login begins with the capabilities. What it asks for though it was not offered, old servers do not know. */
function withoutWish(login: Buffer): Buffer {
  const masked = Buffer.from(login);
  masked.writeUInt32LE((masked.readUInt32LE(4) & ~capability.SESSION_TRACK) >>> 0, 4);
  return masked;
}
