// The port of an instance: taken once, and left so that nobody who has got through is cut off, and a successor has it at once.

import type { ServerResponse } from 'node:http';
import net from 'node:net';

/** Connections that the system keeps until they are accepted; Node's own default. */
const BACKLOG = 511;
/** Ms in which a successor that is told of the free port has taken it. */
const TAKEN_MS = 100;

export class Listener {
  private readonly server: net.Server;
  private readonly successors = new Set<ServerResponse>();
  private arrivals = 0;
  private isLeft = false;

  constructor(onClient: (socket: net.Socket) => void) {
    this.server = net.createServer({ noDelay: true, keepAlive: true }, (socket) => {
      this.arrivals++;
      onClient(socket);
    });
  }

  /** @throws the error of `listen`, e.g. EADDRINUSE; it may be tried again. Later errors go to `onError` */
  async open(host: string, port: number, onError: (error: Error) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port, backlog: BACKLOG, exclusive: true }, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    this.server.on('error', onError);
  }

  /** Answers when the port is free. Who asks says by closing the connection that it has the port, or does not want it. */
  tellWhenFree(successor: ServerResponse): void {
    if (this.isLeft) tellFree(successor);
    this.successors.add(successor);
    successor.once('close', () => this.successors.delete(successor));
  }

  /**
   * Leaves the port, and waits a moment for a successor to take it.
   * @returns resolves when all connections have ended, too
   */
  async close(): Promise<{ readonly empty: Promise<void> }> {
    await this.acceptAll();
    const empty = new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
    await this.handOver();
    return { empty };
  }

  /** Whoever is connected and not accepted when the listener is closed would be reset by the system. */
  private async acceptAll(): Promise<void> {
    const first = this.arrivals;
    for (let last = -1; last < this.arrivals && this.arrivals - first < BACKLOG;) {
      last = this.arrivals;
      // Behind the next look of the event loop at the listener, and that one's arrivals.
      await nextTurn();
      await nextTurn();
    }
  }

  private async handOver(): Promise<void> {
    this.isLeft = true;
    const taken = [...this.successors].map(
      (successor) =>
        new Promise<void>((resolve) => {
          successor.once('close', resolve);
          tellFree(successor);
        }),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, TAKEN_MS)));
    await Promise.race([Promise.all(taken), late]);
    clearTimeout(timer);
  }
}

/** Only the head: the connection is open for as long as the successor has not the port. */
function tellFree(successor: ServerResponse): void {
  successor.writeHead(200).flushHeaders();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
