// What the clients of an instance have not taken yet, all together: in memory up to a bound, then on disk.

import { Blocks } from './blocks.js';
import type { SpoolFile, SpoolFiles } from './spool-folder.js';
import { SpoolQueue, type QueueListener, type SpoolStore } from './spool-queue.js';

export interface SpoolLimits {
  /** Bytes of all clients together that are kept in memory; near to it those of the slowest go to disk. */
  readonly memoryBytes: number;
  /** Bytes of all clients together in files. */
  readonly diskBytes: number;
}

/** So much of the memory is kept free while the disk can take it, because disks write in bursts. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** The longest packet: what comes of a reply at most after it was to be cut short. */
const PACKET_BYTES = 16 * 1024 * 1024;
/** Bytes written at a time; less is not worth a file. */
const PIECE_BYTES = 1024 * 1024;
const SEGMENT_BYTES = 16 * 1024 * 1024;

export class Spool implements SpoolStore {
  readonly blocks = new Blocks();
  private readonly queues = new Set<SpoolQueue>();
  private memoryBytes = 0;
  private diskBytes = 0;
  private isWriting = false;
  private readonly writesFrom: number;
  private readonly pieceBytes: number;
  readonly segmentBytes: number;

  /** @param onTrouble told when a file cannot be made, written, read or closed; its client is told what matters to it */
  constructor(
    private readonly limits: SpoolLimits,
    private readonly files: SpoolFiles,
    private readonly onTrouble: (error: Error) => void,
  ) {
    this.writesFrom = limits.memoryBytes - Math.min(WINDOW_BYTES, limits.memoryBytes / 2);
    this.pieceBytes = Math.min(PIECE_BYTES, Math.ceil(limits.memoryBytes / 4));
    this.segmentBytes = Math.min(SEGMENT_BYTES, Math.ceil(limits.diskBytes / 16));
  }

  /** A queue for one client; it must be closed. */
  open(listener: QueueListener): SpoolQueue {
    const queue = new SpoolQueue(this, listener);
    this.queues.add(queue);
    return queue;
  }

  /** Bytes in memory, and in files (those already read of a file that still has others included). */
  get inMemory(): number {
    return this.memoryBytes;
  }

  get onDisk(): number {
    return this.diskBytes;
  }

  /** Nothing more can be kept for a while: who brings bytes for a client that is behind should wait. */
  get crowded(): boolean {
    return this.memoryBytes > this.limits.memoryBytes;
  }

  /** More is kept than there is room for, though nothing is waited for: what comes must be cut off. */
  get bursting(): boolean {
    return this.memoryBytes > this.limits.memoryBytes + PACKET_BYTES;
  }

  createFile(): Promise<SpoolFile> {
    return this.files.create();
  }

  memoryChanged(bytes: number): void {
    this.memoryBytes += bytes;
    if (bytes > 0) void this.relieve();
    else if (!this.crowded && this.memoryBytes - bytes > this.limits.memoryBytes) this.tellRoom();
  }

  diskChanged(bytes: number): void {
    this.diskBytes += bytes;
    if (bytes < 0) void this.relieve();
  }

  troubled(error: Error): void {
    this.onTrouble(error);
  }

  closed(queue: SpoolQueue): void {
    this.queues.delete(queue);
  }

  private tellRoom(): void {
    for (const queue of this.queues) queue.tellRoom();
  }

  /** Writes to disk, piece by piece, until there is room in memory for what comes. */
  private async relieve(): Promise<void> {
    if (this.isWriting) return;
    this.isWriting = true;
    for (let next = this.nextToWrite(); next !== undefined; next = this.nextToWrite()) {
      await next.writeOut(Math.min(this.pieceBytes, this.limits.diskBytes - this.diskBytes));
    }
    this.isWriting = false;
  }

  /** The client that is most behind: one that keeps up never meets the disk. */
  private nextToWrite(): SpoolQueue | undefined {
    if (this.memoryBytes <= this.writesFrom || this.diskBytes >= this.limits.diskBytes) return undefined;
    let largest: SpoolQueue | undefined;
    for (const queue of this.queues) if (queue.writable > (largest?.writable ?? 0)) largest = queue;
    // Many that are a little behind fill the memory too.
    const least = this.crowded ? 1 : this.pieceBytes;
    return largest !== undefined && largest.writable >= least ? largest : undefined;
  }
}

const noFiles: SpoolFiles = {
  create: () => Promise.reject(new Error('a spool without a disk has no files')),
};

/** For who keeps what a client does not take in memory only, up to `memoryBytes`. */
export function memoryOnly(memoryBytes: number): Spool {
  return new Spool({ memoryBytes, diskBytes: 0 }, noFiles, () => undefined);
}
