// Hostile clients for some seconds, and what is left of them; `npm run fuzz` goes on for as long as one likes.
import { expect, it, onTestFinished } from 'vitest';
import { startMariadb } from '../support/mariadb.js';
import { startLiveFuzz } from './live.js';

/** MB that a process may grow by once it has seen all kinds of clients: its heap is cleared when it has to be. */
const GROWTH = 64;
const ROUNDS = 15;

it('clients that send anything do no harm to another, to the instance or to the backend', async () => {
  const server = await startMariadb({ generalLog: false });
  onTestFinished(() => server.destroy());
  const live = await startLiveFuzz(server);
  onTestFinished(() => live.stop());
  const before = await live.remains();
  for (let seed = 1; seed <= ROUNDS; seed++) await live.round(seed);
  const memory = live.memory() ?? 0;
  for (let seed = ROUNDS + 1; seed <= 2 * ROUNDS; seed++) await live.round(seed);
  expect(await live.remains()).toEqual(before);
  expect(before).toMatchObject({ sessions: 1, connections: 1, statements: 1 });
  expect((live.memory() ?? 0) - memory).toBeLessThan(GROWTH);
}, 120_000);
