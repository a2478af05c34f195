// What goes to a client: kept in order, written as fast as the client takes it.

import type { Socket } from 'node:net';

/** Bytes handed to the socket at a time, so that progress can be seen while a large reply goes out. */
const SLICE_BYTES = 256 * 1024;

export interface OutputLimits {
  /** Bytes that may wait; past them `push` asks its caller to pause. */
  readonly bufferBytes: number;
  /** A client that takes nothing for so long is ended. */
  readonly stallMs: number;
}

export class ClientOutput {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private writing = 0;
  private stallTimer: NodeJS.Timeout | undefined;
  private roomListeners: (() => void)[] = [];
  private flushListeners: (() => void)[] = [];

  /** @param onStall called when the client has taken nothing for `stallMs` */
  constructor(
    private readonly socket: Socket,
    private readonly limits: OutputLimits,
    private readonly onStall: () => void,
  ) {
    socket.once('close', () => {
      clearTimeout(this.stallTimer);
      this.waiting = [];
      this.waitingBytes = 0;
      this.notifyRoom();
    });
  }

  /** Whether more than the buffer is waiting: whoever produces should pause until `onRoom`. */
  get full(): boolean {
    return this.waitingBytes > this.limits.bufferBytes;
  }

  push(bytes: Buffer): void {
    if (this.socket.destroyed) return;
    if (this.writing === 0 && this.waitingBytes === 0 && bytes.length <= SLICE_BYTES) {
      this.write(bytes);
      return;
    }
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.writing < SLICE_BYTES) this.writeNext();
  }

  /** Calls `then` once, as soon as the output is no longer full (or the client is gone). */
  onRoom(then: () => void): void {
    if (this.full) this.roomListeners.push(then);
    else then();
  }

  /** Calls `then` once everything that was pushed has been taken (or the client is gone). */
  onFlushed(then: () => void): void {
    if (this.writing === 0 && this.waitingBytes === 0) then();
    else this.flushListeners.push(then);
  }

  private writeNext(): void {
    while (this.writing < SLICE_BYTES && this.waiting.length > 0) {
      const slice = this.takeSlice();
      this.waitingBytes -= slice.length;
      this.write(slice);
    }
  }

  /** Small pieces are joined to one write, large ones cut. */
  private takeSlice(): Buffer {
    const pieces: Buffer[] = [];
    let size = 0;
    while (size < SLICE_BYTES) {
      const first = this.waiting[0];
      if (first === undefined) break;
      const room = SLICE_BYTES - size;
      if (first.length <= room) this.waiting.shift();
      else this.waiting[0] = first.subarray(room);
      pieces.push(first.subarray(0, room));
      size += Math.min(room, first.length);
    }
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  private write(bytes: Buffer): void {
    this.writing += bytes.length;
    this.socket.write(bytes, () => {
      this.writing -= bytes.length;
      this.progressed();
    });
    this.watchStall();
  }

  private progressed(): void {
    this.writeNext();
    this.watchStall();
    if (!this.full) this.notifyRoom();
    if (this.writing === 0) for (const then of this.flushListeners.splice(0)) then();
  }

  private notifyRoom(): void {
    for (const then of this.roomListeners.splice(0)) then();
    if (this.socket.destroyed) for (const then of this.flushListeners.splice(0)) then();
  }

  private watchStall(): void {
    clearTimeout(this.stallTimer);
    this.stallTimer = undefined;
    if (this.writing > 0 && !this.socket.destroyed) {
      this.stallTimer = setTimeout(this.onStall, this.limits.stallMs).unref();
    }
  }
}
