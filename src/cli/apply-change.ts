// After an edit of the map: the running instances that it concerns are brought in line.
import { existsSync } from 'node:fs';
import { settingsFileOf } from '../config/hand-over.js';
import type { Context } from './context.js';

/** Applies the change of one user where that user's instance was started. Returns whether it was. */
export async function applyToRunning(root: string, user: string, context: Context): Promise<boolean> {
  if (!existsSync(settingsFileOf(root, user))) return false;
  await context.apply(root, { only: user, onProgress: context.note });
  return true;
}
