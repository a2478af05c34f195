// Where the fleet's logs are: a folder for each user and one for the supervisor, each with rotated files.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { logFileName } from '../observe/log-file.js';
import { supervisorFolder } from '../supervisor/app.js';

/** Folders with logs: of every user who was ever started, removed ones included, or of `user`; with the supervisor's. */
export async function logFolders(
  root: string,
  user: string | undefined,
  supervisor: boolean,
): Promise<string[]> {
  const instances = join(root, 'instances');
  const entries = await readdir(instances, { withFileTypes: true }).catch(ignoreMissing);
  const users = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .filter(({ name }) => user === undefined || name === user)
    .map(({ name }) => join(instances, name));
  return supervisor ? [...users, supervisorFolder(root)] : users;
}

/** The log files of a folder, the newest first: the one being written, then the rotated ones by day and number. */
export async function logFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(ignoreMissing)).map(String);
  const rotated = names
    .flatMap((name) => {
      const [, day, index] = /^proxy-(\d{8})-(\d+)\.log$/.exec(name) ?? [];
      return day === undefined ? [] : [{ name, day, index: Number(index) }];
    })
    .sort((a, b) => (a.day === b.day ? b.index - a.index : b.day.localeCompare(a.day)))
    .map(({ name }) => name);
  return [...names.filter((name) => name === logFileName), ...rotated].map((name) => join(folder, name));
}

function ignoreMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
