// Many sessions on one port against as many direct connections: the same statements, the same bytes, in any order.
import { expect, it } from 'vitest';
import { useMariadb } from '../support/mariadb.js';
import { compareSeed } from './compare.js';
import { createFixture } from './fixture.js';
import { describeDifference } from './report.js';
import { stageFor } from './stage.js';

const server = useMariadb();

/** Steps of a script. The long run (`npm run differential`) has longer ones, and thousands. */
const length = 25;

/** The differences that fifty scripts show, each shrunk and with its script. */
async function differences(
  seeds: readonly number[],
  { untracked = false, cuts = false, poolSize = 1 },
): Promise<string[]> {
  const stage = await stageFor(server, await createFixture(server), untracked, poolSize);
  const found: string[] = [];
  for (const seed of seeds) {
    const verdict = await compareSeed(stage, seed, { length, cuts });
    if (verdict.same === false) found.push(await describeDifference(stage, seed, verdict));
    if (found.length > 2) break;
  }
  await stage.close();
  return found;
}

const seeds = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + i);

it('sessions through a port get what they would get directly', async () => {
  expect(await differences(seeds(1, 50), {})).toEqual([]);
}, 120_000);

it('so they do where the server has no session tracking', async () => {
  expect(await differences(seeds(1001, 10), { untracked: true })).toEqual([]);
}, 120_000);

it('so they do where the backend connection is lost in between', async () => {
  expect(await differences(seeds(2001, 10), { cuts: true })).toEqual([]);
}, 120_000);

it('so they do where the instance has two connections, of which one is busy now and then', async () => {
  expect(await differences(seeds(3001, 10), { poolSize: 2 })).toEqual([]);
}, 120_000);
