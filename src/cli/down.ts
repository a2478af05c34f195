// chronos-fleet down: the fleet stops, after what runs has finished.
import type { Command } from 'commander';
import type { Context } from './context.js';

export function register(program: Command, context: Context): void {
  program
    .command('down')
    .description(
      'stop the fleet: running commands finish first (drain_timeout); other PM2 processes are left alone',
    )
    .action(() => down(context));
}

async function down(context: Context): Promise<void> {
  const { stopFleet } = await import('../supervisor/down.js');
  const { stopped, errors } = await stopFleet(context.root(), context.note);
  if (errors.length > 0) context.exitWith(1);
  if (context.json()) {
    context.printJson({ stopped, errors: errors.map(({ code, message }) => ({ code, message })) });
  } else if (stopped.length === 0 && errors.length === 0) context.print('nothing of this fleet was running');
  else context.print(`${stopped.length} ${stopped.length === 1 ? 'instance' : 'instances'} stopped`);
}
