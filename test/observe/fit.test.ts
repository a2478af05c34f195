// Lines stay short whatever is in them.
import { describe, expect, it } from 'vitest';
import { fitFields } from '../../src/observe/fit.js';

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('fitFields', () => {
  it('leaves short fields as they are', () => {
    const fields = { a: 'x', n: 5, list: ['y'] };
    expect(fitFields(fields, 100)).toBe(fields);
  });

  it.each([
    ['one long text', { a: 'x'.repeat(9000) }],
    ['characters of four bytes', { a: '😀'.repeat(3000) }],
    ['characters that JSON writes as six', { a: '\u0001'.repeat(3000) }],
    ['several long texts', { a: 'x'.repeat(3000), b: 'y'.repeat(3000), c: 'z'.repeat(3000) }],
    ['a long list', { list: Array.from({ length: 900 }, () => 'reason '.repeat(10)) }],
    ['half a character', { a: '\ud83d'.repeat(3000) }],
  ])('cuts %s below the bound', (_, fields) => {
    const cut = fitFields({ short: 'kept', ...fields }, 1000);
    expect(bytes(cut)).toBeLessThan(1000);
    expect(bytes(cut)).toBeGreaterThan(100);
    expect(cut.short).toBe('kept');
  });

  it('says how long a cut text was, and cuts between characters', () => {
    const { a } = fitFields({ a: `x${'😀'.repeat(500)}` }, 200);
    expect(a).toMatch(/… \(1001 characters\)$/);
    expect(Buffer.from(String(a)).toString()).toBe(a);
  });
});
