import { describe, expect, it } from 'vitest';
import { crashBetween, judge, judgeByRow } from '../../src/supervisor/crash-loop.js';
import { createCrashWatch } from '../../src/supervisor/crash-watch.js';
import type { SupervisorEvent } from '../../src/supervisor/supervisor-events.js';
import { rowOf } from './fixtures.js';

const failed = { pid: 100, at: 5, ended: 'failed', reason: 'the disk is full' } as const;
const stopped = { pid: 100, at: 5, ended: 'stopped', reason: 'SIGTERM' } as const;
const before = rowOf('user1');
const restarted = rowOf('user1', { pid: 101, restarts: 1 });

describe('an end of an instance', () => {
  it('without last words is a crash: PM2 reports exit code 0 even for SIGKILL', () => {
    expect(crashBetween(before, restarted, undefined, 7)).toMatchObject({ at: 7 });
  });

  it('with the last words of an earlier process is a crash without words', () => {
    const reason = crashBetween(before, restarted, { ...failed, pid: 99 }, 7)?.reason;
    expect(reason).not.toContain('the disk is full');
  });

  it('that it explained is a crash with that reason', () => {
    expect(crashBetween(before, restarted, failed, 7)).toEqual({ at: 5, reason: 'the disk is full' });
  });

  it('that somebody asked for is none', () => {
    expect(crashBetween(before, restarted, stopped, 7)).toBeUndefined();
  });

  it('is seen while PM2 still waits with the restart, and once only', () => {
    const waiting = rowOf('user1', { status: 'waiting restart' });
    expect(crashBetween(before, waiting, failed, 7)).toBeDefined();
    expect(crashBetween(waiting, waiting, failed, 9)).toBeUndefined();
  });

  it('is seen once where it waits in one look and runs again in the next', () => {
    // PM2 keeps the pid of what has ended in the row until it has started it again.
    const waiting = rowOf('user1', { status: 'waiting restart' });
    expect(crashBetween(waiting, restarted, failed, 9)).toBeUndefined();
    const waitingAgain = rowOf('user1', { status: 'waiting restart', pid: 101, restarts: 1 });
    const words = { ...failed, pid: 101, reason: 'another' };
    expect(crashBetween(waiting, waitingAgain, words, 9)).toEqual({ at: 5, reason: 'another' });
  });

  it('is not seen where nothing has changed, or the row is another', () => {
    expect(crashBetween(before, before, failed, 7)).toBeUndefined();
    expect(crashBetween(before, rowOf('user1', { pmId: 2, pid: 101 }), failed, 7)).toBeUndefined();
    expect(crashBetween(undefined, before, failed, 7)).toBeUndefined();
  });
});

describe('a crash loop', () => {
  const crash = (at: number): { at: number; reason: string } => ({ at, reason: `at ${at}` });

  it('is three crashes within the time, told with the last reason', () => {
    const crashes = [crash(1_000), crash(2_000), crash(3_000)];
    expect(judge(crashes, 4_000)).toEqual({ crashes: 3, since: 1_000, reason: 'at 3000' });
    expect(judge(crashes.slice(1), 4_000)).toBeUndefined();
  });

  it("lasts through PM2's longest pauses of 15 s", () => {
    const crashes = [0, 15, 30, 45].map((seconds) => crash(seconds * 1_000));
    expect(judge(crashes, 60_000)?.crashes).toBe(4);
  });

  it('is over when the instance has run for long', () => {
    expect(judge([crash(0), crash(1), crash(2)], 80_000)).toBeUndefined();
  });

  it('is judged from the row where no supervisor has watched', () => {
    const row = rowOf('user1', { status: 'waiting restart', restarts: 5 });
    expect(judgeByRow(row, failed)).toMatchObject({ crashes: 5, reason: 'the disk is full' });
    expect(judgeByRow({ ...row, status: 'online' }, failed)).toBeUndefined();
    expect(judgeByRow({ ...row, restarts: 1 }, failed)).toBeUndefined();
  });
});

describe('the watch over crashes', () => {
  it('tells of each crash, of the loop once, and of its end', () => {
    const told: SupervisorEvent[] = [];
    const watch = createCrashWatch(
      (event) => told.push(event),
      (_, pid) => ({ ...failed, pid, at: pid }),
    );
    for (const n of [0, 1, 2, 3]) watch.look([rowOf('user1', { pid: 100 + n, restarts: n })], 1_000 * n);
    expect(told.map(({ type }) => type)).toEqual([
      ...['instance-crashed', 'instance-crashed', 'instance-crashed', 'crash-loop'],
    ]);
    expect(Object.keys(watch.loops(4_000))).toEqual(['user1']);
    watch.look([rowOf('user1', { pid: 103, restarts: 3 })], 100_000);
    expect(told.at(-1)).toEqual({ type: 'crash-loop-over', user: 'user1' });
  });
});
