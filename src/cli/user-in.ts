// A user by name or port in the text of a map, which need not be right for that.
import { readTree } from '../config/edit.js';
import { findUser } from '../config/find-user.js';
import { isGroup } from '../config/plain.js';
import type { PlainTree } from '../config/plain.js';
import { mapFileOf } from '../config/root.js';
import type { Context } from './context.js';

/** The name of the user that `word` names. Throws USER_UNKNOWN. */
export function userIn(tree: PlainTree, word: string, context: Context): string {
  const group = readTree(tree, ['users']);
  const users = Object.entries(isGroup(group) ? group : {}).map(([user, entry]) => ({
    user,
    port: Number(readTree(entry, ['port'])),
  }));
  return findUser(users, word, context.shown(mapFileOf(context.root()))).user;
}
