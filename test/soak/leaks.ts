// What must be as at the beginning when a soak has come to rest, and within which bounds.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from './journal.js';
import type { ProcessSample, ServerSample } from './sampler.js';
import { sampleProcess, sampleServer } from './sampler.js';
import type { Site } from './site.js';
import { resultBufferMb, type Stage } from './stage.js';

/** Descriptors more than at the beginning: one of the log may be open twice while it is rotated, one is our question's. */
const moreDescriptors = 2;

/** MB more than at the beginning: the reply buffer, blocks kept for use, and what the heap grows to under load. */
const moreMemory = resultBufferMb + 64;

export interface Baseline {
  readonly processes: ReadonlyMap<string, ProcessSample>;
  readonly server: ServerSample;
}

/** Takes the samples that the end is measured by. */
export async function takeBaseline(stage: Stage): Promise<Baseline> {
  const processes = new Map<string, ProcessSample>();
  for (const site of stage.sites) {
    const sample = await sampleProcess(stage, site);
    if (sample !== undefined) processes.set(site.user, sample);
  }
  const server = await sampleServer(stage);
  if (server === undefined || processes.size < stage.sites.length) throw new Error('a sample is missing');
  return { processes, server };
}

/** Waits until nothing is left of the load; what is left after `withinMs` fails the soak. */
export async function checkLeaks(
  stage: Stage,
  baseline: Baseline,
  journal: Journal,
  withinMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = [...(await leftOfServer(stage, baseline)), ...(await leftOfProcesses(stage, baseline))];
    if (left.length === 0) return;
    if (Date.now() > deadline) {
      for (const [user, what] of left) journal.fail(user, `after the end: ${what}`);
      return;
    }
    await sleep(250);
  }
}

type Left = readonly [user: string, what: string];

async function leftOfServer(stage: Stage, { server }: Baseline): Promise<readonly Left[]> {
  const now = await sampleServer(stage);
  if (now === undefined) return [['fleet', 'the server does not answer']];
  const left: Left[] = [];
  if (now.preparedStatements > server.preparedStatements) {
    left.push(['fleet', `${now.preparedStatements} prepared statements on the server`]);
  }
  if (now.temporaryFiles > server.temporaryFiles) {
    left.push(['fleet', `${now.temporaryFiles} files of temporary tables on the server`]);
  }
  for (const [user, connections] of Object.entries(now.connections)) {
    if (connections !== 1) left.push([user, `${connections} connections on the server`]);
  }
  return left;
}

async function leftOfProcesses(stage: Stage, baseline: Baseline): Promise<readonly Left[]> {
  const all = await Promise.all(stage.sites.map((site) => leftOfProcess(stage, baseline, site)));
  return all.flat();
}

async function leftOfProcess(stage: Stage, { processes }: Baseline, site: Site): Promise<readonly Left[]> {
  const { user } = site;
  const [now, before] = [await sampleProcess(stage, site), processes.get(user)];
  if (now === undefined || before === undefined) return [[user, 'the instance does not answer']];
  const spooled = readdirSync(join(stage.fleet.root, 'instances', user, 'spool')).length;
  const more = (name: 'descriptors' | 'sockets' | 'rss', bound: number): Left[] =>
    now[name] > before[name] + bound
      ? [[user, `${name}: ${Math.round(now[name])}, at the beginning ${Math.round(before[name])}`]]
      : [];
  const none = (name: string, count: number): Left[] => (count > 0 ? [[user, `${count} ${name}`]] : []);
  return [
    ...none('sessions', now.sessions),
    ...none('commands waiting', now.waiting),
    ...none('files in the spool', spooled),
    ...more('descriptors', moreDescriptors),
    ...more('sockets', moreDescriptors),
    ...more('rss', moreMemory),
  ];
}
