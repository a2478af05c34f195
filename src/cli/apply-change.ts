// After an edit of the map: what runs of the users that it concerns is brought in line. Nobody is started by an edit.
import { existsSync } from 'node:fs';
import { settingsFileOf } from '../config/hand-over.js';
import type { ApplyOptions, ApplyReport } from '../supervisor/apply.js';
import type { Step } from '../supervisor/plan.js';
import { isFleetError } from '../errors.js';
import type { Context } from './context.js';

/** What the commands that edit the map need of the supervisor's part; it is loaded only when it is used. */
export interface FleetActions {
  readonly apply: (root: string, options: ApplyOptions) => Promise<ApplyReport>;
  readonly plan: (root: string) => Promise<readonly Step[]>;
}

export const fleetActions: FleetActions = {
  apply: async (root, options) => (await import('../supervisor/apply.js')).applyFleet(root, options),
  plan: async (root) => (await import('../supervisor/read-plan.js')).readPlan(root),
};

/**
 * Whether anything runs of a user, as it is now. To be asked before the edit: a supervisor sees the edit at once, and while
 * it replaces an instance nothing runs for a moment.
 */
export async function whoRuns(root: string, context: Context): Promise<(user: string) => boolean> {
  try {
    const steps = await context.actions.plan(root);
    const running = new Set(steps.filter(({ kind }) => kind !== 'create').map(({ user }) => user));
    return (user) => running.has(user);
  } catch (error) {
    if (!isFleetError(error)) throw error;
    // The map may be wrong until this edit; who was ever started is then taken as running.
    return (user) => existsSync(settingsFileOf(root, user));
  }
}

/**
 * Applies the map for `users`. Returns whether all went well; who could not be brought in line is told as it happens, and the exit
 * code is then 1.
 */
export async function applyTo(
  root: string,
  users: readonly string[],
  context: Context,
  options: Pick<ApplyOptions, 'restart'> = {},
): Promise<boolean> {
  if (users.length === 0) return true;
  const { outcomes, warnings } = await context.actions.apply(root, {
    ...options,
    only: users,
    onProgress: context.note,
  });
  for (const warning of warnings) context.note(`warning: ${warning}`);
  const failed = outcomes.filter(({ error }) => error !== undefined);
  if (failed.length > 0) context.exitWith(1);
  return failed.length === 0;
}
