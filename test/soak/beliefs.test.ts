// What a soak takes a session's state to be, after statements that were done, refused, in doubt, and after a loss.
import { expect, it } from 'vitest';
import { hasSomethingToLose, newBeliefs, toldLost } from './beliefs.js';
import type { Outcome } from './outcome.js';

const done: Outcome = { kind: 'done', rows: [] };
const refused: Outcome = { kind: 'refused', errno: 1205, message: '' };
const inDoubt: Outcome = { kind: 'in doubt', errno: 2013, message: '' };

it('takes only what was set for possible', () => {
  const { timeZone } = newBeliefs('home');
  timeZone.changed(done, '+01:00');
  timeZone.changed(refused, '+02:00');
  expect([timeZone.certain, timeZone.seen('SYSTEM')]).toEqual(['+01:00', false]);
});

it('takes both for possible after a statement in doubt, until one was seen', () => {
  const { timeZone } = newBeliefs('home');
  timeZone.changed(inDoubt, '+01:00');
  expect([timeZone.certain, timeZone.seen('+01:00'), timeZone.seen('SYSTEM')]).toEqual([
    undefined,
    true,
    false,
  ]);
});

it('takes what only a connection had for gone only where the session was told so', () => {
  const beliefs = newBeliefs('home');
  expect(hasSomethingToLose(beliefs)).toBe(false);
  beliefs.variable.changed(done, 'mine');
  expect(hasSomethingToLose(beliefs)).toBe(true);
  toldLost(beliefs);
  expect(beliefs.variable.seen(null)).toBe(true);
  beliefs.variable.changed(done, 'mine');
  expect(beliefs.variable.seen(null)).toBe(false);
});
