// What goes to a client: kept in order, written as fast as the client takes it.

import type { Socket } from 'node:net';
import { frame } from '../../wire/framing.js';
import { CutPoints } from './cut-points.js';
import type { Spool } from '../spool/spool.js';
import type { SpoolQueue } from '../spool/spool-queue.js';

/** Bytes handed to the socket at a time, so that progress can be seen while a large reply goes out. */
const SLICE_BYTES = 64 * 1024;
/** Up to this, a copy of its own is cheaper than a place in the queue. */
const SMALL_BYTES = 4 * 1024;

export interface OutputLimits {
  /** Keeps what the client does not take; shared by the clients of an instance. */
  readonly spool: Spool;
  /** A client that takes nothing for so long is ended. */
  readonly stallMs: number;
}

export class ClientOutput {
  // Order of the bytes:  client <- socket (`writing`) <- being read from disk (`reading`) <- queue <- pushed
  private queue: SpoolQueue;
  private writing = 0;
  /** Bytes that were ever handed to the socket, and that were ever pushed. */
  private handed = 0;
  private pushed = 0;
  private readonly cutPoints = new CutPoints();
  /** The queue that was before, while what is left of the reply is taken over from it; `last` comes behind that. */
  private cutting: { readonly from: SpoolQueue; left: number; last: Buffer } | null = null;
  private reading = false;
  /** Filled only while nothing is being written. */
  private readInto: Buffer | undefined;
  private stallTimer: NodeJS.Timeout | undefined;
  private readonly roomListeners = new Set<() => void>();
  private readonly takenListeners = new Set<() => void>();
  private readonly flushListeners = new Set<() => void>();

  /** @param onStall called when the client has taken nothing for `stallMs` */
  constructor(
    private readonly socket: Socket,
    private readonly limits: OutputLimits,
    private readonly onStall: () => void,
  ) {
    this.queue = this.openQueue();
    socket.once('close', () => {
      clearTimeout(this.stallTimer);
      this.queue.close();
      this.cutting?.from.close();
      this.tellProgress();
    });
  }

  /** The client is behind, and no more can be kept for it: whoever produces should pause until `onRoom`. */
  get full(): boolean {
    return this.isBehind && this.failure === null && this.limits.spool.crowded;
  }

  /** What comes is kept though there is no room for it. */
  get bursting(): boolean {
    return this.isBehind && this.limits.spool.bursting;
  }

  /** Why the disk cannot keep what the client does not take, where that is so. */
  get failure(): Error | null {
    return this.queue.failure;
  }

  /** Whether there is more for the client than its socket holds. */
  get isBehind(): boolean {
    return this.reading || this.cutting !== null || this.queue.length > 0;
  }

  /** Bytes that wait behind the socket. */
  get waiting(): { readonly memory: number; readonly disk: number } {
    const { length, onDisk } = this.queue;
    return { memory: length - onDisk, disk: onDisk };
  }

  /** Keeps a copy of what it cannot write at once. */
  push(bytes: Buffer): void {
    if (this.socket.destroyed) return;
    this.pushed += bytes.length;
    if (this.cutting !== null) {
      this.cutting.last = Buffer.concat([this.cutting.last, bytes]);
      return;
    }
    if (this.writing === 0 && !this.isBehind && bytes.length <= SMALL_BYTES) {
      this.write(Buffer.from(bytes));
      return;
    }
    this.queue.push(bytes);
    this.pump();
  }

  /** Behind what was pushed so far, an ERR packet would be understood. `sequence` is the number of the last packet. */
  mayBeCut(sequence: number): void {
    if (this.isBehind) this.cutPoints.add({ at: this.pushed, sequence }, this.handed);
  }

  /**
   * Drops what the client has yet to get of its reply, and ends it with the ERR where it understands one; nothing of the
   * reply may be pushed any more. False (and nothing is done) where the client is not behind, or near to the end.
   */
  cut(err: Buffer): boolean {
    const point = this.isBehind && this.cutting === null ? this.cutPoints.next(this.handed) : undefined;
    if (point === undefined || this.socket.destroyed) return false;
    const last = frame(err, point.sequence + 1);
    this.cutting = { from: this.queue, left: point.at - this.handed, last };
    this.queue = this.openQueue();
    this.pushed = point.at + last.length;
    this.cutPoints.clear();
    this.progressed();
    return true;
  }

