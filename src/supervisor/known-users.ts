// Users by what is known of them, also while the port map cannot be read.
import { isFleetError } from '../errors.js';
import { loadFleet } from './load.js';
import { readHandedOver, usersWithSettings } from './observe.js';

/** The users of the map; those who have been started once and are not in it, or all of them where it is wrong, too. */
export function knownUsers(root: string): { readonly user: string; readonly port: number }[] {
  const started = usersWithSettings(root).flatMap((user) => readHandedOver(root, user)?.settings ?? []);
  const wanted = usersOfMap(root);
  const removed = started.filter(({ user }) => wanted.every((each) => each.user !== user));
  return [...wanted, ...removed].map(({ user, port }) => ({ user, port }));
}

function usersOfMap(root: string): readonly { readonly user: string; readonly port: number }[] {
  try {
    return loadFleet(root).users;
  } catch (error) {
    if (!isFleetError(error, 'MAP_INVALID') && !isFleetError(error, 'MAP_UNREADABLE')) throw error;
    return [];
  }
}
