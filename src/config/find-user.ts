// A user by name, or by port: a port may stand wherever a user may.
import { FleetError } from '../errors.js';
import { suggestion } from './suggest.js';

/**
 * The one of `users` called `word`, or whose port is `word` (`3307` or `:3307`). `file` is the map's name in the error.
 * Throws USER_UNKNOWN with a suggestion.
 */
export function findUser<T extends { readonly user: string; readonly port: number }>(
  users: readonly T[],
  word: string,
  file: string,
): T {
  const port = /^:?(\d+)$/.exec(word)?.[1];
  const found = users.find(({ user }) => user === word) ?? users.find((user) => String(user.port) === port);
  if (found !== undefined) return found;
  const names = users.map(({ user }) => user);
  const known = port === undefined ? names : users.map((user) => `:${user.port}`);
  throw new FleetError('USER_UNKNOWN', {
    user: word,
    file,
    suggestion: suggestion(word, known),
    users: names.length === 0 ? 'none yet' : names.join(', '),
  });
}
