// Files of the spool in memory, on a disk that takes as long and as much as the test says.
import type { SpoolFile, SpoolFiles } from '../../../src/proxy/spool/spool-folder.js';

export interface FakeDisk extends SpoolFiles {
  /** Files that are open now, and all that ever were. */
  readonly open: number;
  readonly total: number;
  /** From now on writes fail with ENOSPC once the open files have so many bytes together. */
  room: number;
  /** Writes wait until `flow`. */
  stall(): void;
  flow(): void;
  /** Reads fail. */
  spoil(): void;
}

export function fakeDisk(): FakeDisk {
  const files = new Set<{ content: Buffer }>();
  let total = 0;
  let room = Infinity;
  let spoiled = false;
  let flowing = Promise.resolve();
  let flow: () => void = () => undefined;
  const used = (): number => [...files].reduce((sum, { content }) => sum + content.length, 0);
  const create = (): SpoolFile => {
    const file = { content: Buffer.alloc(0) };
    files.add(file);
    total += 1;
    return {
      async write(pieces, position) {
        await flowing;
        const bytes = Buffer.concat(pieces);
        if (used() + bytes.length > room) throw new Error('ENOSPC: no space left on device, write');
        file.content = Buffer.concat([file.content.subarray(0, position), bytes]);
      },
      read(into, position) {
        if (spoiled) return Promise.reject(new Error('EIO: i/o error, read'));
        file.content.copy(into, 0, position);
        return Promise.resolve();
      },
      close() {
        files.delete(file);
        return Promise.resolve();
      },
    };
  };
  return {
    get open() {
      return files.size;
    },
    get total() {
      return total;
    },
    get room() {
      return room;
    },
    set room(bytes) {
      room = bytes;
    },
    stall() {
      flowing = new Promise((resolve) => (flow = resolve));
    },
    flow: () => flow(),
    spoil: () => void (spoiled = true),
    create: () => Promise.resolve(create()),
  };
}
