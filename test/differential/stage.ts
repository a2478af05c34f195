// Puts up what scripts run on: the server, and an instance that takes it with or without session tracking.
import type { TestServer } from '../support/mariadb.js';
import type { Fixture } from './fixture.js';
import type { Stage } from './run.js';
import { startMask } from './tracking-mask.js';

/** A stage and its end. */
export type OpenStage = Stage & { close(): Promise<void> };

/**
 * @param untracked the instance is to believe that the server has no session tracking
 * @param poolSize how many connections it has
 */
export async function stageFor(
  server: TestServer,
  fixture: Fixture,
  untracked: boolean,
  poolSize = 1,
): Promise<OpenStage> {
  if (!untracked) return { server, fixture, backend: server, poolSize, close: () => Promise.resolve() };
  const mask = await startMask(server);
  return { server, fixture, backend: mask, poolSize, close: () => mask.stop() };
}
