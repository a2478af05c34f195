// One packet after the other from a socket, for clients and servers of the tests; TLS can be put on in between.
import type { Socket } from 'node:net';
import { connect as connectTls, TLSSocket, type SecureContextOptions } from 'node:tls';
import { createSplitter, toPackets, type RawPacket } from './raw-packets.js';

export interface PacketSocket {
  /** The socket in use: the TLS one after `secure`. */
  readonly socket: Socket;
  /** The next packet; rejects when the connection ends before it is complete. */
  next(): Promise<RawPacket>;
  /** Sends `payload` as packets numbered from `sequence`. */
  send(payload: Buffer, sequence?: number): void;
  /** Goes on under TLS, as the client that trusts `ca` (any certificate without it). */
  secure(ca?: Buffer): Promise<void>;
  /** Goes on under TLS, as the server. */
  secureAsServer(certificate: SecureContextOptions): Promise<void>;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
}

interface Waiter {
  resolve(packet: RawPacket): void;
  reject(error: Error): void;
}

/** Wraps a socket that nobody else reads. */
export function packetSocket(plain: Socket): PacketSocket {
  let socket = plain;
  let ended: Error | undefined;
  const splitter = createSplitter();
  const ready: RawPacket[] = [];
  const waiters: Waiter[] = [];
  const onData = (chunk: Buffer): void => {
    for (const packet of splitter.push(chunk)) {
      const waiter = waiters.shift();
      if (waiter === undefined) ready.push(packet);
      else waiter.resolve(packet);
    }
  };
  const onEnd = (error: Error): void => {
    ended ??= error;
    for (const waiter of waiters.splice(0)) waiter.reject(ended);
  };
  const use = (next: Socket): void => {
    socket = next.on('data', onData).on('error', onEnd);
    next.on('close', () => onEnd(new Error('the connection was closed')));
  };
  const closed = new Promise<void>((resolve) => plain.once('close', () => resolve()));
  use(plain);
  const upgrade = async (wrap: () => TLSSocket, event: string): Promise<void> => {
    plain.off('data', onData);
    const secured = wrap();
    use(secured);
    await new Promise<void>((resolve, reject) => secured.once(event, resolve).once('error', reject));
  };
  return {
    get socket() {
      return socket;
    },
    closed,
    next() {
      const packet = ready.shift();
      if (packet !== undefined) return Promise.resolve(packet);
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
    },
    send: (payload, sequence = 0) => void socket.write(toPackets(payload, sequence)),
    secure: (ca) =>
      upgrade(
        () => connectTls({ socket: plain, ...(ca === undefined ? { rejectUnauthorized: false } : { ca }) }),
        'secureConnect',
      ),
    secureAsServer: (certificate) =>
      upgrade(() => new TLSSocket(plain, { isServer: true, ...certificate }), 'secure'),
  };
}
