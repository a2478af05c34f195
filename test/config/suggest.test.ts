// "Did you mean": near words are found, far ones are not proposed.
import { describe, expect, it } from 'vitest';
import { nearest, suggestion } from '../../src/config/suggest.js';

describe('nearest', () => {
  it.each([
    ['max_sesions', 'max_sessions'],
    ['prot', 'port'],
    ['Listen', 'listen'],
    ['pool_recyle', 'pool_recycle'],
  ])('finds for %s the word %s', (word, known) => {
    expect(nearest(word, ['port', 'listen', 'max_sessions', 'pool_recycle'])).toBe(known);
  });

  it('proposes nothing where nothing is near', () => {
    expect(nearest('elephant', ['port', 'listen'])).toBeUndefined();
    expect(nearest('xy', ['ab'])).toBeUndefined();
  });

  it('takes the nearest of several', () => {
    expect(nearest('user2x', ['user1', 'user2'])).toBe('user2');
  });
});

describe('suggestion', () => {
  it('ends a message, or is empty', () => {
    expect(suggestion('prot', ['port'])).toBe(" (did you mean 'port'?)");
    expect(suggestion('zzzz', ['port'])).toBe('');
  });
});
