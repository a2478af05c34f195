// Each kind of value: what it takes, what it comes to, what it refuses.
import { describe, expect, it } from 'vitest';
import { convert, expected } from '../../src/config/kinds.js';
import type { Kind } from '../../src/config/kinds.js';

const MB = 1024 ** 2;
const kinds = {
  integer: { is: 'integer', min: 1, max: 65_535 },
  seconds: { is: 'seconds', min: 0.1, max: 2_000_000 },
  size: { is: 'size', min: 0, max: 1024 ** 4 },
  depth: { is: 'depth', min: 1, max: 8 },
  boolean: { is: 'boolean' },
  choice: { is: 'choice', of: ['off', 'slow', 'all'] },
  text: { is: 'text', maxLength: 5, empty: false },
  address: { is: 'address' },
  host: { is: 'host' },
  file: { is: 'file' },
} as const satisfies Record<string, Kind>;

const right: [keyof typeof kinds, string, unknown][] = [
  ['integer', '1', 1],
  ['integer', '65535', 65_535],
  ['seconds', '10', 10_000],
  ['seconds', '0.25', 250],
  ['size', '16MB', 16 * MB],
  ['size', '1.5 gb', 1536 * MB],
  ['size', '0', 0],
  ['size', '12B', 12],
  ['depth', 'auto', 'auto'],
  ['depth', '8', 8],
  ['boolean', 'true', true],
  ['boolean', 'false', false],
  ['choice', 'slow', 'slow'],
  ['text', 'größe', 'größe'],
  ['address', '::1', '::1'],
  ['address', '0.0.0.0', '0.0.0.0'],
  ['host', 'db-1.internal.', 'db-1.internal.'],
  ['host', '10.0.0.1', '10.0.0.1'],
  ['file', 'secrets/a', 'secrets/a'],
];

const wrong: [keyof typeof kinds, string][] = [
  ['integer', '0'],
  ['integer', '65536'],
  ['integer', '1.5'],
  ['integer', '0x10'],
  ['integer', ' 1'],
  ['integer', ''],
  ['seconds', '0.05'],
  ['seconds', '10s'],
  ['seconds', '-1'],
  ['seconds', '3000000'],
  ['size', '16'],
  ['size', '16 parsecs'],
  ['size', '2000GB'],
  ['depth', '9'],
  ['depth', 'automatic'],
  ['boolean', 'yes'],
  ['choice', 'Slow'],
  ['text', ''],
  ['text', 'a\nb'],
  ['text', 'abcdef'],
  ['address', 'localhost'],
  ['address', '127.0.0.1:3306'],
  ['host', 'db:3306'],
  ['host', 'http://db'],
  ['host', ''],
  ['file', ''],
];

describe('convert', () => {
  it.each(right)('takes the %s %j', (kind, text, value) => {
    expect(convert(kinds[kind], text)).toBe(value);
  });

  it.each(wrong)('refuses the %s %j', (kind, text) => {
    expect(convert(kinds[kind], text)).toBeUndefined();
  });

  it('never makes a time that a Node timer would take for none', () => {
    expect(convert(kinds.seconds, '2000000')).toBeLessThan(2 ** 31);
  });
});

describe('expected', () => {
  it('says the range and an example', () => {
    expect(expected(kinds.integer)).toBe('a whole number from 1 to 65535');
    expect(expected(kinds.size)).toContain('from 0 to 1TB');
    expect(expected(kinds.choice)).toBe('one of off, slow, all');
  });
});
