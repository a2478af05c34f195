// What is expected of a statement after what it took before.
import { expect, it } from 'vitest';
import { RunTimes, SHORT_MS } from '../../../src/proxy/command/run-times.js';

it('expects nothing of what was never seen, and of the rest what it took before', () => {
  const times = new RunTimes();
  times.note('probe', 1);
  times.note('report', 500);
  expect(['probe', 'report', 'new'].map((shape) => times.isShort(shape))).toEqual([true, false, null]);
});

it('distrusts a statement after one long run, and trusts it again after several short ones', () => {
  const times = new RunTimes();
  for (let n = 0; n < 10; n++) times.note('x', 1);
  times.note('x', 10 * SHORT_MS);
  expect(times.isShort('x')).toBe(false);
  times.note('x', 1);
  expect(times.isShort('x')).toBe(false);
  for (let n = 0; n < 10; n++) times.note('x', 1);
  expect(times.isShort('x')).toBe(true);
});

it('forgets what was not seen for longest', () => {
  const times = new RunTimes();
  times.note('old', 1);
  times.note('used', 1);
  for (let n = 0; n < 499; n++) {
    times.note(`statement ${n}`, 1);
    times.note('used', 1);
  }
  expect([times.isShort('old'), times.isShort('used'), times.isShort('statement 498')]).toEqual([
    null,
    true,
    true,
  ]);
});
