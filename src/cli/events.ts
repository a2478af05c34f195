// chronos-fleet events: what happened to the instances and the fleet, without what single sessions did.
import type { Command } from 'commander';
import type { Context } from './context.js';
import { defineLogCommand } from './log-command.js';

/** Of the instances (observe/events.ts) and of the supervisor (supervisor/supervisor-events.ts). */
const shown: readonly string[] = [
  ...[
    'listening',
    'draining',
    'stopped',
    'internal-error',
    'lease-expired',
    'state-lost',
    'password-changed',
    'session-refused',
    'login-failed',
  ],
  ...['supervisor-started', 'supervisor-stopped', 'map-changed', 'map-refused', 'applied', 'trouble'],
  ...['instance-crashed', 'crash-loop', 'crash-loop-over', 'pm2-gone', 'pm2-back', 'instance-adopted'],
  ...['incident-opened', 'incident-closed', 'backend-blinked'],
];

/** What each instance says of its backend. The supervisor tells it once for all, as an incident. */
const ofBackends: readonly string[] = [
  ...['backend-connected', 'backend-connect-failed', 'backend-lost', 'backend-closed'],
];

export function register(program: Command, context: Context): void {
  const command = program
    .command('events')
    .description(
      'show what happened to the fleet: starts, ends, crashes, backends that went away, changes of the map; with a user also each loss of its backend',
    );
  const events = async (user: string | undefined): Promise<ReadonlySet<string>> => {
    const { supervisorPid } = await import('../supervisor/supervisor-admin.js');
    const toldOnce = user === undefined && (await supervisorPid(context.root())) !== undefined;
    return new Set(toldOnce ? shown : [...shown, ...ofBackends]);
  };
  defineLogCommand(command, { events, supervisor: true }, context);
}
