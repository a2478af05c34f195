// Runs a script: directly, or through one port, where the order is chosen so that nobody waits for somebody who waits.
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { randomOf, type Random } from '../sql/random.js';
import { settingsFor } from '../support/settings.js';
import { startInstance, type TestInstance } from '../support/instance.js';
import type { TestServer } from '../support/mariadb.js';
import { until } from '../support/until.js';
import { rmSync } from 'node:fs';
import { ScriptClient, type Door } from './client.js';
import { startOccupant } from './occupant.js';
import { reset, type Fixture } from './fixture.js';
import { generateLogin, generateRelease, generateStep } from './generator.js';
import type { Script, ScriptLine, Step } from './step.js';

/** Where scripts run: the real server, and what the instance is to take for it. */
export interface Stage {
  readonly server: TestServer;
  readonly fixture: Fixture;
  /** The server itself, or a relay before it. */
  readonly backend: { readonly host: string; readonly port: number };
  /** How many connections the instance has. */
  readonly poolSize: number;
}

/** Replies by step; `stuck` is the step that got none. */
export interface Run {
  readonly script: Script;
  readonly replies: readonly (readonly string[])[];
  readonly stuck: string | null;
  /** For each step, what its session held the backend for afterwards; empty when it let others run. */
  readonly holds: readonly string[];
  /** Index of the step at which the instance gave up what some session had; Infinity for never. */
  readonly lossAt: number;
}

/** A session, and what it keeps the others waiting for. */
interface Hold {
  readonly session: number;
  readonly reasons: string;
}

/** A step that takes longer waits for something that will not come. */
const STEP_DEADLINE_MS = 4_000;

/** Who takes the next step, and which; null at the end. `mayCut`: nobody would miss what the backend connection has. */
type Next = (holder: number | null, mayCut: boolean) => ScriptLine | null;

/** Runs the script on connections of their own. */
export async function runDirectly(stage: Stage, script: Script): Promise<Run> {
  await reset(stage.server, stage.fixture);
  const { server, fixture } = stage;
  const door: Door = {
    port: server.port,
    closed: ({ greeting }) =>
      until('the server has closed a connection', async () => {
        return !(await server.threadsOf(fixture.account.user)).includes(greeting.threadId);
      }).then(() => undefined),
    cut: () => Promise.resolve(),
  };
  return await play(door, stage, script, inOrder(script), unwatched);
}

/** Runs the script through one port. Where a session holds the backend and the script lets another run, it gets stuck. */
export function runThroughPort(stage: Stage, script: Script): Promise<Run> {
  return throughPort(stage, script, inOrder(script));
}

/** What scripts are made up of. */
export interface Make {
  /** Steps of a script. */
  readonly length: number;
  /** Whether the backend connection is lost now and then, while nobody holds it. */
  readonly cuts: boolean;
}

/** Makes up a script while it runs through one port: who holds the backend goes on until it lets go. */
export function improvise(stage: Stage, seed: number, make: Make): Promise<Run> {
  const random = randomOf(seed);
  const logins = random.list(2, 5, () => generateLogin(random));
  const occupies = stage.poolSize > 1;
  return throughPort(stage, { logins, lines: [] }, improvised(random, logins.length, { ...make, occupies }));
}

async function throughPort(stage: Stage, script: Script, next: Next): Promise<Run> {
  await reset(stage.server, stage.fixture);
  const settings = await settingsFor(stage.backend, stage.fixture.account, {
    pinTimeoutMs: 60_000,
    backend: { poolSize: stage.poolSize },
  });
  const instance = await startInstance(settings);
  await instance.event('backend-connected');
  try {
    const door: Door = {
      port: instance.port,
      closed: () => Promise.resolve(),
      cut: () => loseBackend(instance, stage),
    };
    const occupant =
      stage.poolSize > 1 ? await startOccupant(instance, stage.server, stage.fixture.account) : null;
    const run = await play(door, stage, script, next, {
      during: (id, step) => occupant?.during(id, step) ?? step(),
      hold: () => holdOf(instance),
      mayCut: () => isRestorable(instance),
      hasLost: () => instance.events.some(({ type }) => type === 'state-lost'),
    });
    await occupant?.quit();
    return run;
  } finally {
    await instance.destroy();
    rmSync(settings.folder, { recursive: true, force: true });
  }
}

/** What is seen of whoever runs the script. */
interface Watch {
  /** Takes a step of the session while a connection of the pool is busy. */
  readonly during: <T>(id: number, step: () => Promise<T>) => Promise<T>;
  /** Who holds the backend. */
  readonly hold: () => Promise<Hold | null>;
  /** Whether what sessions have on the backend connection comes back after its loss. */
  readonly mayCut: () => boolean;
  /** Whether anything of any session was given up. */
  readonly hasLost: () => boolean;
}

