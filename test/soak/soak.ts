// A soak: a real fleet under random load and random faults, and what it did compared with what it promised.
import { randomOf } from '../sql/random.js';
import { injectFaults } from './faults.js';
import { Journal } from './journal.js';
import { checkLeaks, takeBaseline, type Baseline } from './leaks.js';
import { loadSite } from './load.js';
import type { Pace } from './pace.js';
import { sampleProcess, sampleServer, type ProcessSample, type ServerSample } from './sampler.js';
import { SoakClient } from './client.js';
import { checkSingle, judgeWrites, type Site } from './site.js';
import { createStage, logOf, type Stage } from './stage.js';

export interface SoakOptions {
  readonly users: number;
  readonly seed: number;
  /** A fault comes each time that so many operations are done. */
  readonly operationsPerFault: number;
}

export interface Sample {
  /** Epoch ms. */
  readonly at: number;
  readonly processes: ReadonlyMap<string, ProcessSample>;
  readonly server: ServerSample | undefined;
}

export interface SoakResult {
  readonly stage: Stage;
  readonly journal: Journal;
  readonly baseline: Baseline;
  readonly samples: readonly Sample[];
  /** At rest, after the end of the load. */
  readonly last: Sample;
  readonly startedAt: number;
  readonly pace: Pace;
}

const sampleEveryMs = 5_000;

/**
 * Runs until `pace` is over. `watch` is given what there is so far when it begins; `finish` gets the result while
 * everything still runs. Everything that was started is ended, however it goes.
 */
export async function soak<T>(
  options: SoakOptions,
  pace: Pace,
  watch: (journal: Journal, samples: readonly Sample[]) => void,
  finish: (result: SoakResult) => T,
): Promise<T> {
  const journal = new Journal(() => pace.stop('something failed'));
  const stage = await createStage(options.users);
  try {
    const startedAt = Date.now();
    const baseline = await takeBaseline(stage);
    const samples: Sample[] = [];
    watch(journal, samples);
    await together(pace, [
      load(stage, options, pace, journal),
      keepSampling(stage, samples, pace, journal),
      injectFaults(stage, options.operationsPerFault, randomOf(options.seed), pace, journal),
    ]);
    // What failed before is to be told also where that keeps the rest from being judged.
    await judge(stage, baseline, journal).catch((error: unknown) => {
      journal.fail('fleet', `could not be judged: ${String(error)}`);
    });
    const last = await takeSample(stage);
    return finish({ stage, journal, baseline, samples, last, startedAt, pace });
  } finally {
    await stage.end();
  }
}

/** Resolves when all have ended; the first that fails ends the others. */
async function together(pace: Pace, parts: readonly Promise<void>[]): Promise<void> {
  const ends = parts.map((part) => part.finally(() => pace.stop('a part of the soak ended')));
  await Promise.allSettled(ends);
  await Promise.all(ends);
}

async function load({ sites }: Stage, { seed }: SoakOptions, pace: Pace, journal: Journal): Promise<void> {
  await Promise.all(sites.map((site, i) => loadSite(site, seed * 1000 + i, pace, journal)));
}

async function takeSample(stage: Stage): Promise<Sample> {
  const server = await sampleServer(stage);
  const all = await Promise.all(
    stage.sites.map(async (site) => [site.user, await sampleProcess(stage, site)] as const),
  );
  const processes = all.flatMap(([user, sample]) => (sample === undefined ? [] : [[user, sample] as const]));
  return { at: Date.now(), processes: new Map(processes), server };
}

async function keepSampling(stage: Stage, samples: Sample[], pace: Pace, journal: Journal): Promise<void> {
  while (!pace.over) {
    samples.push(await takeSample(stage));
    for (const site of stage.sites) checkSingle(site, journal);
    await pace.pause(sampleEveryMs);
  }
}

/** What sessions left on the backend connection is cleared away by the next turn, whoever's it is. */
async function takeLastTurn(site: Site, journal: Journal): Promise<void> {
  const client = await SoakClient.open(site, journal);
  await client.run('SELECT 1');
  await client.end();
}

/** After the end: everything comes to rest, and the tables hold what the clients were told. */
async function judge(stage: Stage, baseline: Baseline, journal: Journal): Promise<void> {
  for (const site of stage.sites) {
    await stage.serves(site.user);
    await takeLastTurn(site, journal);
  }
  await checkLeaks(stage, baseline, journal);
  for (const site of stage.sites) {
    checkSingle(site, journal);
    for (const problem of await judgeWrites(stage.server, site)) journal.fail(site.user, problem);
  }
  const { supervisor, pm2, instances } = await stage.fleet.status();
  if (!supervisor.running || pm2.running !== true)
    journal.fail('fleet', 'the supervisor or PM2 does not run');
  for (const { user, state, reason } of instances) {
    if (state !== 'ready' && state !== 'crash-looping') journal.fail(user, `is ${state}: ${reason}`);
  }
  for (const user of new Set(journal.failures.map((failure) => failure.user))) {
    for (const line of logOf(stage, user, 40)) journal.note(user, `log: ${line}`);
  }
}
