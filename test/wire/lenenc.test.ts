// The basic types: what is written is read again, and what ends too early is refused.
import { describe, expect, it } from 'vitest';
import { int, lenencInt, lenencString, nulString, PayloadReader } from '../../src/wire/lenenc.js';

const malformed = expect.objectContaining({ code: 'MALFORMED_PACKET' }) as Error;

/** Numbers at the edges of the encoding, and their bytes as the protocol's documentation has them. */
const numbers: readonly [value: number | bigint, hex: string][] = [
  [0, '00'],
  [250, 'fa'],
  [251, 'fcfb00'],
  [0xffff, 'fcffff'],
  [0x10000, 'fd000001'],
  [0xffffff, 'fdffffff'],
  [0x1000000, 'fe0000000100000000'],
  [Number.MAX_SAFE_INTEGER, 'feffffffffffff1f00'],
  [2n ** 53n, 'fe0000000000002000'],
  [2n ** 64n - 1n, 'feffffffffffffffff'],
];

describe.each(numbers)('the number %s', (value, hex) => {
  it('is written as documented', () => expect(lenencInt(value).toString('hex')).toBe(hex));

  it('is read again', () => expect(new PayloadReader(Buffer.from(hex, 'hex')).lenenc()).toBe(value));

  it('is refused when it is cut', () => {
    const bytes = Buffer.from(hex, 'hex');
    for (let length = 0; length < bytes.length; length++) {
      expect(() => new PayloadReader(bytes.subarray(0, length)).lenenc()).toThrow(malformed);
    }
  });
});

describe('a length', () => {
  it('of 0xFB is NULL, and no number', () => {
    expect(new PayloadReader(Buffer.from([0xfb])).lenencOrNull()).toBeNull();
    expect(() => new PayloadReader(Buffer.from([0xfb])).lenenc()).toThrow(malformed);
  });

  it('that begins with 0xFF is refused', () => {
    expect(() => new PayloadReader(Buffer.alloc(9, 0xff)).lenencOrNull()).toThrow(malformed);
  });

  it('beyond every buffer is refused', () => {
    const bytes = Buffer.concat([lenencInt(2n ** 63n), Buffer.from('x')]);
    expect(() => new PayloadReader(bytes).lenencBytes()).toThrow(malformed);
    expect(() => new PayloadReader(Buffer.concat([lenencInt(5), Buffer.from('four')])).lenencBytes()).toThrow(
      malformed,
    );
  });
});

describe('a text', () => {
  it.each(['', 'sales', 'nämé', 'x'.repeat(300), 'y'.repeat(70_000)])('is read as it was written', (text) => {
    const reader = new PayloadReader(
      Buffer.concat([lenencString(text), nulString(text), Buffer.from('rest')]),
    );
    expect([reader.lenencString(), reader.nulString(), reader.rest().toString()]).toEqual([
      text,
      text,
      'rest',
    ]);
    expect(reader.remaining).toBe(0);
  });

  it('that is null is SQL NULL', () => expect(lenencString(null)).toEqual(Buffer.from([0xfb])));

  it('without its NUL goes to the end', () => {
    const reader = new PayloadReader(Buffer.from('open'));
    expect([reader.nulString(), reader.remaining, reader.nulString()]).toEqual(['open', 0, '']);
  });
});

it.each([1, 2, 3, 4] as const)(
  'a number of %i bytes is little endian, and not read past the end',
  (bytes) => {
    const value = 0x04030201 % 2 ** (8 * bytes);
    expect(int(value, bytes)).toEqual(Buffer.from([1, 2, 3, 4].slice(0, bytes)));
    expect(new PayloadReader(int(value, bytes)).int(bytes)).toBe(value);
    expect(() => new PayloadReader(int(value, bytes).subarray(1)).int(bytes)).toThrow(malformed);
  },
);

it('a reader looks ahead without moving', () => {
  const reader = new PayloadReader(Buffer.from([1, 2]));
  expect([reader.peek(), reader.int(1), reader.peek(), reader.int(1), reader.peek()]).toEqual([
    1,
    1,
    2,
    2,
    undefined,
  ]);
});
