import { describe, expect, it } from 'vitest';
import { stateOf } from '../../src/supervisor/state.js';
import type { StateInput } from '../../src/supervisor/state.js';
import { rowOf, statusOf } from './fixtures.js';

const now = 1_000_000;

function judge(overrides: Partial<StateInput>): ReturnType<typeof stateOf> {
  return stateOf({
    ...{ user: 'user1', answer: { kind: 'absent' }, process: rowOf('user1'), daemonRuns: true, now },
    ...{ crashLoop: undefined, standing: undefined, adoptedAlive: false, goodbye: undefined },
    ...overrides,
  });
}

const says = (overrides = {}): StateInput['answer'] => ({
  kind: 'answer',
  status: statusOf('user1', overrides),
});

describe('the state of an instance that answers', () => {
  it('is what it says of itself', () => {
    const answer = says({ state: 'degraded', reason: 'backend: connection refused' });
    expect(judge({ answer })).toEqual({ state: 'degraded', reason: 'backend: connection refused' });
  });

  it('is ready without PM2, which is said', () => {
    const reading = judge({ answer: says(), process: undefined, daemonRuns: false });
    expect(reading).toEqual({ state: 'ready', reason: 'it runs without PM2 until its next restart' });
  });

  it('says how it comes back under PM2 when PM2 has lost it', () => {
    const { reason } = judge({ answer: says({ reason: 'all is well' }), process: undefined });
    expect(reason).toBe('all is well; PM2 has lost it; "chronos-fleet up" adopts it');
  });

  it('is a crash loop, too, while it happens to run', () => {
    const crashLoop = { crashes: 4, since: 0, reason: 'the disk is full' };
    const { state, reason } = judge({ answer: says(), crashLoop });
    expect([state, reason]).toEqual([
      'crash-looping',
      'it ended 4 times; the last time: the disk is full. It runs again',
    ]);
  });
});

describe('a crash loop', () => {
  const crashLoop = { crashes: 4, since: 0, reason: 'the disk is full' };

  it('goes on while PM2 starts the instance again and again', () => {
    const { state, reason } = judge({ process: rowOf('user1', { status: 'waiting restart' }), crashLoop });
    expect(state).toBe('crash-looping');
    expect(reason).toContain('the disk is full');
  });

  it.each([undefined, rowOf('user1', { status: 'stopped' })])('is over when it was stopped', (process) => {
    expect(judge({ process, crashLoop }).state).toBe('stopped');
  });
});

describe('the state of an instance that does not answer', () => {
  it('is blocked where its process is there, whatever PM2 says', () => {
    const { state, reason } = judge({ answer: { kind: 'silent' } });
    expect(state).toBe('blocked');
    expect(reason).toContain('chronos-fleet restart user1');
  });

  it('is starting in its first seconds', () => {
    expect(judge({ process: rowOf('user1', { startedAt: now - 100 }) }).state).toBe('starting');
  });

  it('is blocked where it never began to listen', () => {
    expect(judge({}).state).toBe('blocked');
  });

  it('is stopped where PM2 calls it online and has no process', () => {
    expect(judge({ process: rowOf('user1', { pid: undefined }) }).state).toBe('stopped');
  });

  it.each(['stopped', 'errored'] as const)('is stopped where PM2 has it %s, with the remedy', (status) => {
    const { state, reason } = judge({ process: rowOf('user1', { status, pid: undefined }) });
    expect(state).toBe('stopped');
    expect(reason).toContain('chronos-fleet up');
  });

  it('is draining while PM2 stops it', () => {
    expect(judge({ process: rowOf('user1', { status: 'stopping' }) }).state).toBe('draining');
  });

  it('tells the last words of one that PM2 starts again', () => {
    const goodbye = { pid: 99, at: 0, ended: 'failed', reason: 'the disk is full' } as const;
    const process = rowOf('user1', { status: 'waiting restart' });
    expect(judge({ process, goodbye })).toEqual({
      state: 'starting',
      reason: 'PM2 starts it again: the disk is full',
    });
  });
});

describe('the state of an instance without a row in PM2', () => {
  const process = undefined;

  it('is blocked where something was in the way of its start', () => {
    const standing = { kind: 'blocked', reason: 'port 3307 is held', since: 0 } as const;
    expect(judge({ process, standing })).toEqual({ state: 'blocked', reason: 'port 3307 is held' });
  });

  it('is stopped where it had outlived PM2 and has ended', () => {
    const standing = { kind: 'adopted', pid: 5, since: 0 } as const;
    const { state, reason } = judge({ process, standing });
    expect(state).toBe('stopped');
    expect(reason).toContain('ran without PM2');
  });

  it.each([true, false])('is stopped with a remedy (PM2 runs: %s)', (daemonRuns) => {
    const { state, reason } = judge({ process, daemonRuns });
    expect(state).toBe('stopped');
    expect(reason).toContain('chronos-fleet up');
  });
});
