// What is expected of a statement after what it took before.
import { expect, it } from 'vitest';
import type { Pace } from '../../../src/proxy/command/pace.js';
import { RunTimes, SHORT_MS } from '../../../src/proxy/command/run-times.js';

const like = (fingerprint: string, pace: Pace = 'unknown') => ({ fingerprint, pace });

it('expects of what was never seen what its kind promises, and of the rest what it took before', () => {
  const times = new RunTimes();
  times.note(like('probe'), 1);
  times.note(like('report', 'probably-short'), 500);
  expect(times.isShort(like('probe'))).toBe(true);
  expect(times.isShort(like('report', 'probably-short'))).toBe(false);
  expect(times.isShort(like('new'))).toBe(false);
  expect(times.isShort(like('new', 'probably-short'))).toBe(true);
});

it('learns nothing of a statement from its preparation, which is short whatever the statement takes', () => {
  const times = new RunTimes();
  times.note(like('x'), 500);
  expect(times.isShort(like('x', 'short'))).toBe(true);
  for (let n = 0; n < 20; n++) times.note(like('x', 'short'), 1);
  expect(times.isShort(like('x'))).toBe(false);
});

it('distrusts a statement after one long run, and trusts it again after several short ones', () => {
  const times = new RunTimes();
  for (let n = 0; n < 10; n++) times.note(like('x'), 1);
  times.note(like('x'), 10 * SHORT_MS);
  expect(times.isShort(like('x'))).toBe(false);
  times.note(like('x'), 1);
  expect(times.isShort(like('x'))).toBe(false);
  for (let n = 0; n < 10; n++) times.note(like('x'), 1);
  expect(times.isShort(like('x'))).toBe(true);
});

it('forgets what was not seen for longest', () => {
  const times = new RunTimes();
  times.note(like('old'), 1);
  times.note(like('used'), 1);
  for (let n = 0; n < 499; n++) {
    times.note(like(`statement ${n}`), 1);
    times.note(like('used'), 1);
  }
  const isShort = ['old', 'used', 'statement 498'].map((shape) => times.isShort(like(shape)));
  expect(isShort).toEqual([false, true, true]);
});
