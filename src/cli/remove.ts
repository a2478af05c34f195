// chronos-fleet remove: a user and the instance behind the port are no more.
import type { Command } from 'commander';
import { editMap } from '../config/edit.js';
import { removeInstanceSettings } from '../config/hand-over.js';
import { removeSecret } from '../config/secret-files.js';
import type { Context } from './context.js';
import { applyToRunning } from './apply-change.js';
import { userIn } from './user-in.js';

export function register(program: Command, context: Context): void {
  program
    .command('remove')
    .description('take a user and the port out of the fleet; other users notice nothing')
    .argument('<user>', 'name or :port of the user')
    .action((word: string) => remove(word, context));
}

async function remove(word: string, context: Context): Promise<void> {
  const mapOptions = context.mapOptions();
  const { result, map } = await editMap(mapOptions, (draft) => {
    const user = userIn(draft.read([]) ?? null, word, context);
    draft.remove(['users', user]);
    return { user, tree: draft.read([]) ?? null };
  });
  const { user, tree } = result;
  const stopped = await applyToRunning(map.root, user, context);
  await removeSecret(map.root, user, tree);
  await removeInstanceSettings(map.root, user);
  if (context.json()) context.printJson({ user, removed: true, stopped });
  else
    context.print(`${user} is removed${stopped ? ' and stopped' : ''}; its log stays in instances/${user}`);
}
