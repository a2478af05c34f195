// chronos-fleet up: what runs becomes what the port map says.
import type { Command } from 'commander';
import { findUser } from '../config/find-user.js';
import { formatProblem } from '../config/report.js';
import type { ApplyOptions, ApplyReport } from '../supervisor/apply.js';
import type { Context } from './context.js';

interface UpOptions {
  readonly supervisor: boolean;
}

/** Not all could be brought in line; who could, was. */
const notAllExit = 3;

export function register(program: Command, context: Context): void {
  program
    .command('up')
    .alias('apply')
    .description(
      'start what the port map has, and change only what is not as it says; exit code 0: all is so, 3: not all, 1: nothing was done',
    )
    .argument('[user]', 'name or :port: this user only')
    .option('--no-supervisor', 'start no supervisor')
    .action((word: string | undefined, { supervisor }: UpOptions) =>
      applyAndTell(word, { withoutSupervisor: !supervisor }, context),
    );
}

/** Applies the map, or a user's part of it, and tells what came of it. */
export async function applyAndTell(
  word: string | undefined,
  options: Pick<ApplyOptions, 'restart' | 'withoutSupervisor'>,
  context: Context,
): Promise<void> {
  const root = context.root();
  const [{ applyFleet }, { loadFleet }] = await Promise.all([
    import('../supervisor/apply.js'),
    import('../supervisor/load.js'),
  ]);
  const { users, file, warnings } = loadFleet(root);
  tellWarnings(warnings.map(formatProblem), context);
  const only = word === undefined ? undefined : findUser(users, word, context.shown(file)).user;
  const report = await applyFleet(root, {
    ...(only === undefined ? {} : { only }),
    ...options,
    onProgress: context.note,
  });
  tellReport(report, context);
}

/** Tells what came of an apply, and sets the exit code. */
function tellReport({ outcomes, troubles, warnings }: ApplyReport, context: Context): void {
  const failed = outcomes.filter(({ error }) => error !== undefined);
  if (failed.length + troubles.length > 0) context.exitWith(notAllExit);
  if (context.json()) {
    context.printJson({
      instances: outcomes.map(({ user, step, why, error }) => ({
        ...{ user, step, why },
        ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
      })),
      troubles: troubles.map(({ code, message }) => ({ code, message })),
      warnings,
    });
    return;
  }
  tellWarnings(warnings, context);
  const changed = outcomes.filter(({ step, error }) => step !== 'nothing' && error === undefined).length;
  const left = outcomes.length - changed - failed.length;
  const counts = [`${changed} changed`, `${left} as they were`];
  if (failed.length > 0) counts.push(`${failed.length} failed`);
  context.print(`${outcomes.length} ${outcomes.length === 1 ? 'user' : 'users'}: ${counts.join(', ')}`);
}

const warningsShown = 3;

function tellWarnings(warnings: readonly string[], context: Context): void {
  for (const warning of warnings.slice(0, warningsShown)) context.note(`warning: ${warning}`);
  const more = warnings.length - warningsShown;
  if (more > 0) context.note(`warning: and ${more} more like these; "chronos-fleet validate" shows all`);
}
