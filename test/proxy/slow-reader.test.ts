// A client that does not take its reply: the backend is free for the others all the same.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, errorOf, readReply, type RawClient } from '../support/raw-client.js';
import type { RawPacket } from '../support/raw-packets.js';
import type { SettingsOverrides } from '../support/settings.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
const MB = 1024 * 1024;
/** What the system itself keeps for a client that does not read, both ends together, and some more. */
const inSockets = 16 * MB;

interface Scene {
  readonly account: Account;
  readonly instance: TestInstance;
  readonly slow: RawClient;
  readonly other: RawClient;
}

async function scene(overrides?: SettingsOverrides): Promise<Scene> {
  const account = await server.createAccount({ maxUserConnections: 1 });
  const instance = await instances.start(server, account, {
    resultBufferBytes: 2 * MB,
    ...overrides,
  });
  const [slow, other] = [await instance.login(), await instance.login()];
  return { account, instance, slow, other };
}

/** A statement with a reply of so many MB, of rows of 10,000 bytes. */
const rowsOfMB = ({ schema }: Account, size: number): string =>
  `SELECT REPEAT(CHAR(97 + seq % 26), 10000) FROM ${schema}.seq_1_to_${((size * MB) / 10_000) | 0}`;

/** Sends a statement and takes nothing of what comes. */
async function askAndLeave({ instance, slow }: Scene, sql: string): Promise<void> {
  slow.packets.socket.pause();
  slow.packets.send(Buffer.concat([Buffer.from([command.QUERY]), Buffer.from(sql)]));
  await instance.event('command-started', ({ session }) => session === slow.greeting.threadId);
}

async function takeReply({ slow }: Scene): Promise<readonly RawPacket[]> {
  slow.packets.socket.resume();
  return await readReply(slow.packets, 'results');
}

const hashOf = (reply: readonly RawPacket[]): string => {
  const hash = createHash('sha256');
  for (const { bytes } of reply) hash.update(bytes);
  return hash.digest('hex');
};

/** What the slow session has yet to take, in bytes. */
const untaken = ({ instance, slow }: Scene): { memory: number; disk: number } =>
  instance.status().sessions.find(({ id }) => id === slow.greeting.threadId)?.untaken ?? {
    memory: 0,
    disk: 0,
  };

const filesOf = ({ instance }: Scene): readonly string[] =>
  readdirSync(join(instance.settings.folder, 'spool'));

/** Files of the spool that this process has open; on Linux, where it can be seen. */
const openFilesOf = ({ instance }: Scene): number =>
  readdirSync('/proc/self/fd').filter((fd) => nameOf(fd).startsWith(join(instance.settings.folder, 'spool')))
    .length;

function nameOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // It was closed since the folder was read.
    return '';
  }
}

describe('a client that takes nothing of a long reply', () => {
  it('does not hold the others up, and finds its reply whole when it comes back', async () => {
    const it = await scene();
    const sql = rowsOfMB(it.account, 60);
    const direct = hashOf(await it.other.query(sql));
    await askAndLeave(it, sql);
    expect(await it.other.rows('SELECT 1')).toEqual([['1']]);
    const { memory, disk } = untaken(it);
    expect(disk).toBeGreaterThan(60 * MB - inSockets);
    expect(memory).toBeLessThan(2.1 * MB);
    expect(filesOf(it)).toEqual([]);
    expect(hashOf(await takeReply(it))).toBe(direct);
    expect(untaken(it)).toEqual({ memory: 0, disk: 0 });
    expect(await it.slow.rows('SELECT 2')).toEqual([['2']]);
    expect(it.instance.events.filter(({ type }) => type === 'spool-failed')).toEqual([]);
  });

  it('finds one long row whole', async () => {
    const it = await scene();
    await askAndLeave(it, `SELECT REPEAT('x', ${12 * MB}) UNION ALL SELECT 'last'`);
    expect(await it.other.rows('SELECT 1')).toEqual([['1']]);
    const reply = await takeReply(it);
    expect(reply.reduce((sum, { payload }) => sum + payload.length, 0)).toBeGreaterThan(12 * MB);
    expect(reply.at(-2)?.payload.toString('utf8', 1)).toBe('last');
  });

  it.runIf(process.platform === 'linux')('leaves no file open when it is gone', async () => {
    const it = await scene();
    await askAndLeave(it, rowsOfMB(it.account, 40));
    await it.other.rows('SELECT 1');
    expect(openFilesOf(it)).toBeGreaterThan(0);
    it.slow.reset();
    await until('its files are closed', () => openFilesOf(it) === 0);
  });

  it('is ended after stall_timeout, and the others go on', async () => {
    const it = await scene({ stallTimeoutMs: 100 });
    await askAndLeave(it, rowsOfMB(it.account, 30));
    await it.instance.event('session-closed', ({ session }) => session === it.slow.greeting.threadId);
    expect(await it.other.rows('SELECT 1')).toEqual([['1']]);
    expect(it.instance.status().counters.backendLosses).toBe(0);
  });

  it('holds the backend up past spool_limit only, and until it takes something', async () => {
    const it = await scene({ spoolLimitBytes: 4 * MB });
    const sql = rowsOfMB(it.account, 60);
    await askAndLeave(it, sql);
    await until('the spool is full', () => untaken(it).disk === 4 * MB && untaken(it).memory > 2 * MB);
    const answer = it.other.rows('SELECT 1');
    await until('the other waits', () => it.instance.status().queue.waiting === 1);
    const reply = await takeReply(it);
    expect(await answer).toEqual([['1']]);
    expect(hashOf(reply)).toBe(hashOf(await it.other.query(sql)));
  });

  it('sends ahead in vain: its next command waits until it has read', async () => {
    const it = await scene();
    await askAndLeave(it, rowsOfMB(it.account, 30));
    it.slow.packets.send(Buffer.concat([Buffer.from([command.QUERY]), Buffer.from('SELECT 2')]));
    await it.other.rows('SELECT 1');
    const before = it.instance.status().counters.commands;
    await it.other.rows('SELECT 1');
    expect(it.instance.status().counters.commands).toBe(before + 1);
    await takeReply(it);
    expect((await readReply(it.slow.packets, 'results')).at(-2)?.payload.toString('utf8', 1)).toBe('2');
  });
});

