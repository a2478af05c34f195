// The socket to the server: read into one buffer, for a new one for each piece of a large reply is garbage too late collected.

import net from 'node:net';
import type { InstanceSettings } from '../../config/types.js';

/** Bytes that are read at a time, at most. */
const READ_BYTES = 256 * 1024;

/** Bytes of the server; they are there during the call only. */
export type BytesTaker = (bytes: Buffer) => void;

export interface BackendSocket {
  readonly socket: net.Socket;
  /** From now on, what `reader` reads goes to `taker`. @param reader the socket, or the TLS that was put around it */
  deliver(reader: net.Socket, taker: BytesTaker): void;
}

/** Begins to connect. Until `deliver`, the socket is read like any other, as the login does it. */
export function openBackendSocket(settings: InstanceSettings): BackendSocket {
  const { host, port, tls } = settings.backend;
  let taker: BytesTaker | null = null;
  const options: net.NetConnectOpts = {
    host,
    port,
    noDelay: true,
    keepAlive: settings.keepaliveMs > 0,
    keepAliveInitialDelay: settings.keepaliveMs,
  };
  const onread = {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback: (length: number, buffer: Uint8Array) => {
      const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, length);
      if (taker === null) socket.push(Buffer.from(bytes));
      else taker(bytes);
      return true;
    },
  };
  // TLS reads by itself.
  const socket = net.connect(tls.mode === 'off' ? { ...options, onread } : options);
  return {
    socket,
    deliver(reader, to) {
      const early = reader.read() as Buffer | null;
      taker = to;
      reader.on('data', to);
      if (early !== null) to(early);
    },
  };
}
