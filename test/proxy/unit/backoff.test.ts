// How long an instance waits before it tries the backend again.
import { describe, expect, it } from 'vitest';
import { LoginFailed } from '../../../src/proxy/backend/backend-login.js';
import { retryDelayMs } from '../../../src/proxy/backend/backoff.js';

/** The delays of the first ten attempts, at the upper end of the jitter. */
const longest = (error: unknown): number[] =>
  Array.from({ length: 10 }, (_, i) => retryDelayMs(error, i + 1, () => 1));

describe('the delay', () => {
  it('doubles up to five seconds for a backend that is not there', () => {
    expect(longest(new Error('connect ECONNREFUSED'))).toEqual([
      100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000,
    ]);
    expect(longest(new LoginFailed('lost'))).toEqual(longest(new Error('x')));
  });

  it.each([1040, 1203, 1226])('stays within a second where the old slot is still counted (%i)', (errno) => {
    const delays = longest(new LoginFailed('too many connections', errno));
    expect([delays[0], Math.max(...delays)]).toEqual([25, 1000]);
  });

  it.each([1044, 1045, 1049, 3118])('is long where the login is refused (%i)', (errno) => {
    const delays = longest(new LoginFailed('access denied', errno));
    expect([delays[0], Math.max(...delays)]).toEqual([10_000, 60_000]);
  });

  it('is that of a backend that is not there for any other refusal', () => {
    expect(longest(new LoginFailed('shutting down', 1053))).toEqual(longest(new Error('x')));
  });

  it('lies between half and the whole of the curve, so that instances do not come together', () => {
    const error = new Error('x');
    expect([0, 0.5, 1].map((random) => retryDelayMs(error, 4, () => random))).toEqual([400, 600, 800]);
    const spread = new Set(Array.from({ length: 50 }, () => retryDelayMs(error, 6)));
    expect(spread.size).toBeGreaterThan(10);
  });

  it('stays finite for an attempt of any number', () => {
    expect(retryDelayMs(new Error('x'), 5000, () => 1)).toBe(5000);
  });
});
