// The log of an instance on the disk: lines, rotation, retention, and trouble that must not hurt.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEvents } from '../../src/observe/events.js';
import { openLogFile, removeOld } from '../../src/observe/log-file.js';
import { subscribeLog } from '../../src/observe/logger.js';
import type { LogSettings } from '../../src/observe/logger.js';
import { until } from '../support/until.js';

function settings(overrides: Partial<LogSettings> = {}): LogSettings {
  return {
    folder: mkdtempSync(join(tmpdir(), 'chronos-log-')),
    user: 'anna',
    port: 3307,
    logLevel: 'info',
    logQueries: 'off',
    slowQueryMs: 1000,
    logMaxSizeBytes: 1024 * 1024,
    logRetentionDays: 30,
    ...overrides,
  };
}

function linesIn(folder: string, name = 'proxy.log'): Record<string, unknown>[] {
  const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('subscribeLog', () => {
  it('does not write to what a link in its place leads to', async () => {
    const given = settings();
    const elsewhere = join(given.folder, 'elsewhere');
    writeFileSync(elsewhere, 'mine');
    symlinkSync(elsewhere, join(given.folder, 'proxy.log'));
    const troubles: string[] = [];
    const events = createEvents();
    const log = subscribeLog(events, given, (detail) => troubles.push(detail));
    events.publish({ type: 'listening', address: '127.0.0.1:3307' });
    await log.close();
    expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
    expect(linesIn(given.folder)).toHaveLength(1);
    expect(troubles).toEqual([expect.stringContaining('was a link to another file')]);
  });

  it('writes each event as a line with time, level, user and port, all of them before close is done', async () => {
    const given = settings();
    const events = createEvents();
    const log = subscribeLog(events, given);
    events.publish({ type: 'listening', address: '127.0.0.1:3307' });
    for (let session = 1; session <= 500; session++)
      events.publish({ type: 'session-closed', session, reason: 'x' });
    await log.close();
    const lines = linesIn(given.folder);
    expect(lines).toHaveLength(501);
    expect(lines[0]).toMatchObject({
      level: 'info',
      user: 'anna',
      port: 3307,
      event: 'listening',
      msg: 'listening on 127.0.0.1:3307',
    });
    expect(Date.parse(String(lines[0]?.time))).toBeGreaterThan(Date.now() - 60_000);
    expect(lines.at(-1)).toMatchObject({ session: 500 });
  });

  it('leaves out what is below its level', async () => {
    const given = settings({ logLevel: 'warn' });
    const events = createEvents();
    const log = subscribeLog(events, given);
    events.publish({ type: 'stopped' });
    events.publish({ type: 'backend-lost', reason: 'ECONNRESET' });
    await log.close();
    expect(linesIn(given.folder).map(({ event }) => event)).toEqual(['backend-lost']);
  });

  it('keeps every line below 4 KB, also with a client that sends monsters', async () => {
    const given = settings({ logQueries: 'all' });
    const events = createEvents();
    const log = subscribeLog(events, given);
    const monster = '\u0001😀"'.repeat(20_000);
    events.publish({ type: 'login-failed', address: monster, user: monster, reason: monster });
    events.publish({
      type: 'command-finished',
      session: 1,
      fingerprint: monster,
      text: monster,
      waitMs: 1,
      runMs: 1,
      bytes: 1,
    });
    await log.close();
    const lines = readFileSync(join(given.folder, 'proxy.log'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(4096);
  });

  it.skipIf(process.platform === 'win32')('lets only the owner read it', async () => {
    const given = settings();
    const events = createEvents();
    const log = subscribeLog(events, given);
    events.publish({ type: 'stopped' });
    await log.close();
    expect(statSync(join(given.folder, 'proxy.log')).mode & 0o777).toBe(0o600);
  });

  it('goes on after the end of an earlier log', async () => {
    const given = settings();
    for (const reason of ['first', 'second']) {
      const events = createEvents();
      const log = subscribeLog(events, given);
      events.publish({ type: 'draining', reason });
      await log.close();
    }
    expect(linesIn(given.folder).map(({ reason }) => reason)).toEqual(['first', 'second']);
  });

  it('loses nothing that is published while it rotates by size', async () => {
    const given = settings({ logMaxSizeBytes: 64 * 1024 });
    const events = createEvents();
    const log = subscribeLog(events, given);
    const count = 2000;
    for (let session = 0; session < count; session++)
      events.publish({ type: 'session-closed', session, reason: 'r'.repeat(60) });
    await log.close();
    const files = readdirSync(given.folder);
    expect(files.length).toBeGreaterThan(3);
    const sessions = files.flatMap((name) =>
      linesIn(given.folder, name).map(({ session }) => Number(session)),
    );
    expect(sessions.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, session) => session));
    for (const name of files) expect(statSync(join(given.folder, name)).size).toBeLessThan(70 * 1024);
  });
});

describe('openLogFile', () => {
  it('tells that it cannot write and lets the instance live; close still ends', async () => {
    const troubles: string[] = [];
    const folder = join(settings().folder, 'file');
    writeFileSync(folder, 'in the way');
    const file = openLogFile(
      { folder, logMaxSizeBytes: 65_536, logRetentionDays: 1 },
      (detail) => void troubles.push(detail),
    );
    file.write('lost\n');
    await until('the trouble is told', () => troubles.length > 0);
    file.write('lost too\n');
    await file.close();
    expect(troubles[0]).toContain('cannot be written');
  });

  it('writes on when the trouble is over, and says how much it could not write', async () => {
    const troubles: string[] = [];
    const clock = { now: 0 };
    const { folder } = settings();
    mkdirSync(join(folder, 'proxy.log'));
    const given = { folder, logMaxSizeBytes: 65_536, logRetentionDays: 1 };
    const file = openLogFile(
      given,
      (detail) => void troubles.push(detail),
      () => clock.now,
    );
    file.write('{"lost":1}\n');
    await until('the trouble is told', () => troubles.length > 0);
    file.write('{"lost":2}\n');
    rmdirSync(join(folder, 'proxy.log'));
    clock.now += 1_000;
    file.write('{"written":3}\n');
    await file.close();
    const [said, line] = linesIn(folder);
    expect(said).toMatchObject({
      level: 'warn',
      msg: expect.stringContaining('2 lines were dropped') as string,
    });
    expect(line).toEqual({ written: 3 });
  });

  it('may be closed twice, and takes nothing more then', async () => {
    const { folder } = settings();
    const file = openLogFile({ folder, logMaxSizeBytes: 65_536, logRetentionDays: 1 }, () => undefined);
    file.write('{}\n');
    await Promise.all([file.close(), file.close()]);
    file.write('late\n');
    expect(readFileSync(join(folder, 'proxy.log'), 'utf8')).toBe('{}\n');
  });

  it('removes rotated files past their days when it opens, and nothing else', async () => {
    const { folder } = settings();
    const age = (name: string, days: number): void => {
      writeFileSync(join(folder, name), '{}\n');
      const time = new Date(Date.now() - days * 86_400_000);
      utimesSync(join(folder, name), time, time);
    };
    age('proxy-20200101-1.log', 31);
    age('proxy-20200102-1.log', 29);
    age('other.log', 99);
    const file = openLogFile({ folder, logMaxSizeBytes: 65_536, logRetentionDays: 30 }, () => undefined);
    await until('the old file is gone', () => !readdirSync(folder).includes('proxy-20200101-1.log'));
    await file.close();
    expect(readdirSync(folder).sort()).toEqual(['other.log', 'proxy-20200102-1.log', 'proxy.log']);
  });

  it('puts the log of an earlier day aside when it opens', async () => {
    const { folder } = settings();
    writeFileSync(join(folder, 'proxy.log'), '{"old":true}\n');
    const yesterday = new Date(Date.now() - 86_400_000);
    utimesSync(join(folder, 'proxy.log'), yesterday, yesterday);
    const file = openLogFile({ folder, logMaxSizeBytes: 65_536, logRetentionDays: 30 }, () => undefined);
    file.write('{"old":false}\n');
    await file.close();
    expect(readFileSync(join(folder, 'proxy.log'), 'utf8')).toBe('{"old":false}\n');
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

describe('removeOld', () => {
  it('counts from the last write', async () => {
    const { folder } = settings();
    writeFileSync(join(folder, 'proxy-20200101-1.log'), 'x');
    await removeOld(folder, 1, Date.now() + 86_000_000);
    expect(readdirSync(folder)).toHaveLength(1);
    await removeOld(folder, 1, Date.now() + 86_500_000);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
    await expect(removeOld(folder, 1)).rejects.toThrow(/ENOENT/);
  });
});