describe('a disk that takes nothing', () => {
  /** Nothing can be made below a file. */
  const breakDisk = ({ instance }: Scene): void => {
    rmSync(join(instance.settings.folder, 'spool'), { recursive: true });
    writeFileSync(join(instance.settings.folder, 'spool'), 'in the way');
  };

  it('gives the client that needs it an error behind whole rows, and nobody else anything', async () => {
    const it = await scene();
    breakDisk(it);
    await askAndLeave(it, rowsOfMB(it.account, 60));
    expect(await it.other.rows('SELECT 1')).toEqual([['1']]);
    const reply = await takeReply(it);
    expect(errorOf(reply)).toMatchObject({ errno: 1021, sqlState: 'HY000' });
    const rows = reply.slice(3, -1);
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.every(({ payload }) => payload.length === 10_003)).toBe(true);
    expect(reply.every(({ sequence }, i) => sequence === ((i + 1) & 0xff))).toBe(true);
    expect(await it.slow.rows('SELECT 2')).toEqual([['2']]);
    expect(it.instance.events.some(({ type }) => type === 'spool-failed')).toBe(true);
    expect(it.instance.status().counters.backendLosses).toBe(0);
  });

  it('is asked again for the next reply', async () => {
    const it = await scene();
    breakDisk(it);
    await askAndLeave(it, rowsOfMB(it.account, 30));
    await it.other.rows('SELECT 1');
    await takeReply(it);
    rmSync(join(it.instance.settings.folder, 'spool'));
    const sql = rowsOfMB(it.account, 31);
    await askAndLeave(it, sql);
    expect(await it.other.rows('SELECT 1')).toEqual([['1']]);
    expect(hashOf(await takeReply(it))).toBe(hashOf(await it.other.query(sql)));
  });
});

describe('a disk that is really full', () => {
  const mounted: string[] = [];
  afterEach(() => {
    for (const path of mounted.splice(0)) execFileSync('umount', ['-l', path]);
  });

  it('gives the client that needs it an error, lets go of the room, and serves the others', async (context) => {
    const it = await scene();
    const path = join(it.instance.settings.folder, 'spool');
    mkdirSync(path, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'ignore' });
    } catch {
      context.skip('no file system can be mounted here');
    }
    mounted.push(path);
    await askAndLeave(it, rowsOfMB(it.account, 60));
    expect(await it.other.rows('SELECT 1')).toEqual([['1']]);
    const failed = await it.instance.event('spool-failed');
    expect(failed.reason).toContain('ENOSPC');
    const reply = await takeReply(it);
    expect(errorOf(reply)?.errno).toBe(1021);
    expect(reply.slice(3, -1).every(({ payload }) => payload.length === 10_003)).toBe(true);
    expect(reply.length).toBeGreaterThan(700);
    expect(await it.slow.rows('SELECT 2')).toEqual([['2']]);
    await until('the room is free', () => openFilesOf(it) === 0);
  });
});

describe('a cancelled reply that nobody takes', () => {
  it('frees a backend that it held up', async () => {
    const it = await scene({ spoolLimitBytes: MB });
    await askAndLeave(it, rowsOfMB(it.account, 60));
    await until('the spool is full', () => untaken(it).disk === MB && untaken(it).memory > 2 * MB);
    await it.other.rows(`KILL QUERY ${it.slow.greeting.threadId}`).catch(() => undefined);
    expect(await it.other.rows('SELECT 1')).toEqual([['1']]);
    const reply = await takeReply(it);
    expect(errorOf(reply)?.errno).toBe(1317);
    expect(await it.slow.rows('SELECT 2')).toEqual([['2']]);
  });

  it('goes with its session when that is killed', async () => {
    const it = await scene();
    await askAndLeave(it, rowsOfMB(it.account, 40));
    await it.other.rows('SELECT 1');
    await it.other.query(`KILL ${it.slow.greeting.threadId}`);
    it.slow.packets.socket.resume();
    await it.slow.packets.closed;
    expect(it.instance.status().sessions.map(({ id }) => id)).toEqual([it.other.greeting.threadId]);
  });
});

describe('an instance that is being stopped', () => {
  it('lets a slow client take its reply, while the backend is let go', async () => {
    const it = await scene();
    const sql = rowsOfMB(it.account, 40);
    const direct = hashOf(await it.other.query(sql));
    await askAndLeave(it, sql);
    await it.other.rows('SELECT 1');
    const drained = it.instance.drain('test');
    await until('the backend is free', async () => (await server.connectionsOf(it.account.user)) === 0);
    expect(hashOf(await takeReply(it))).toBe(direct);
    await drained;
    expect(it.instance.status().state).toBe('stopped');
  });

  it('waits for it no longer than drain_timeout', async () => {
    const it = await scene({ drainTimeoutMs: 100 });
    await askAndLeave(it, rowsOfMB(it.account, 40));
    await it.other.rows('SELECT 1');
    await it.instance.drain('test');
    it.slow.packets.socket.resume();
    await it.slow.packets.closed;
    expect(it.instance.status().state).toBe('stopped');
  });
});
