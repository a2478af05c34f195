// chronos-fleet remove: a user and the instance behind the port are no more.
import type { Command } from 'commander';
import { editMap } from '../config/edit.js';
import { removeInstanceSettings } from '../config/hand-over.js';
import { removeSecret } from '../config/secret-files.js';
import type { Context } from './context.js';
import { applyTo, whoRuns } from './apply-change.js';
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
  const isRunning = await whoRuns(mapOptions.root, context);
  const { result, map } = await editMap(mapOptions, (draft) => {
    const user = userIn(draft.read([]) ?? null, word, context);
    draft.remove(['users', user]);
    return { user, tree: draft.read([]) ?? null };
  });
  const { user, tree } = result;
  await removeSecret(map.root, user, tree);
  const ended = await applyTo(map.root, [user].filter(isRunning), context);
  // One that could not be ended is found by its settings when "up" tries again.
  if (ended) await removeInstanceSettings(map.root, user);
  if (context.json()) context.printJson({ user, removed: true });
  else context.print(`${user} is removed; its log stays in instances/${user}`);
}
