// What is logged of connections and logins that are refused by the thousand.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRefusals, type Refusals } from '../../src/observe/refusals.js';

let told: string[];
let refusals: Refusals;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  refusals = createRefusals((sum) => told.push(sum));
});

afterEach(() => vi.useRealTimers());

const knock = (address: string): boolean =>
  refusals.admits({ type: 'login-failed', address, user: 'root', reason: 'Access denied' });

it('tells the first twenty in ten seconds one by one, and the others as a sum', () => {
  const admitted = Array.from({ length: 832 }, (_, i) => knock(`10.0.0.${i % 3}:${1000 + i}`));
  expect(admitted.filter(Boolean)).toHaveLength(20);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['812 more connections or logins were refused within 10 s, from 3 addresses']);
});

it('begins anew after that, and says nothing where all were told', () => {
  knock('10.0.0.1:1');
  vi.advanceTimersByTime(10_000);
  expect(knock('10.0.0.1:2')).toBe(true);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual([]);
});

it('tells what is left when the log is closed', () => {
  for (let i = 0; i < 21; i++) knock('10.0.0.1:1');
  refusals.flush();
  expect(told).toEqual(['1 more connection or login was refused within 10 s, from one address']);
});

it('lets everything else pass', () => {
  for (let i = 0; i < 30; i++) knock('10.0.0.1:1');
  expect(refusals.admits({ type: 'stopped' })).toBe(true);
});
