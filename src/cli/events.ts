// chronos-fleet events: what happened to the instances and the fleet, without what single sessions did.
import type { Command } from 'commander';
import type { Context } from './context.js';
import { defineLogCommand } from './log-command.js';

/** Of the instances (observe/events.ts) and of the supervisor (supervisor/supervisor-events.ts). */
const shown: ReadonlySet<string> = new Set([
  ...[
    'listening',
    'draining',
    'stopped',
    'internal-error',
    'lease-expired',
    'session-refused',
    'login-failed',
  ],
  ...['backend-connected', 'backend-connect-failed', 'backend-lost', 'backend-closed'],
  ...['supervisor-started', 'supervisor-stopped', 'map-changed', 'map-refused', 'applied', 'trouble'],
  ...['instance-crashed', 'crash-loop', 'crash-loop-over', 'pm2-gone', 'pm2-back', 'instance-adopted'],
]);

export function register(program: Command, context: Context): void {
  const command = program
    .command('events')
    .description('show what happened to the fleet: starts, ends, crashes, lost backends, changes of the map');
  defineLogCommand(command, { events: shown, supervisor: true }, context);
}
