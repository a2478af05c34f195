// A user by name, or by port: a port may stand wherever a user may.
import { FleetError } from '../errors.js';
import { suggestion } from './suggest.js';
import type { FleetMap, InstanceSettings } from './types.js';

/** The user called `word`, or whose port is `word` (`3307` or `:3307`). Throws USER_UNKNOWN with a suggestion. */
export function findUser(map: FleetMap, word: string): InstanceSettings {
  const port = /^:?(\d+)$/.exec(word)?.[1];
  const found =
    map.users.find(({ user }) => user === word) ?? map.users.find((user) => String(user.port) === port);
  if (found !== undefined) return found;
  const names = map.users.map(({ user }) => user);
  const known = port === undefined ? names : map.users.map((user) => `:${user.port}`);
  throw new FleetError('USER_UNKNOWN', {
    user: word,
    file: map.file,
    suggestion: suggestion(word, known),
    users: names.length === 0 ? 'none yet' : names.join(', '),
  });
}
