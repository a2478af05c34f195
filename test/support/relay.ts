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
  /** Bytes that came from the server, and from the client, all connections together. */
  readonly bytesToClient: number;
  readonly bytesToServer: number;
  /** New connections are reset as soon as they come, or end with `greeting`, until `accept`. */
  refuse(greeting?: Buffer): void;
  accept(): void;
  /** Stops listening: connecting is refused by the system, until `listen`. */
  unlisten(): Promise<void>;
  listen(): Promise<void>;
  /** Ends what is open: with a reset, or in order. */
  reset(): void;
  close(): void;
  /** Resets what is open towards the client only: the server counts it until the answer is called. */
  orphan(): () => void;
  /** Takes all bytes of the directions and passes none on, until `pass`; what was swallowed is gone. */
  swallow(...directions: readonly Direction[]): void;
  pass(): void;
  /** Keeps all bytes, both ways, until `flow`: they come late, and none is lost. */
  stall(): void;
  flow(): void;
  /** Passes so many more bytes, or packets, of the server to the client, and then does what `then` says (default: a reset). */
  cutAfterBytes(bytes: number, then?: CutEnd): void;
  cutAfterPackets(packets: number, then?: CutEnd): void;
  /** Whether what was asked for by the last `cutAfter...` is still to come. */
  readonly cutPending: boolean;
  /** Passes the bytes of the server on in pieces of so many bytes, each in a turn of the event loop of its own. */
  dribble(bytes: number): void;
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

/** A reset, an end in order, silence both ways until `pass`, or bytes that the server did not send and then what it did. */
export type CutEnd = 'reset' | 'end' | 'silence' | Buffer;

interface Cut {
  readonly after: (chunk: Buffer) => number | null;
  readonly then: CutEnd;
}

/** Starts a relay to `target` on a free port of 127.0.0.1. */
export async function startRelay(target: { readonly host: string; readonly port: number }): Promise<Relay> {
  const lines = new Set<Line>();
  const swallowed = new Set<Direction>();
  const arrivals: (() => void)[] = [];
  const count = { max: 0, total: 0, toClient: 0, toServer: 0 };
  let refusing: { readonly greeting: Buffer | undefined } | undefined;
  let stalled: (() => void)[] | undefined;
  let cut: Cut | undefined;
  let pieceBytes = Infinity;

  const drop = (line: Line, how: 'reset' | 'end'): void => {
    lines.delete(line);
    for (const socket of [line.client, line.server]) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.end();
    }
  };
  const send = (line: Line, bytes: Buffer): void => {
    count.toClient += bytes.length;
    if (bytes.length <= pieceBytes) {
      line.client.write(bytes);
      return;
    }
    line.server.pause();
    line.client.write(bytes.subarray(0, pieceBytes));
    setImmediate(() => {
      line.server.resume();
      send(line, bytes.subarray(pieceBytes));
    });
  };
  const endCut = (line: Line, then: CutEnd, rest: Buffer): void => {
    if (then === 'silence') ['to-client' as const, 'to-server' as const].forEach((way) => swallowed.add(way));
    else if (typeof then === 'string') line.client.write('', () => drop(line, then));
    else send(line, Buffer.concat([then, rest]));
  };
  const toClient = (line: Line, chunk: Buffer): void => {
    if (swallowed.has('to-client')) return;
    const at = cut?.after(chunk) ?? null;
    send(line, at === null ? chunk : chunk.subarray(0, at));
    if (cut === undefined || at === null) return;
    const { then } = cut;
    cut = undefined;
    endCut(line, then, chunk.subarray(at));
  };
  const inTime = (pass: () => void): void => {
    if (stalled === undefined) pass();
    else stalled.push(pass);
  };
  const connect = (client: Socket): void => {
    count.total += 1;
    for (const arrived of arrivals.splice(0)) arrived();
    if (refusing !== undefined) {
      client.on('error', () => undefined);
      if (refusing.greeting === undefined) client.resetAndDestroy();
      else client.end(refusing.greeting);
      return;
    }
    const server = createConnection({ host: target.host, port: target.port, noDelay: true });
    const line = { client: client.setNoDelay(true), server };
    lines.add(line);
    // A connection that its client ended just before is still in `lines`. Its end is read in the next turn of the event
    // loop where bytes came ahead of it: look once that was heard.
    setImmediate(() => setImmediate(() => (count.max = Math.max(count.max, lines.size))));
    client.on('data', (chunk) => {
      count.toServer += chunk.length;
      inTime(() => {
        if (!swallowed.has('to-server')) server.write(chunk);
      });
    });
    server.on('data', (chunk) => inTime(() => toClient(line, chunk)));
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
      return count.toClient;
    },
    get bytesToServer() {
      return count.toServer;
    },
    refuse: (greeting) => void (refusing = { greeting }),
    accept: () => void (refusing = undefined),
    unlisten,
    listen: () => listenOn(port),
    reset: () => lines.forEach((line) => drop(line, 'reset')),
    close: () => lines.forEach((line) => drop(line, 'end')),
    orphan() {
      const orphans = [...lines];
      lines.clear();
      for (const { client } of orphans) client.removeAllListeners('close').resetAndDestroy();
      return () => orphans.forEach(({ server }) => server.destroy());
    },
    swallow: (...directions) => directions.forEach((direction) => swallowed.add(direction)),
    pass: () => swallowed.clear(),
    stall: () => void (stalled ??= []),
    flow: () => {
      const late = stalled ?? [];
      stalled = undefined;
      for (const pass of late) pass();
    },
    cutAfterBytes: (bytes, then = 'reset') => void (cut = { after: byteCounter(bytes), then }),
    cutAfterPackets: (packets, then = 'reset') => void (cut = { after: packetCounter(packets), then }),
    get cutPending() {
      return cut !== undefined;
    },
    dribble: (bytes) => void (pieceBytes = bytes),
    garbage: (bytes) => lines.forEach(({ client }) => void client.write(bytes)),
    nextConnection: () => new Promise((resolve) => arrivals.push(resolve)),
    async stop() {
      lines.forEach((line) => drop(line, 'reset'));
      await unlisten();
    },
  };
}

/** Tells for one chunk after the other where in it so many bytes have passed; null while they have not. */
function byteCounter(bytes: number): Cut['after'] {
  let left = bytes;
  return (chunk) => {
    if (chunk.length < left) {
      left -= chunk.length;
      return null;
    }
    return left;
  };
}

/** The same for packets. The first chunk begins with one, as it does between commands. */
function packetCounter(packets: number): Cut['after'] {
  const splitter = createSplitter();
  let left = packets;
  let open = 0;
  return (chunk) => {
    let at = -open;
    for (const { bytes } of splitter.push(chunk)) {
      if (left === 0) return at;
      at += bytes.length;
      left -= 1;
    }
    open = chunk.length - at;
    return left === 0 ? at : null;
  };
}
