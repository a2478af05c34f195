// The command line: its commands, its global options, and what becomes of an error.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { FleetError, isFleetError } from '../errors.js';
import { commands } from './commands.js';
import { createContext } from './context.js';
import type { GlobalOptions, Surroundings } from './context.js';

/** Exit code of a command that was not understood. */
const usageExit = 2;
const failureExit = 1;

/** Runs the command line `argv` (without node and script) and returns its exit code. Never throws. */
export async function run(argv: readonly string[], around: Surroundings): Promise<number> {
  const program = new Command('chronos-fleet');
  const context = createContext(around, () => program.opts<GlobalOptions>());
  program
    .description(
      'A MySQL port for every BI user, in front of a backend that takes one connection per account.',
    )
    .version(packageVersion(), '-V, --version', 'show the version')
    .option('--fleet <dir>', "the fleet's folder (default: from here upwards, or CHRONOS_FLEET_ROOT)")
    .option('--json', 'print data as JSON')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(
      '"chronos-fleet --help" lists the commands, "chronos-fleet <command> --help" explains one',
    )
    .configureOutput({
      writeOut: (text) => void around.stdout.write(text),
      writeErr: (text) => void around.stderr.write(text),
    })
    .exitOverride();
  for (const register of commands) register(program, context);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return context.exitCode();
  } catch (error) {
    return failed(error, around);
  }
}

/** Tells an error and returns the exit code for it. */
function failed(error: unknown, around: Surroundings): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExit;
  const debug = around.environment.CHRONOS_FLEET_DEBUG === '1';
  around.stderr.write(`chronos-fleet: ${debug ? longText(error) : shortText(error)}\n`);
  return isFleetError(error, 'USAGE') ? usageExit : failureExit;
}

function shortText(error: unknown): string {
  if (error instanceof FleetError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `${message} (unexpected; CHRONOS_FLEET_DEBUG=1 shows where)`;
}

function longText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The version in the package's own package.json, two folders up both in src/ and in dist/. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
