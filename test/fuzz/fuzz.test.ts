// The fuzzer for a bounded number of seeds; `npm run fuzz` goes on for as long as one likes.
import { describe, expect, it } from 'vitest';
import { lexerTarget } from './lexer-target.js';
import { fuzz, type Target } from './target.js';
import { wireTargets } from './wire-targets.js';

const seeds = 3_000;

describe('any bytes', () => {
  it.each([...wireTargets, lexerTarget].map((target) => [target.name, target] as const))(
    'are read, or refused, without harm: %s',
    (_, target) => {
      fuzz(target, 1, seeds);
    },
  );
});

describe('what is wrong', () => {
  const failing = (check: (bytes: Buffer) => void): Target => ({
    name: 'example',
    make: (random) => ({ bytes: Buffer.from(random.list(40, 60, () => random.below(256))), check }),
  });

  it('is told with its seed and as few bytes as show it', () => {
    const noSeven = failing((bytes) => {
      if (bytes.includes(7) && bytes.includes(9)) throw new Error('seven and nine');
    });
    expect(() => fuzz(noSeven, 1, 1000)).toThrow(/^example, seed \d+: seven and nine; input: (0709|0907)$/);
  });
});
