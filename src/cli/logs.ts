// chronos-fleet logs: what all instances logged, merged by time, each line with its user and port.
import type { Command } from 'commander';
import type { Context } from './context.js';
import { defineLogCommand } from './log-command.js';

export function register(program: Command, context: Context): void {
  const command = program.command('logs').description('show the logs of all instances, merged by time');
  defineLogCommand(command, { events: () => Promise.resolve(undefined), supervisor: false }, context);
}
