// chronos-fleet restart: instances end after their drain and are started with the settings of the map.
import type { Command } from 'commander';
import { findUser } from '../config/find-user.js';
import { applyTo } from './apply-change.js';
import type { Context } from './context.js';
import { applyAndTell } from './up.js';

interface RestartOptions {
  readonly whenIdle?: true;
}

const lookEveryMs = 250;
const answersWithinMs = 1_000;

export function register(program: Command, context: Context): void {
  program
    .command('restart')
    .description('restart the instances, or one: running commands finish first (drain_timeout)')
    .argument('[user]', 'name or :port: this user only')
    .option('--when-idle', 'each as soon as nothing runs or waits there and no transaction is open')
    .action((word: string | undefined, { whenIdle }: RestartOptions) =>
      whenIdle === true ? whenAllIdle(word, context) : applyAndTell(word, { restart: true }, context),
    );
}

async function whenAllIdle(word: string | undefined, context: Context): Promise<void> {
  const root = context.root();
  const [{ loadFleet }, { askAdmin }, { restartWhenIdle }] = await Promise.all([
    import('../supervisor/load.js'),
    import('../supervisor/observe.js'),
    import('../supervisor/when-idle.js'),
  ]);
  const { users, file } = loadFleet(root);
  const chosen = word === undefined ? users : [findUser(users, word, context.shown(file))];
  const addresses = new Map(chosen.map(({ user, admin }) => [user, admin]));
  const failed: string[] = [];
  await restartWhenIdle([...addresses.keys()], {
    ask: (user) => askAdmin(addresses.get(user) ?? '', answersWithinMs),
    restart: async (idle) => {
      if (!(await applyTo(root, idle, context, { restart: true }))) failed.push(...idle);
    },
    pause: () => new Promise((resolve) => setTimeout(resolve, lookEveryMs)),
    note: context.note,
  });
  const restarted = chosen.map(({ user }) => user).filter((user) => !failed.includes(user));
  const count = restarted.length;
  if (context.json()) context.printJson({ restarted });
  else context.print(`${count} ${count === 1 ? 'user' : 'users'} restarted`);
}
