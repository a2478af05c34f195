// LIKE patterns.
import { describe, expect, it } from 'vitest';
import { likePattern } from '../../src/sql/pattern.js';

const cases: [pattern: string, text: string, matches: boolean][] = [
  ['abc', 'ABC', true],
  ['abc', 'abcd', false],
  ['%', '', true],
  ['a%', 'abc', true],
  ['%c', 'abc', true],
  ['%b%', 'abc', true],
  ['a%b%c', 'axxbyyc', true],
  ['a%b%c', 'axxcyyb', false],
  ['a_c', 'abc', true],
  ['a_c', 'ac', false],
  ['a\\_c', 'a_c', true],
  ['a\\_c', 'abc', false],
  ['a\\%', 'a%', true],
  ['a\\%', 'ab', false],
  ['\\abc', 'abc', true],
  ['', '', true],
  ['', 'a', false],
  ['%a%b', 'ab ab', true],
];

describe('a LIKE pattern', () => {
  it.each(cases)('%j against %j', (pattern, text, matches) => {
    expect(likePattern(pattern)(text)).toBe(matches);
  });

  it('of many wildcards is matched in no time', () => {
    const started = performance.now();
    expect(likePattern('%_'.repeat(5_000))('last_insert_id')).toBe(false);
    expect(likePattern(`${'%a'.repeat(500)}b`)('a'.repeat(1_000))).toBe(false);
    expect(likePattern('%a'.repeat(8_000_000))('last_insert_id')).toBe(true);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
