// What one client has not taken yet: the older bytes in files, the newer ones in memory.

import type { Blocks } from './blocks.js';
import { ByteQueue, sizeOf, type Piece } from './byte-queue.js';
import type { SpoolFile } from './spool-folder.js';

/** What a queue has of the spool that all queues share. */
export interface SpoolStore {
  readonly blocks: Blocks;
  /** Files that have reached this size are not written to any more, so that their room comes free piece by piece. */
  readonly segmentBytes: number;
  createFile(): Promise<SpoolFile>;
  /** Bytes more (or, negative, fewer) are kept in memory or on disk. */
  memoryChanged(bytes: number): void;
  diskChanged(bytes: number): void;
  /** A file could not be written, read or closed. */
  troubled(error: Error): void;
  closed(queue: SpoolQueue): void;
}

export interface QueueListener {
  /** There may be something to take, or to read, where there was nothing before. */
  readable(): void;
  /** The spool may have room again, or needs none any more. */
  room(): void;
}

/** A file with the bytes from `readAt` to `size` still to be read. */
interface Segment {
  readonly file: SpoolFile;
  size: number;
  readAt: number;
}

type State =
  | { readonly name: 'open' }
  /** The disk did not take what it was to take, which stays in memory. Over once the queue is empty. */
  | { readonly name: 'failed'; readonly error: Error }
  | { readonly name: 'closed' };

export class SpoolQueue {
  // Order of the bytes, oldest first; bytes leave memory for the disk at its front, so all that is on disk is older:
  //
  //   taken <- [segment][segment] <- being written <- [memory] <- pushed
  private readonly segments: Segment[] = [];
  private writing = 0;
  private readonly memory: ByteQueue;
  private unread = 0;
  private state: State = { name: 'open' };

  constructor(
    private readonly store: SpoolStore,
    private readonly listener: QueueListener,
  ) {
    this.memory = new ByteQueue(store.blocks);
  }

  /** Bytes that are still to be taken or read. */
  get length(): number {
    return this.unread + this.writing + this.memory.length;
  }

  /** Bytes of them that are in files. */
  get onDisk(): number {
    return this.unread;
  }

  /** Bytes that could be written to disk. */
  get writable(): number {
    return this.state.name === 'open' && this.writing === 0 ? this.memory.length : 0;
  }

  /** Why the disk cannot keep what comes, where that is so. */
  get failure(): Error | null {
    return this.state.name === 'failed' ? this.state.error : null;
  }

  /** Keeps a copy. */
  push(bytes: Buffer): void {
    if (this.state.name === 'closed') return;
    this.memory.push(bytes);
    this.store.memoryChanged(bytes.length);
  }

  /**
   * The next bytes, at most `max`, where they are in memory; none where they must be read, or where nothing is there. They
   * are to be released.
   */
  take(max: number): Piece | undefined {
    if (this.unread > 0 || this.writing > 0) return undefined;
    const piece = this.memory.take(max);
    if (piece !== undefined) this.store.memoryChanged(-piece.bytes.length);
    this.recover();
    return piece;
  }

  release(piece: Piece): void {
    this.memory.release(piece);
  }

  /**
   * Reads the next bytes from disk into `into`, as many as fit, and answers how many; only while `onDisk` > 0, and one call
   * at a time. @throws the system's error
   */
  async read(into: Buffer): Promise<number> {
    const [segment] = this.segments;
    if (segment === undefined) return 0;
    const length = Math.min(into.length, segment.size - segment.readAt);
    await segment.file.read(into.subarray(0, length), segment.readAt);
    if (this.isClosed) return 0;
    segment.readAt += length;
    this.unread -= length;
    this.dropRead();
    this.recover();
    return length;
  }

  /** Writes up to `max` of the bytes in memory to disk, the oldest first. Never rejects: see `failure`. */
  async writeOut(max: number): Promise<void> {
    const pieces = this.memory.takePieces(max);
    this.writing = sizeOf(pieces);
    this.store.diskChanged(this.writing);
    try {
      const segment = await this.segmentToWrite();
      await segment.file.write(
        pieces.map(({ bytes }) => bytes),
        segment.size,
      );
      this.releaseAll(pieces);
      if (!this.isClosed) this.written(segment);
    } catch (error) {
      if (this.isClosed) this.releaseAll(pieces);
      else this.fail(pieces, error instanceof Error ? error : new Error(String(error)));
    }
    if (!this.isClosed) this.listener.readable();
  }

  /** The spool has room again. */
  tellRoom(): void {
    this.listener.room();
  }

  /** The client is gone: gives everything free. */
  close(): void {
    if (this.isClosed) return;
    this.state = { name: 'closed' };
    this.store.memoryChanged(-this.memory.length - this.writing);
    this.store.diskChanged(-this.writing);
    this.memory.clear();
    this.writing = this.unread = 0;
    for (const segment of this.segments.splice(0)) this.drop(segment);
    this.store.closed(this);
  }

  private get isClosed(): boolean {
    return this.state.name === 'closed';
  }

  private async segmentToWrite(): Promise<Segment> {
    const last = this.segments.at(-1);
    if (last !== undefined && last.size < this.store.segmentBytes) return last;
    const segment = { file: await this.store.createFile(), size: 0, readAt: 0 };
    if (this.isClosed) {
      this.drop(segment);
      throw new Error('the client is gone');
    }
    this.segments.push(segment);
    return segment;
  }

  private written(segment: Segment): void {
    const { writing } = this;
    segment.size += writing;
    this.unread += writing;
    this.writing = 0;
    this.dropRead();
    this.store.memoryChanged(-writing);
  }

  private fail(pieces: readonly Piece[], error: Error): void {
    const { writing } = this;
    this.memory.putBack(pieces);
    this.writing = 0;
    this.store.diskChanged(-writing);
    this.state = { name: 'failed', error };
    this.dropRead();
    this.store.troubled(error);
    this.listener.room();
  }

  /** Closes the files that have been read to their end, but for the one that is being written. */
  private dropRead(): void {
    const inUse = this.writing > 0 ? this.segments.at(-1) : undefined;
    while (this.segments[0] !== undefined && this.segments[0].readAt === this.segments[0].size) {
      if (this.segments[0] === inUse) return;
      this.drop(this.segments[0]);
      this.segments.shift();
    }
  }

  private drop({ file, size }: Segment): void {
    this.store.diskChanged(-size);
    file.close().catch((error: unknown) => {
      this.store.troubled(error instanceof Error ? error : new Error(String(error)));
    });
  }

  private releaseAll(pieces: readonly Piece[]): void {
    for (const piece of pieces) this.memory.release(piece);
  }

  private recover(): void {
    if (this.state.name === 'failed' && this.length === 0) this.state = { name: 'open' };
  }
}
