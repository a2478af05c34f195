// A port may stand wherever a user may.
import { describe, expect, it } from 'vitest';
import { findUser } from '../../src/config/find-user.js';

const users = [
  { user: 'anna', port: 3307 },
  { user: 'bert', port: 3308 },
];

describe('findUser', () => {
  it.each(['bert', ':3308', '3308'])('finds bert by %s', (word) => {
    expect(findUser(users, word, 'fleet.yaml').user).toBe('bert');
  });

  it('proposes the nearest name, or port, and names all', () => {
    expect(() => findUser(users, 'ana', 'fleet.yaml')).toThrow(
      "(did you mean 'anna'?); the users are: anna, bert",
    );
    expect(() => findUser(users, ':3370', 'fleet.yaml')).toThrow("did you mean ':3307'?");
    expect(() => findUser(users, 'zzzzzz', 'fleet.yaml')).toThrow(
      "No user 'zzzzzz' in fleet.yaml; the users are",
    );
    expect(() => findUser([], 'anna', 'fleet.yaml')).toThrow('none yet');
  });
});
