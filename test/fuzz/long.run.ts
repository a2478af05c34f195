// `npm run fuzz`: seed after seed until the time is up; the first failure ends its target, with the seed that shows it again.
import { expect, it, onTestFinished } from 'vitest';
import { startMariadb } from '../support/mariadb.js';
import { lexerTarget } from './lexer-target.js';
import { startLiveFuzz } from './live.js';
import { fuzz } from './target.js';
import { wireTargets } from './wire-targets.js';

const option = (name: string): string | undefined => process.env[`CHRONOS_FUZZ_${name}`];
const first = Number(option('SEED') ?? 1);
const minutes = Number(option('MINUTES') ?? 10);
const only = option('ONLY');

const parsers = [...wireTargets, lexerTarget];
const names = [...parsers.map(({ name }) => name), 'live'];
const chosen = names.filter((name) => only === undefined || name === only);
if (chosen.length === 0) throw new Error(`no target ${String(only)}; there are ${names.join(', ')}`);

/** Seeds that are tried between two looks at the clock. */
const BATCH = 1_000;

/** Seeds from the first on until the target's share of the time is up; at least one. */
async function forItsTime(size: number, run: (seed: number) => void | Promise<void>): Promise<number> {
  const deadline = Date.now() + (minutes * 60_000) / chosen.length;
  let seed = first;
  do {
    await run(seed);
    seed += size;
  } while (Date.now() < deadline);
  return seed - first;
}

for (const target of parsers) {
  it.runIf(chosen.includes(target.name))(
    `${target.name}: any bytes are read, or refused, without harm`,
    async () => {
      const size = minutes === 0 ? 1 : BATCH;
      const done = await forItsTime(size, (seed) => fuzz(target, seed, size));
      console.log(`${target.name}: ${done} seeds from ${first}`);
    },
  );
}

it.runIf(chosen.includes('live'))('live: clients that send anything do no harm', async () => {
  const server = await startMariadb({ generalLog: false });
  onTestFinished(() => server.destroy());
  const live = await startLiveFuzz(server);
  onTestFinished(() => live.stop());
  const before = await live.remains();
  const memory = (): string => `${live.memory()?.toFixed(0) ?? '?'} MB`;
  const atFirst = memory();
  const done = await forItsTime(1, (seed) => live.round(seed));
  expect(await live.remains()).toEqual(before);
  console.log(`live: ${done} seeds from ${first}; ${atFirst} at first, ${memory()} at the end`);
});