const unwatched: Watch = {
  during: (_, step) => step(),
  hold: () => Promise.resolve(null),
  mayCut: () => false,
  hasLost: () => false,
};

/** Whether what sessions have on the connection comes back after its loss. */
function isRestorable(instance: TestInstance): boolean {
  return instance
    .status()
    .backend.every(({ atStake }) => (atStake?.temporaryTables ?? 0) + (atStake?.namedLocks ?? 0) === 0);
}

/**
 * The server ends the instance's connection, as it does when it stops, once the instance has asked for all that it can ask
 * for; resolves when there is another.
 */
async function loseBackend(instance: TestInstance, { server, fixture }: Stage): Promise<void> {
  await until('variables are known', () =>
    instance.status().backend.every(({ atStake }) => atStake?.variables === 0),
  );
  const before = instance.events.length;
  for (const thread of await server.threadsOf(fixture.account.user)) await server.kill(thread);
  await instance.event('backend-connected', () => true, before);
}

function inOrder({ lines }: Script): Next {
  let at = 0;
  return () => lines[at++] ?? null;
}

/** How long a session may keep the others waiting before it is made to let go. */
const LONGEST_HOLD = 8;

/** One step of so many is the loss of the backend, where there are such. */
const STEPS_A_CUT = 8;

function improvised(
  random: Random,
  sessions: number,
  { length, cuts, occupies }: Make & { readonly occupies: boolean },
): Next {
  let left = length;
  let held = 0;
  return (holder, mayCut) => {
    if (left-- <= 0) return null;
    held = holder === null ? 0 : held + 1;
    const session = holder ?? random.below(sessions);
    if (cuts && mayCut && holder === null && random.oneIn(STEPS_A_CUT))
      return { session, step: { do: 'cut' } };
    const step = held > LONGEST_HOLD ? generateRelease(random) : generateStep(random);
    const occupied = occupies && holder === null && random.oneIn(2);
    return occupied ? { session, step, occupied } : { session, step };
  };
}

async function play(
  door: Door,
  { fixture }: Stage,
  script: Script,
  next: Next,
  { during, hold, mayCut, hasLost }: Watch,
): Promise<Run> {
  const clients: ScriptClient[] = [];
  for (const login of script.logins) clients.push(await ScriptClient.open(door, fixture, login));
  const lines: ScriptLine[] = [];
  const replies: (readonly string[])[] = [];
  const holds: string[] = [];
  let holder: number | null = null;
  let stuck: string | null = null;
  let lossAt = Infinity;
  for (let line = next(holder, mayCut()); line !== null; line = next(holder, mayCut())) {
    const client = clients[line.session];
    if (client === undefined) throw new RangeError(`no session ${line.session}`);
    lines.push(line);
    stuck = holder === null || holder === line.session ? null : 'blocked';
    const take = (): Promise<readonly string[] | string> => withinDeadline(client, line.step);
    const reply = stuck ?? (await (line.occupied === true ? during(client.id, take) : take()));
    if (typeof reply === 'string') {
      stuck = reply;
      break;
    }
    replies.push(reply);
    const held = await hold().catch((error: unknown) => String(error));
    if (typeof held === 'string') {
      stuck = held;
      break;
    }
    holder = held === null ? null : indexOrNull(clients.findIndex(({ id }) => id === held.session));
    holds.push(held?.reasons ?? '');
    if (hasLost()) lossAt = Math.min(lossAt, lines.length - 1);
  }
  if (stuck === null) for (const client of clients) await client.quit();
  else for (const client of clients) client.cut();
  return { script: { logins: script.logins, lines }, replies, stuck, holds, lossAt };
}

function indexOrNull(index: number): number | null {
  return index < 0 ? null : index;
}

/** The reply, or in words why there is none. */
async function withinDeadline(client: ScriptClient, step: Step): Promise<readonly string[] | string> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no reply'), STEP_DEADLINE_MS);
  });
  try {
    return await Promise.race([client.take(step), deadline]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Who holds the backend, once nobody has a turn any more; null for nobody. */
function holdOf(instance: TestInstance): Promise<Hold | null> {
  return until(
    'the turn is over',
    async () => {
      // The reply is there before the turn is over.
      await turnOfTheLoop();
      const { backend } = instance.status();
      if (backend.some(({ running, state }) => running !== undefined || state !== 'idle')) return false;
      const pinnedBy = backend.find((connection) => connection.pinnedBy !== undefined)?.pinnedBy;
      return { held: pinnedBy && { session: pinnedBy.session, reasons: pinnedBy.reasons.join(', ') } };
    },
    STEP_DEADLINE_MS,
  ).then(({ held }) => held ?? null);
}