  /** Calls `then` once, as soon as the output is no longer full (or the client is gone). */
  onRoom(then: () => void): void {
    if (this.full) this.roomListeners.add(then);
    else then();
  }

  /** Calls `then` once, as soon as the client is no longer behind (or gone). */
  onCaughtUp(then: () => void): void {
    if (this.isBehind) this.takenListeners.add(then);
    else then();
  }

  /** Calls `then` once everything that was pushed has been taken (or the client is gone). */
  onFlushed(then: () => void): void {
    if (this.isFlushed) then();
    else this.flushListeners.add(then);
  }

  private get isFlushed(): boolean {
    return this.writing === 0 && !this.isBehind;
  }

  private pump(): void {
    this.takeOver();
    while (this.writing < SLICE_BYTES && !this.reading && !this.socket.destroyed) {
      const { queue } = this;
      const piece = queue.take(SLICE_BYTES);
      if (piece === undefined) {
        // One buffer for all that is read back: a new one each time would leave many behind.
        if (queue.onDisk > 0 && this.writing === 0) {
          this.readInto ??= Buffer.allocUnsafeSlow(SLICE_BYTES);
          void this.read(queue, this.readInto, (bytes) => this.write(bytes));
        }
        return;
      }
      this.write(piece.bytes, () => queue.release(piece));
    }
  }

  /** Brings what the client is still to get of a reply that was cut into a queue of its own, so that the rest can be dropped. */
  private takeOver(): void {
    const { cutting } = this;
    if (cutting === null || this.reading || this.socket.destroyed) return;
    const { from } = cutting;
    while (cutting.left > 0) {
      const piece = from.take(Math.min(SLICE_BYTES, cutting.left));
      if (piece === undefined) {
        if (from.onDisk === 0) return;
        const into = Buffer.allocUnsafeSlow(Math.min(SLICE_BYTES, cutting.left));
        void this.read(from, into, (bytes) => this.queue.push(bytes));
        return;
      }
      cutting.left -= piece.bytes.length;
      this.queue.push(piece.bytes);
      from.release(piece);
    }
    this.cutting = null;
    from.close();
    this.queue.push(cutting.last);
  }

  private openQueue(): SpoolQueue {
    return this.limits.spool.open({
      readable: () => this.pump(),
      room: () => this.tellProgress(),
    });
  }

  /** Reads from disk; of a reply that is cut meanwhile, no more than is left of it. */
  private async read(queue: SpoolQueue, into: Buffer, then: (bytes: Buffer) => void): Promise<void> {
    this.reading = true;
    try {
      const read = await queue.read(into);
      const cutting = this.cutting?.from === queue ? this.cutting : null;
      const length = Math.min(read, cutting?.left ?? Infinity);
      if (cutting !== null) cutting.left -= length;
      if (length > 0 && !this.socket.destroyed) then(into.subarray(0, length));
    } catch (error) {
      // Without what was kept in the file, nothing that comes behind it can be understood.
      this.limits.spool.troubled(error instanceof Error ? error : new Error(String(error)));
      this.socket.destroy();
    }
    this.reading = false;
    this.progressed();
  }

  /** @param release called when the bytes are not needed any more */
  private write(bytes: Buffer, release?: () => void): void {
    if (this.writing === 0) this.watchStall();
    this.writing += bytes.length;
    this.handed += bytes.length;
    this.socket.write(bytes, () => {
      release?.();
      this.writing -= bytes.length;
      this.watchStall();
      this.progressed();
    });
  }

  private progressed(): void {
    this.pump();
    this.tellProgress();
  }

  private tellProgress(): void {
    if (this.isFlushed) this.readInto = undefined;
    if (!this.full) callOnce(this.roomListeners);
    if (!this.isBehind) callOnce(this.takenListeners);
    if (this.isFlushed || this.socket.destroyed) callOnce(this.flushListeners);
  }

  /** The client has `stallMs` from now on to take something. One timer for all: a reply a millisecond must not cost one each. */
  private watchStall(): void {
    if (this.socket.destroyed) return;
    if (this.stallTimer === undefined) {
      this.stallTimer = setTimeout(() => {
        this.stallTimer = undefined;
        if (this.writing > 0) this.onStall();
      }, this.limits.stallMs).unref();
    } else {
      this.stallTimer.refresh();
    }
  }
}

function callOnce(listeners: Set<() => void>): void {
  if (listeners.size === 0) return;
  const called = [...listeners];
  listeners.clear();
  for (const listener of called) listener();
}
