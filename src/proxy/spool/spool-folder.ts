// The folder of the spool on disk: files that nobody else can read, and that are gone when their process is.

import { chmod, mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** An open file of the spool. All of it is at most a segment; positions and lengths are bytes. */
export interface SpoolFile {
  /** Writes all of the pieces, one behind the other from `position` on. @throws the system's error, e.g. ENOSPC */
  write(pieces: readonly Buffer[], position: number): Promise<void>;
  /** Fills `into` with bytes that were written. @throws the system's error */
  read(into: Buffer, position: number): Promise<void>;
  /** Closes and removes the file, once what is being written or read is done. */
  close(): Promise<void>;
}

/** Where the spool gets its files from. */
export interface SpoolFiles {
  /** Makes a new, empty file. @throws the system's error, e.g. EACCES, EMFILE */
  create(): Promise<SpoolFile>;
}

export interface SpoolFolder extends SpoolFiles {
  /** Makes the folder (0700) where it is missing, and removes what an instance left that could not clean up. */
  sweep(): Promise<void>;
}

const ours = /^\d+-\d+\.reply$/;

/** @param path the folder (absolute); its parent is there */
export function spoolFolder(path: string): SpoolFolder {
  let count = 0;
  return {
    async sweep() {
      await mkdir(path, { recursive: true, mode: 0o700 });
      await chmod(path, 0o700);
      for (const name of await readdir(path))
        if (ours.test(name)) await rm(join(path, name), { force: true });
    },
    async create() {
      await mkdir(path, { recursive: true, mode: 0o700 });
      return await createFile(join(path, `${process.pid}-${++count}.reply`));
    },
  };
}

async function createFile(name: string): Promise<SpoolFile> {
  const handle = await open(name, 'wx+', 0o600);
  const isUnlinked = await unlink(name).then(
    () => true,
    // Some file systems do not let go of the name of an open file: it goes when the file is closed, or at the next start.
    () => false,
  );
  return {
    async write(pieces, position) {
      let at = position;
      for (let rest = pieces; rest.length > 0;) {
        // A disk that is nearly full takes a part, and refuses the next.
        const { bytesWritten } = await handle.writev(rest, at);
        rest = behind(rest, bytesWritten);
        at += bytesWritten;
      }
    },
    async read(into, position) {
      for (let done = 0; done < into.length;) {
        const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
        if (bytesRead === 0) throw new Error(`a file of the spool ends at ${position + done}`);
        done += bytesRead;
      }
    },
    async close() {
      await handle.close();
      if (!isUnlinked) await rm(name, { force: true });
    },
  };
}

/** What is left of the pieces without their first `count` bytes. */
function behind(pieces: readonly Buffer[], count: number): Buffer[] {
  let left = count;
  return pieces.flatMap((piece) => {
    const skipped = Math.min(left, piece.length);
    left -= skipped;
    return skipped === piece.length ? [] : [piece.subarray(skipped)];
  });
}
