// A TCP relay in front of a real server that injects faults and counts how many connections are open at once.
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { createSplitter } from './raw-packets.js';

/** One way through the relay. */
export type Direction = 'to-server' | 'to-client';

export interface Relay {
  readonly port: number;
  readonly host: string;
  /** Connections open now, the most that were open at once, and all that ever came. */
  readonly open: number;
  readonly maxOpen: number;
  readonly total: number;
  /** Bytes that came from the server, all connections together. */
  readonly bytesToClient: number;
  /** New connections are reset as soon as they come, until `accept`. */
  refuse(): void;
  accept(): void;
  /** Stops listening: connecting is refused by the system, until `listen`. */
  unlisten(): Promise<void>;
  listen(): Promise<void>;
  /** Ends what is open: with a reset, or in order. */
  reset(): void;
  close(): void;
  /** Takes all bytes of the directions and passes none on, until `pass`; what was swallowed is gone. */
  swallow(...directions: readonly Direction[]): void;
  pass(): void;
  /** Passes so many more bytes, or packets, of the server to the client and then resets the connection. */
  cutAfterBytes(bytes: number): void;
  cutAfterPackets(packets: number): void;
  /** Sends bytes to the client that the server did not send. */
  garbage(bytes: Buffer): void;
  /** Resolves when the next connection comes. */
  nextConnection(): Promise<void>;
  stop(): Promise<void>;
}

interface Line {
  readonly client: Socket;
  readonly server: Socket;
}

type Cut = { readonly unit: 'bytes' | 'packets'; left: number } | undefined;

/** Starts a relay to `target` on a free port of 127.0.0.1. */
export async function startRelay(target: { readonly host: string; readonly port: number }): Promise<Relay> {
  const lines = new Set<Line>();
  const swallowed = new Set<Direction>();
  const arrivals: (() => void)[] = [];
  const count = { max: 0, total: 0, bytes: 0 };
  let refusing = false;
  let cut: Cut;

  const drop = (line: Line, how: 'reset' | 'end'): void => {
    lines.delete(line);
    for (const socket of [line.client, line.server]) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.end();
    }
  };
  const toClient = (line: Line, chunk: Buffer): void => {
    if (swallowed.has('to-client')) return;
    const allowed = cut === undefined ? chunk : chunk.subarray(0, passes(cut, chunk));
    count.bytes += allowed.length;
    const isCut = cut?.left === 0;
    line.client.write(allowed, () => {
      if (isCut) drop(line, 'reset');
    });
    if (isCut) cut = undefined;
  };
  const connect = (client: Socket): void => {
    count.total += 1;
    for (const arrived of arrivals.splice(0)) arrived();
    if (refusing) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const server = createConnection({ ...target, noDelay: true });
    const line = { client: client.setNoDelay(true), server };
    lines.add(line);
    // A connection that its client ended in the same moment is still in `lines`: look once that was heard.
    setImmediate(() => (count.max = Math.max(count.max, lines.size)));
    client.on('data', (chunk) => {
      if (!swallowed.has('to-server')) server.write(chunk);
    });
    server.on('data', (chunk) => toClient(line, chunk));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => lines.delete(line));
      socket.on('end', () => lines.delete(line));
      socket.on('close', () => {
        lines.delete(line);
        other.destroySoon();
      });
    }
  };

  const listener = createServer({ allowHalfOpen: false }, connect);
  const listenOn = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      listener.once('error', reject).listen(port, '127.0.0.1', () => {
        listener.off('error', reject);
        resolve();
      });
    });
  await listenOn(0);
  const { port } = listener.address() as AddressInfo;
  const unlisten = (): Promise<void> =>
    new Promise((resolve) => {
      listener.close();
      resolve();
    });

  return {
    port,
    host: '127.0.0.1',
    get open() {
      return lines.size;
    },
    get maxOpen() {
      return count.max;
    },
    get total() {
      return count.total;
    },
    get bytesToClient() {
      return count.bytes;
    },
    refuse: () => void (refusing = true),
    accept: () => void (refusing = false),
    unlisten,
    listen: () => listenOn(port),
    reset: () => lines.forEach((line) => drop(line, 'reset')),
    close: () => lines.forEach((line) => drop(line, 'end')),
    swallow: (...directions) => directions.forEach((direction) => swallowed.add(direction)),
    pass: () => swallowed.clear(),
    cutAfterBytes: (bytes) => void (cut = { unit: 'bytes', left: bytes }),
    cutAfterPackets: (packets) => void (cut = { unit: 'packets', left: packets }),
    garbage: (bytes) => lines.forEach(({ client }) => void client.write(bytes)),
    nextConnection: () => new Promise((resolve) => arrivals.push(resolve)),
    async stop() {
      lines.forEach((line) => drop(line, 'reset'));
      await unlisten();
    },
  };
}

/** How many bytes of the chunk still pass. Replies are taken to begin with a chunk, as they do between commands. */
function passes(cut: NonNullable<Cut>, chunk: Buffer): number {
  if (cut.unit === 'bytes') {
    const allowed = Math.min(cut.left, chunk.length);
    cut.left -= allowed;
    return allowed;
  }
  const packets = createSplitter().push(chunk);
  const allowed = packets.slice(0, cut.left);
  cut.left -= allowed.length;
  return cut.left > 0 ? chunk.length : allowed.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
