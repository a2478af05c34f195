// chronos-fleet startup: what starts the fleet when the machine starts, printed, written, or removed.
import { Option } from 'commander';
import type { Command } from 'commander';
import type { BootService } from '../supervisor/boot/service.js';
import type { Context } from './context.js';

interface StartupOptions {
  readonly print?: true;
  readonly remove?: true;
  readonly system?: true;
}

export function register(program: Command, context: Context): void {
  program
    .command('startup')
    .description('have the fleet started at boot: writes a systemd unit, a launchd job or a Windows task')
    .addOption(new Option('--print', 'only print it').conflicts('remove'))
    .option('--remove', 'remove it again; what runs goes on')
    .option('--system', "of the machine, not of this account's own services (root: always)")
    .action((options: StartupOptions) => startup(options, context));
}

async function startup(options: StartupOptions, context: Context): Promise<void> {
  const root = context.root();
  const [{ bootService, whyUnused, installService, removeService }, { loadFleet }, { FleetError }] =
    await Promise.all([
      import('../supervisor/boot/boot.js'),
      import('../supervisor/load.js'),
      import('../errors.js'),
    ]);
  const isMachines = options.system === true || process.getuid?.() === 0;
  const service = await bootService(loadFleet(root), isMachines ? 'machine' : 'account');
  const unused = whyUnused(service);
  if (options.print === true) {
    tell(service, service.text.trimEnd(), [], context);
    if (unused !== undefined) context.note(`${unused}: this is for one where it does (${service.file})`);
    return;
  }
  if (options.remove === true) {
    const removed = await removeService(service);
    const done = removed ? `${service.file} is removed; what runs goes on` : `${service.file} is not there`;
    tell(service, done, removed ? service.forget : [], context);
    return;
  }
  if (unused !== undefined) {
    const detail = `${unused}; "chronos-fleet startup --print" prints the unit for one where it does`;
    throw new FleetError('STARTUP_IMPOSSIBLE', { detail });
  }
  await installService(service);
  tell(service, `${service.file} is written`, service.enable, context);
}

/** Tells what was done, and what is left to type. */
function tell(service: BootService, done: string, next: readonly string[], context: Context): void {
  const { kind, file, text } = service;
  if (context.json()) {
    context.printJson({ kind, file, text, commands: next });
    return;
  }
  context.print(done);
  if (next.length > 0) context.print('To go on, run:');
  for (const command of next) context.print(`  ${command}`);
}
