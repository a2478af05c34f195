// The demo backend: a MySQL server with sample data that takes one connection per account and ends the older one.

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { AuthPlugin } from '../wire/auth.js';
import { openDatabase } from './execute/database.js';
import { fillSample } from './sample.js';
import { serveConnection, type House } from './server/connection.js';

export interface DemoSettings {
  /** A loopback address. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Passwords by account. */
  readonly accounts: Readonly<Record<string, string>>;
  /** What the greeting names; clients may use the other. */
  readonly plugin?: AuthPlugin;
}

export interface DemoBackend {
  readonly host: string;
  readonly port: number;
  /** Connections that were ended because their account logged in again. */
  readonly dropped: number;
  /** From now on these accounts may log in; who is connected stays. */
  setAccounts(accounts: DemoSettings['accounts']): void;
  close(): Promise<void>;
}

/** Who is connected: one connection per account. */
interface Doorkeeper extends Pick<House, 'enter' | 'leave'> {
  readonly dropped: number;
}

function createDoorkeeper(): Doorkeeper {
  const connected = new Map<string, () => void>();
  let dropped = 0;
  return {
    get dropped() {
      return dropped;
    },
    enter(account, end) {
      const older = connected.get(account);
      if (older !== undefined) dropped++;
      older?.();
      connected.set(account, end);
    },
    leave(account, end) {
      if (connected.get(account) === end) connected.delete(account);
    },
  };
}

/**
 * Fills the sample data and listens.
 * @throws the listener's error, e.g. EADDRINUSE
 */
export async function startDemoBackend(settings: DemoSettings): Promise<DemoBackend> {
  const database = await openDatabase();
  await fillSample(database);
  let accounts = new Map(Object.entries(settings.accounts));
  const doorkeeper = createDoorkeeper();
  const plugin = settings.plugin ?? 'mysql_native_password';
  const { enter, leave } = doorkeeper;
  const house: House = { database, plugin, password: (account) => accounts.get(account), enter, leave };
  const sockets = new Set<Socket>();
  let nextConnection = 1;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveConnection(socket, nextConnection++, house);
  });
  await listen(server, settings);
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    get dropped() {
      return doorkeeper.dropped;
    },
    setAccounts: (next) => void (accounts = new Map(Object.entries(next))),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A session lets go of its tables when its socket has closed, for which it needs the engine.
      const ended = [...sockets].map((socket) => once(socket, 'close'));
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, ...ended]);
      database.close();
    },
  };
}

function listen(server: Server, { host, port }: DemoSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
