// A socket whose other end is the test: it decides when written bytes are taken.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export interface StubSocket {
  readonly socket: Socket;
  /** What has been handed over so far, and is taken or being taken. */
  readonly written: () => Buffer;
  /** How many bytes that is. */
  readonly size: () => number;
  /** Bytes come from the other end. */
  send(bytes: Buffer): void;
  /** The other end takes what was written last. Answers whether there was anything. */
  take(): boolean;
  /** From now on everything is taken at once. */
  takeAll(): void;
  /** From now on nothing is taken, until it is asked for. */
  hold(): void;
}

/** @param eager whether bytes are taken as they are written */
export function stubSocket(eager = false): StubSocket {
  const pieces: Buffer[] = [];
  let isEager = eager;
  let pending: (() => void) | null = null;
  const take = (): boolean => {
    const done = pending;
    pending = null;
    done?.();
    return done !== null;
  };
  const duplex = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      // Whoever wrote may use the buffer again once it was taken.
      pieces.push(Buffer.from(chunk));
      if (isEager) done();
      else pending = () => done();
    },
  });
  const socket = Object.assign(duplex, {
    remoteAddress: '192.0.2.7',
    destroySoon: () => void duplex.destroy(),
  }) as unknown as Socket;
  return {
    socket,
    written: () => Buffer.concat(pieces),
    size: () => pieces.reduce((sum, { length }) => sum + length, 0),
    send: (bytes) => void duplex.push(bytes),
    take,
    takeAll() {
      isEager = true;
      take();
    },
    hold: () => void (isEager = false),
  };
}

/** Lets streams and promises do what they put off to the next turn of the event loop. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
