// Which names users may have, on every system at once.
import { describe, expect, it } from 'vitest';
import { whyNotUserName } from '../../src/config/names.js';

describe('whyNotUserName', () => {
  it.each(['a', 'user1', '1st', 'anna_b-c', 'a'.repeat(32), 'console', 'com10', 'constructor'])(
    'takes %s',
    (name) => {
      expect(whyNotUserName(name)).toBeUndefined();
    },
  );

  it.each(['', '-a', '_a', 'a b', 'a/b', '..', 'a.b', 'ä', 'a'.repeat(33), '/regex/', 'a\n', '__proto__'])(
    'refuses %j, which is no safe name of a folder and a process',
    (name) => {
      expect(whyNotUserName(name)).toContain('is not a user name');
    },
  );

  it.each(['con', 'nul', 'prn', 'aux', 'com0', 'com1', 'lpt9', 'all', 'defaults', 'supervisor'])(
    'refuses the reserved word %s',
    (name) => {
      expect(whyNotUserName(name)).toContain('reserved');
    },
  );

  it('proposes the name in small letters', () => {
    expect(whyNotUserName('Anna')).toContain("'anna'");
  });

  it('refuses a number, which would be taken for a port', () => {
    expect(whyNotUserName('3307')).toContain('port');
  });
});
