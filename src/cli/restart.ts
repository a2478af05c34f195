// chronos-fleet restart: instances end after their drain and are started with the settings of the map.
import type { Command } from 'commander';
import { applyAndTell } from './up.js';
import type { Context } from './context.js';

export function register(program: Command, context: Context): void {
  program
    .command('restart')
    .description('restart the instances, or one: running commands finish first (drain_timeout)')
    .argument('[user]', 'name or :port: this user only')
    .action((word: string | undefined) => applyAndTell(word, { restart: true }, context));
}
