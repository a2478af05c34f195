// `npm run differential`: seed after seed until the time is up, each difference shrunk and printed as a script.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { useMariadb } from '../support/mariadb.js';
import { compareScript, compareSeed } from './compare.js';
import { runThroughPort } from './run.js';
import { createFixture } from './fixture.js';
import { describeDifference } from './report.js';
import { stageFor } from './stage.js';
import { parseScript } from './step.js';

const server = useMariadb();
const option = (name: string): string | undefined => process.env[`CHRONOS_DIFFERENTIAL_${name}`];
const first = Number(option('SEED') ?? 1);
const seeds = Number(option('SEEDS') ?? 1000);
const minutes = Number(option('MINUTES') ?? 10);
const length = Number(option('LENGTH') ?? 60);
const most = Number(option('FAILURES') ?? 10);
const untracked = option('UNTRACKED') === '1';
const cuts = option('CUTS') === '1';
const pool = Number(option('POOL') ?? 1);
const file = option('SCRIPT');

it.runIf(file === undefined)('sessions through a port get what they would get directly', async () => {
  const stage = await stageFor(server, await createFixture(server), untracked, pool);
  const deadline = Date.now() + minutes * 60_000;
  const failed: number[] = [];
  const holds = new Map<string, number>();
  let [done, givenUp, steps] = [0, 0, 0];
  for (let seed = first; done < seeds && Date.now() < deadline && failed.length < most; seed++, done++) {
    const verdict = await compareSeed(stage, seed, { length, cuts });
    if (verdict.same === true || verdict.same === 'given up') {
      for (const hold of verdict.run.holds) holds.set(hold, (holds.get(hold) ?? 0) + 1);
      steps += verdict.run.holds.length;
    }
    if (verdict.same === 'given up') givenUp++;
    if (verdict.same !== false) continue;
    failed.push(seed);
    console.log(`${await describeDifference(stage, seed, verdict)}\n`);
  }
  console.log(`${done} seeds from ${first}, ${length} steps each; failed: ${failed.join(' ') || 'none'}`);
  console.log(`${steps} steps compared; in ${givenUp} seeds the instance gave up what a session had`);
  for (const [hold, count] of [...holds].sort(([, a], [, b]) => b - a)) {
    console.log(
      `${((100 * count) / steps).toFixed(1).padStart(5)} % of steps left: ${hold || 'nothing held'}`,
    );
  }
  await stage.close();
  expect(failed).toEqual([]);
});

it.runIf(file !== undefined)('the script through a port gets what it would get directly', async () => {
  const stage = await stageFor(server, await createFixture(server), untracked, pool);
  const script = parseScript(readFileSync(file ?? '', 'utf8'));
  const verdict = await compareScript(stage, script);
  const { user } = stage.fixture.account;
  const { length: before } = await server.commandsOf(user);
  await runThroughPort(stage, script);
  const seen = (await server.commandsOf(user)).slice(before).map(({ type, text }) => `${type}: ${text}`);
  console.log(['The server saw through the port:', ...seen].join('\n  '));
  await stage.close();
  expect(verdict).toMatchObject({ same: true });
});
