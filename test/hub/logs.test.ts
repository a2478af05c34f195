import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLogLine } from '../../src/hub/log-entry.js';
import type { LogEntry, LogFilter } from '../../src/hub/log-entry.js';
import { followLogs } from '../../src/hub/log-follow.js';
import { linesBackwards, readLastEntries } from '../../src/hub/log-read.js';
import { logFiles, logFolders } from '../../src/hub/log-sources.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cf-'));
  for (const user of ['ann', 'bob', '.supervisor', '.demo']) folderOf(user);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function folderOf(user: string): string {
  const folder = join(root, 'instances', user);
  mkdirSync(folder, { recursive: true });
  return folder;
}

const line = (user: string, second: number, more = {}): string =>
  `${JSON.stringify({
    ...{
      level: 'info',
      time: new Date(second * 1_000).toISOString(),
      user,
      port: 1,
      msg: `${user} ${second}`,
    },
    ...more,
  })}\n`;

const logOf = (user: string, name = 'proxy.log'): string => join(folderOf(user), name);
const everything: LogFilter = { level: 'trace', since: 0, events: undefined, user: undefined };
const messages = (entries: readonly LogEntry[]): string[] => entries.map(({ msg }) => msg);

const last = async (count: number, filter: Partial<LogFilter> = {}): Promise<string[]> =>
  messages(
    await readLastEntries(await logFolders(root, undefined, false), { ...everything, ...filter }, count),
  );

describe('the last lines of all logs', () => {
  beforeEach(() => {
    writeFileSync(logOf('ann'), line('ann', 1) + line('ann', 4) + line('ann', 5));
    writeFileSync(logOf('bob'), line('bob', 2) + line('bob', 3) + line('bob', 6));
  });

  it('are merged by time', async () => {
    expect(await last(100)).toEqual(['ann 1', 'bob 2', 'bob 3', 'ann 4', 'ann 5', 'bob 6']);
  });

  it('are as many as wanted, all together', async () => {
    expect(await last(3)).toEqual(['ann 4', 'ann 5', 'bob 6']);
    expect(await last(0)).toEqual([]);
  });

  it('begin where wanted', async () => {
    expect(await last(100, { since: 4_000 })).toEqual(['ann 4', 'ann 5', 'bob 6']);
  });

  it('go on in the rotated files, in their order', async () => {
    writeFileSync(logOf('ann', 'proxy-19691230-2.log'), line('ann', -3));
    writeFileSync(logOf('ann', 'proxy-19691230-10.log'), line('ann', -2));
    writeFileSync(logOf('ann', 'proxy-19691231-1.log'), line('ann', -1));
    writeFileSync(logOf('ann', 'other.log'), line('other', 0));
    const names = (await logFiles(folderOf('ann'))).map((file) => file.split('/').at(-1));
    expect(names).toEqual([
      ...['proxy.log', 'proxy-19691231-1.log', 'proxy-19691230-10.log', 'proxy-19691230-2.log'],
    ]);
    expect(await last(8, { since: -2_000 })).toEqual([
      ...['ann -2', 'ann -1', 'ann 1', 'bob 2', 'bob 3', 'ann 4', 'ann 5', 'bob 6'],
    ]);
  });

  it('are of one level and worse, counted after that', async () => {
    appendFileSync(logOf('bob'), line('bob', 7, { level: 'error' }) + line('bob', 8, { level: 'debug' }));
    expect(await last(1, { level: 'warn' })).toEqual(['bob 7']);
  });

  it('are of one user, or some events', async () => {
    appendFileSync(logOf('bob'), line('bob', 7, { event: 'stopped' }));
    expect(await last(2, { user: 'ann' })).toEqual(['ann 4', 'ann 5']);
    expect(await last(9, { events: new Set(['stopped']) })).toEqual(['bob 7']);
  });

  it('leave out what is no line of ours, and the line that is being written', async () => {
    appendFileSync(logOf('bob'), 'torn li\n{"time":"x","level":"info"}\n[1]\n{"level":"info","time":');
    expect(await last(1)).toEqual(['bob 6']);
  });

  it("have the supervisor's where wanted, and never the demo backend's", async () => {
    writeFileSync(logOf('.supervisor'), line('ann', 9));
    writeFileSync(logOf('.demo'), line('demo', 10));
    const folders = await logFolders(root, undefined, true);
    expect(messages(await readLastEntries(folders, everything, 2))).toEqual(['bob 6', 'ann 9']);
  });

  it('of a fleet that was never started are none', async () => {
    expect(await logFolders(join(root, 'nowhere'), undefined, false)).toEqual([]);
    expect(await readLastEntries([join(root, 'nowhere')], everything, 5)).toEqual([]);
  });
});

describe('a file read backwards', () => {
  it('gives every line whole, whatever the pieces in which it is read', async () => {
    const lines = Array.from({ length: 3_000 }, (_, index) => `${index} ${'é'.repeat(index % 97)}`);
    const file = join(root, 'long.log');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const read: string[] = [];
    for await (const each of linesBackwards(file)) read.push(each);
    expect(read.reverse()).toEqual(lines);
  });

  it('gives nothing of an empty file, or of one without an end of line', async () => {
    for (const text of ['', 'no end']) {
      writeFileSync(join(root, 'x.log'), text);
      const read: string[] = [];
      for await (const each of linesBackwards(join(root, 'x.log'))) read.push(each);
      expect(read).toEqual([]);
    }
  });
});

describe('logs that are followed', () => {
  const follow = (): ReturnType<typeof followLogs> =>
    followLogs(() => logFolders(root, undefined, false), everything);

  it('give what comes, merged by time, and not what was there', async () => {
    writeFileSync(logOf('ann'), line('ann', 1));
    const follower = await follow();
    expect(await follower.look()).toEqual([]);
    appendFileSync(logOf('ann'), line('ann', 4) + line('ann', 5).slice(0, 20));
    writeFileSync(logOf('bob'), line('bob', 3));
    expect(messages(await follower.look())).toEqual(['bob 3', 'ann 4']);
    appendFileSync(logOf('ann'), line('ann', 5).slice(20));
    expect(messages(await follower.look())).toEqual(['ann 5']);
    await follower.close();
  });

  it('lose nothing over a rotation', async () => {
    writeFileSync(logOf('ann'), line('ann', 1));
    const follower = await follow();
    appendFileSync(logOf('ann'), line('ann', 2));
    renameSync(logOf('ann'), logOf('ann', 'proxy-20260101-1.log'));
    writeFileSync(logOf('ann'), line('ann', 3));
    expect(messages(await follower.look())).toEqual(['ann 2', 'ann 3']);
    appendFileSync(logOf('ann'), line('ann', 4));
    expect(messages(await follower.look())).toEqual(['ann 4']);
    await follower.close();
  });

  it('give the first lines of a user who comes later', async () => {
    const follower = await follow();
    writeFileSync(logOf('cyd'), line('cyd', 7));
    expect(messages(await follower.look())).toEqual(['cyd 7']);
    await follower.close();
  });
});

it('a line has its level, time, user, port, event and words', () => {
  expect(parseLogLine(line('ann', 1, { event: 'stopped' }))).toMatchObject({
    ...{ at: 1_000, level: 'info', user: 'ann', port: 1, event: 'stopped', msg: 'ann 1' },
  });
});
