// chronos-fleet plan: what `up` would do, and why.
import type { Command } from 'commander';
import type { Step } from '../supervisor/plan.js';
import type { Context } from './context.js';
import { tableLines } from './table.js';

export function register(program: Command, context: Context): void {
  program
    .command('plan')
    .description('show what "up" would do, and change nothing; exit code 3: there is something to do')
    .action(() => plan(context));
}

const somethingToDoExit = 3;

async function plan(context: Context): Promise<void> {
  const { readPlan } = await import('../supervisor/read-plan.js');
  const steps = await readPlan(context.root());
  if (steps.some(({ kind }) => kind !== 'nothing')) context.exitWith(somethingToDoExit);
  if (context.json()) {
    context.printJson({ steps: steps.map(({ user, kind, why }) => ({ user, step: kind, why })) });
    return;
  }
  const lines = tableLines<Step>(
    [
      { title: 'USER', cell: ({ user }) => user },
      { title: 'STEP', cell: ({ kind }) => kind },
      { title: 'WHY', cell: ({ why }) => why },
    ],
    steps,
  );
  for (const line of lines) context.print(line);
}
