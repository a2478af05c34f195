// The faults of a soak: what each does, what it may cost, and in which order they come.
import type { Random } from '../sql/random.js';
import { until } from '../support/until.js';
import type { Journal } from './journal.js';
import type { Pace } from './pace.js';
import { interrupt, type Site } from './site.js';
import type { Stage } from './stage.js';

interface Scene {
  readonly stage: Stage;
  readonly site: Site;
  readonly random: Random;
  readonly pace: Pace;
}

/** What a fault must not meet another of: faults of one lane come one after the other. */
type Lane = 'line' | 'server' | 'processes';

interface Fault {
  readonly name: string;
  readonly weight: number;
  readonly lane: Lane;
  readonly run: (scene: Scene) => Promise<void>;
}

const fewSeconds = ({ random, pace }: Scene): Promise<void> => pace.pause(500 + random.below(3_000));

const faults: readonly Fault[] = [
  { name: 'reset', weight: 6, lane: 'line', run: ({ site }) => at(() => site.relay.reset()) },
  { name: 'closed', weight: 3, lane: 'line', run: ({ site }) => at(() => site.relay.close()) },
  { name: 'half packet', weight: 6, lane: 'line', run: halfPacket },
  { name: 'stalled', weight: 5, lane: 'line', run: stalled },
  { name: 'swallowed, then reset', weight: 3, lane: 'line', run: swallowed },
  { name: 'refused', weight: 4, lane: 'line', run: refused },
  { name: 'gone for a minute', weight: 1, lane: 'line', run: goneForAMinute },
  { name: 'killed by the server', weight: 6, lane: 'server', run: killedByServer },
  {
    name: 'server stopped',
    weight: 1,
    lane: 'server',
    run: ({ stage: { server } }) => again(server, () => server.stop()),
  },
  {
    name: 'server killed',
    weight: 1,
    lane: 'server',
    run: ({ stage: { server } }) => again(server, () => server.kill()),
  },
  { name: 'instance killed', weight: 3, lane: 'processes', run: instanceKilled },
  { name: 'instance restarted', weight: 2, lane: 'processes', run: instanceRestarted },
  { name: 'PM2 killed, then up', weight: 1, lane: 'processes', run: daemonKilled },
  { name: 'supervisor killed', weight: 1, lane: 'processes', run: supervisorKilled },
];

function at(what: () => void): Promise<void> {
  what();
  return Promise.resolve();
}

async function again(server: Stage['server'], end: () => Promise<void>): Promise<void> {
  await end();
  await server.start();
}

function halfPacket({ site, random }: Scene): Promise<void> {
  return at(() => site.relay.cutAfterBytes(1 + random.below(random.oneIn(3) ? 100_000 : 200)));
}

async function stalled(scene: Scene): Promise<void> {
  const { relay } = scene.site;
  relay.stall();
  await fewSeconds(scene);
  relay.flow();
}

async function swallowed(scene: Scene): Promise<void> {
  const { relay } = scene.site;
  relay.swallow('to-client', 'to-server');
  await fewSeconds(scene);
  relay.reset();
  relay.pass();
}

function refused(scene: Scene): Promise<void> {
  return goneFor(scene, () => fewSeconds(scene));
}

function goneForAMinute(scene: Scene): Promise<void> {
  return goneFor(scene, () => scene.pace.pause(60_000));
}

async function goneFor({ site: { relay } }: Scene, pause: () => Promise<void>): Promise<void> {
  relay.refuse();
  relay.reset();
  await pause();
  relay.accept();
}

async function killedByServer({ stage: { server }, site }: Scene): Promise<void> {
  for (const thread of await server.threadsOf(site.account.user)) {
    // It may have gone by itself.
    await server.query('KILL ?', [thread]).catch(() => undefined);
  }
}

async function instanceKilled({ stage, site }: Scene): Promise<void> {
  const { pid } = await stage.serves(site.user);
  await interrupt(
    site,
    () => process.kill(pid, 'SIGKILL'),
    () => stage.serves(site.user, pid),
  );
}

async function instanceRestarted({ stage, site }: Scene): Promise<void> {
  const { pid } = await stage.serves(site.user);
  await interrupt(
    site,
    () => command(stage, 'restart', site.user),
    () => stage.serves(site.user, pid),
  );
}

async function daemonKilled({ stage }: Scene): Promise<void> {
  await stage.fleet.killDaemon();
  await command(stage, 'up');
}

async function supervisorKilled({ stage: { fleet } }: Scene): Promise<void> {
  const { pid } = (await fleet.status()).supervisor;
  if (pid !== null) process.kill(pid, 'SIGKILL');
  await until(
    'the supervisor is back',
    async () => {
      const { supervisor } = await fleet.status();
      return supervisor.running && supervisor.pid !== pid;
    },
    60_000,
  );
}

async function command({ fleet }: Stage, ...args: string[]): Promise<void> {
  const { code, stderr } = await fleet.run(...args);
  if (code !== 0) throw new Error(`chronos-fleet ${args.join(' ')} ended with ${code}: ${stderr}`);
}

/** Begins a fault at a random site each time that `every` operations were done; resolves when the last one is over. */
export async function injectFaults(
  stage: Stage,
  every: number,
  random: Random,
  pace: Pace,
  journal: Journal,
): Promise<void> {
  const draw = drawer(random);
  const busy = new Map<string, Promise<void>>();
  for (let next = every; ; next += every) {
    await pace.reached(next);
    if (pace.over) break;
    const fault = draw();
    const site = random.pick(stage.sites);
    const lane = fault.lane === 'line' ? site.user : fault.lane;
    if (busy.has(lane)) continue;
    const running = inject(fault, { stage, site, random, pace }, journal);
    busy.set(lane, running);
    void running.finally(() => busy.delete(lane));
  }
  await Promise.all(busy.values());
}

async function inject(fault: Fault, scene: Scene, journal: Journal): Promise<void> {
  // What ends processes, servers or PM2 may be felt by anybody.
  const { user } =
    fault.name.startsWith('server') || fault.name.startsWith('PM2') ? { user: 'fleet' } : scene.site;
  journal.count(scene.site.user, `fault ${fault.name}`);
  journal.note(user, `fault: ${fault.name}`);
  try {
    await fault.run(scene);
    journal.note(user, `over: ${fault.name}`);
  } catch (error) {
    journal.fail(user, `${fault.name}: ${(error as Error).message}`);
  }
}

/** Draws faults by their weights, each of them before any comes again as often. */
function drawer(random: Random): () => Fault {
  const all = faults.flatMap((fault) => Array.from({ length: fault.weight }, () => fault));
  let left: Fault[] = [];
  return () => {
    if (left.length === 0) left = [...all];
    const fault = random.pick(left);
    left.splice(left.indexOf(fault), 1);
    return fault;
  };
}
