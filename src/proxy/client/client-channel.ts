// A client's socket as packets: frames in, payloads out. TLS replaces the socket underneath.

import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { FleetError, isFleetError, type ClientError } from '../../errors.js';
import type { Scramble } from '../../wire/auth.js';
import { frame, FrameReader, type Frame } from '../../wire/framing.js';
import { errPayload } from '../command/error-reply.js';
import { ClientOutput, type OutputLimits } from './client-output.js';

/** Who has not logged in has no business with packets longer than this (attributes may take 64 KB). */
export const LOGIN_PACKET_BYTES = 128 * 1024;

/** Who is sent away gets so long (ms) to read why. */
const FAREWELL_MS = 1_000;

export interface ChannelListener {
  frame(frame: Frame): void;
  /** The client sent something that is no packet of the protocol; what follows cannot be read. */
  broken(error: ClientError): void;
  closed(): void;
}

export class ClientChannel {
  private readonly reader = new FrameReader(LOGIN_PACKET_BYTES);
  private listener: ChannelListener | null = null;
  private reading: { resolve: (frame: Frame) => void; reject: (error: Error) => void } | null = null;
  private out: ClientOutput;
  private isClosed = false;
  private isEnding = false;
  readonly address: string;
  /** The client's own port. */
  readonly port: number;
  /** What the client has answered to when it last logged in. */
  scramble: Scramble | null = null;
  private nextSequence = 0;
  bytesIn = 0;
  bytesOut = 0;

  constructor(
    private socket: Socket,
    private readonly limits: OutputLimits,
  ) {
    this.address = socket.remoteAddress ?? 'unknown';
    this.port = socket.remotePort ?? 0;
    this.out = this.attach(socket);
    // Nothing is taken in before somebody reads.
    socket.pause();
  }

  get output(): ClientOutput {
    return this.out;
  }

  get encrypted(): boolean {
    return this.socket instanceof TLSSocket;
  }

  get closed(): boolean {
    return this.isClosed;
  }

  /** What comes is the client's local file: every packet by itself. */
  set readsFile(on: boolean) {
    this.reader.separate = on;
  }

  /** From now on packets may be so long. */
  set maxPacketBytes(bytes: number) {
    this.reader.maxPayload = bytes;
  }

  get maxPacketBytes(): number {
    return this.reader.maxPayload;
  }

  /**
   * The next frame, while nobody listens. What comes behind it stays unread: it may be TLS.
   * @throws PACKETS_OUT_OF_ORDER, PACKET_TOO_LARGE as soon as one is announced, HANDSHAKE_FAILED when the client is gone
   */
  read(): Promise<Frame> {
    return new Promise((resolve, reject) => {
      this.reading = { resolve, reject };
      this.socket.resume();
      if (this.isClosed) this.stopReading()?.reject(gone());
      else this.tryRead();
    });
  }

  /** Frames go to `listener` from now on. */
  listen(listener: ChannelListener): void {
    this.listener = listener;
    if (this.isClosed) {
      listener.closed();
      return;
    }
    this.socket.resume();
    this.deliver(listener);
  }

  /** Frames are read one by one again, from the one that is being answered on. */
  stopListening(answered: Frame): void {
    this.listener = null;
    this.nextSequence = (answered.lastSequence + 1) & 0xff;
    this.socket.pause();
  }

  /** Wraps the socket; what the client has sent behind its SSLRequest belongs to the TLS handshake already. */
  startTls(secureContext: SecureContext): Promise<void> {
    const plain = this.socket;
    plain.removeAllListeners('data');
    plain.pause();
    const rest = this.reader.takeRest();
    if (rest.length > 0) plain.unshift(rest);
    const secure = new TLSSocket(plain, { isServer: true, secureContext });
    this.socket = secure;
    this.out = this.attach(secure);
    return new Promise((resolve, reject) => {
      secure.once('secure', () => resolve());
      secure.once('close', () =>
        reject(new FleetError('HANDSHAKE_FAILED', { detail: 'TLS was not agreed on' })),
      );
    });
  }

  /** Answers the last frame that was read, or the last answer to it. */
  reply(payload: Buffer): void {
    this.send(payload, this.nextSequence);
    this.nextSequence = (this.nextSequence + 1) & 0xff;
  }

  /** Sends a payload as packets, numbered from `sequence` on. */
  send(payload: Buffer, sequence: number): void {
    this.forward(frame(payload, sequence));
  }

  sendError(error: ClientError, sequence: number): void {
    this.send(errPayload(error), sequence);
  }

  /** Sends packets as they are. */
  forward(bytes: Buffer): void {
    this.bytesOut += bytes.length;
    this.out.push(bytes);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Whether it is closed, or will be as soon as the client has taken what was sent. */
  get ending(): boolean {
    return this.isEnding || this.isClosed;
  }

  /** Closes the connection once everything that was sent has left. */
  end(): void {
    this.isEnding = true;
    this.out.onFlushed(() => this.socket.end(() => this.socket.destroySoon()));
  }

  /** A last packet for somebody who is not let in, and who is not waited for long. */
  farewell(payload: Buffer): void {
    this.reply(payload);
    this.end();
    setTimeout(() => this.socket.destroy(), FAREWELL_MS).unref();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Calls `then` once the connection is closed. */
  onClosed(then: () => void): void {
    this.socket.once('close', then);
  }

  private attach(socket: Socket): ClientOutput {
    socket.on('data', (chunk: Buffer) => {
      this.bytesIn += chunk.length;
      this.reader.push(chunk);
      if (this.listener !== null) this.deliver(this.listener);
      else this.tryRead();
    });
    // One client's reset is its own affair: 'close' follows and says all there is to say.
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (this.isClosed || socket !== this.socket) return;
      this.isClosed = true;
      this.stopReading()?.reject(gone());
      this.listener?.closed();
    });
    return new ClientOutput(socket, this.limits, () => socket.destroy());
  }

  private tryRead(): void {
    if (this.reading === null) return;
    try {
      const frame = this.reader.next();
      const oversized = frame?.oversized ?? this.reader.excess;
      if (oversized > 0) throw tooLarge({ oversized }, this.maxPacketBytes);
      if (frame === null) return;
      if (frame.sequence !== this.nextSequence) throw new FleetError('PACKETS_OUT_OF_ORDER', {});
      this.nextSequence = (frame.lastSequence + 1) & 0xff;
      this.stopReading()?.resolve(frame);
    } catch (error) {
      this.stopReading()?.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Whoever has not logged in sends no more than is read. */
  private stopReading(): typeof this.reading {
    const { reading } = this;
    this.reading = null;
    this.socket.pause();
    return reading;
  }

  private deliver(listener: ChannelListener): void {
    while (!this.isClosed && this.listener === listener) {
      try {
        const frame = this.reader.next();
        if (frame === null) return;
        listener.frame(frame);
      } catch (error) {
        if (!isFleetError(error, 'PACKETS_OUT_OF_ORDER')) throw error;
        listener.broken(error);
        return;
      }
    }
  }
}

/** The error for a frame that was skipped, or will be. */
export function tooLarge(
  { oversized }: Pick<Frame, 'oversized'>,
  max: number,
): FleetError<'PACKET_TOO_LARGE'> {
  return new FleetError('PACKET_TOO_LARGE', { size: oversized, max });
}

function gone(): Error {
  return new FleetError('HANDSHAKE_FAILED', { detail: 'the client is gone' });
}
