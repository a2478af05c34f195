// Every way to cancel, in every state of the victim, under each setting of `cancel`: the victim, and nobody else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CancelMode } from '../../src/config/types.js';
import { closedGate, type Gate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, errorOf, readReply, type RawClient } from '../support/raw-client.js';
import type { RawPacket } from '../support/raw-packets.js';
import { int4 } from '../support/transcript.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
const MB = 1024 * 1024;

interface Scene {
  readonly account: Account;
  readonly instance: TestInstance;
  readonly gate: Gate;
  readonly victim: RawClient;
  readonly killer: RawClient;
  /** Wants something of the backend all the while. */
  readonly bystander: RawClient;
  /** Has what the victim waits for, where it waits. */
  readonly blocker: RawClient;
}

type Reply = Promise<readonly RawPacket[]>;

interface VictimState {
  readonly name: string;
  /** Brings the victim there. The reply that it waits for; none for an idle one. */
  readonly enter: (scene: Scene) => Promise<{ readonly reply?: Reply }>;
  /** What it is answered with when its statement alone is cancelled; null where it had none. */
  readonly errno: number | null;
  /** The victim keeps the others waiting until it lets go by itself. */
  readonly isHeld?: boolean;
  /** Its statement must never have reached the server. */
  readonly neverSent?: boolean;
}

const idOf = (client: RawClient): number => client.greeting.threadId;
const marker = "SELECT 'of the victim'";
const ownAgain = "SELECT 'of the victim again'";

/** Sends a statement; the reply may never come. */
function ask(client: RawClient, sql: string): { readonly reply: Reply } {
  const reply = client.query(sql);
  reply.catch(() => undefined);
  return { reply };
}

const inState = ({ instance, victim }: Scene, state: string): Promise<unknown> =>
  until(`the victim is ${state}`, () =>
    instance.status().sessions.some((session) => session.id === idOf(victim) && session.state === state),
  );

const states: readonly VictimState[] = [
  { name: 'idle', enter: () => Promise.resolve({}), errno: null },
  {
    name: 'queued',
    neverSent: true,
    errno: 1317,
    async enter(scene) {
      ask(scene.blocker, scene.gate.read);
      await scene.gate.blocked();
      const answer = ask(scene.victim, marker);
      await inState(scene, 'waiting');
      return answer;
    },
  },
  {
    name: 'running a read',
    errno: 1317,
    async enter({ victim, gate }) {
      const answer = ask(victim, gate.read);
      await gate.blocked();
      return answer;
    },
  },
  {
    name: 'running a write',
    errno: 1317,
    async enter({ victim, gate }) {
      const answer = ask(victim, gate.write);
      await gate.blocked();
      return answer;
    },
  },
  {
    name: 'idle in a transaction',
    isHeld: true,
    errno: null,
    async enter({ victim }) {
      await victim.query('BEGIN');
      await victim.query("INSERT INTO t VALUES ('of the transaction')");
      return {};
    },
  },
  {
    name: 'running in a transaction',
    isHeld: true,
    errno: 1317,
    async enter({ victim, gate }) {
      await victim.query('BEGIN');
      await victim.query("INSERT INTO t VALUES ('of the transaction')");
      const answer = ask(victim, gate.read);
      await gate.blocked();
      return answer;
    },
  },
  {
    name: 'idle with locked tables',
    isHeld: true,
    errno: null,
    async enter({ victim }) {
      await victim.query('LOCK TABLES t WRITE');
      return {};
    },
  },
  {
    name: 'waiting for a named lock',
    errno: 1317,
    async enter({ instance, account, victim, blocker }) {
      const lock = `'${account.schema}.lock'`;
      await blocker.query(`SELECT GET_LOCK(${lock}, 0)`);
      const after = instance.events.length;
      const answer = ask(victim, `SELECT GET_LOCK(${lock}, 100)`);
      await instance.event('command-started', ({ session }) => session === idOf(victim), after);
      return answer;
    },
  },
  {
    name: 'slow to take its reply',
    errno: 1317,
    async enter({ instance, account, victim }) {
      victim.packets.socket.pause();
      const sql = `SELECT REPEAT('x', 10000) FROM ${account.schema}.seq_1_to_3000`;
      victim.packets.send(Buffer.concat([Buffer.from([command.QUERY]), Buffer.from(sql)]));
      await instance.event('command-finished', ({ session }) => session === idOf(victim));
      const reply = (async () => {
        await instance.event('cancelled');
        victim.packets.socket.resume();
        return await readReply(victim.packets, 'results');
      })();
      reply.catch(() => undefined);
      return { reply };
    },
  },
];

const ways: readonly (readonly [name: string, cancel: (scene: Scene) => Promise<unknown>])[] = [
  ['KILL QUERY', ({ killer, victim }) => killer.query(`KILL QUERY ${idOf(victim)}`)],
  ['KILL', ({ killer, victim }) => killer.query(`KILL ${idOf(victim)}`)],
  ['COM_PROCESS_KILL', ({ killer, victim }) => killer.command(command.PROCESS_KILL, int4(idOf(victim)))],
  [
    'a dropped connection',
    ({ victim }) => {
      victim.reset();
      return Promise.resolve();
    },
  ],
];

const modes: readonly CancelMode[] = ['drain', 'reconnect', 'side_connection'];
const cases = ways.flatMap(([way, cancel]) => states.map((state) => ({ way, cancel, state })));

describe.each(modes)('cancel: %s', (mode) => {
  let scene: Scene;

  beforeEach(async () => {
    const isAside = mode === 'side_connection';
    const account = await server.createAccount({ maxUserConnections: isAside ? 2 : 1 });
    await server.query(`CREATE TABLE ${account.schema}.t (what VARCHAR(40)) ENGINE=InnoDB`);
    const gate = await closedGate(server, account);
    const instance = await instances.start(server, account, { cancel: mode, resultBufferBytes: 2 * MB });
    const open = (): Promise<RawClient> => instance.login({ schema: account.schema });
    const [victim, killer, bystander, blocker] = [await open(), await open(), await open(), await open()];
    scene = { account, instance, gate, victim, killer, bystander, blocker };
  });
  afterEach(() => scene.gate.open());

  it.each(cases)('$way of a session that is $state.name', async ({ way, cancel, state }) => {
    const { instance, victim, bystander, gate, account } = scene;
    const { reply } = await state.enter(scene);
    const answer = bystander.rows("SELECT 'of the bystander'");
    await cancel(scene);
    if (way === 'KILL QUERY') {
      const error = reply === undefined ? null : errorOf((await reply).slice(-1));
      expect(error?.errno ?? null).toBe(state.errno);
    } else {
      victim.packets.socket.resume();
      await victim.packets.closed;
    }
    await gate.open();
    if (way === 'KILL QUERY') await goesOn(mode, state, scene);
    expect(await answer).toEqual([['of the bystander']]);
    if (state.neverSent === true) expect(await server.statementsOf(account.user)).not.toContain(marker);
    await everythingIsLetGo(scene, way === 'KILL QUERY' ? 4 : 3);
    // What was only in the victim's transaction is gone with the victim, and was there to be rolled back or committed else.
    expect(await bystander.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
    expect(instance.events.filter(({ type }) => type === 'internal-error')).toEqual([]);
  });
});

/** The session whose statement was cancelled is as it was before, and lets go of what it holds. */
async function goesOn(mode: CancelMode, { isHeld, errno }: VictimState, { victim }: Scene): Promise<void> {
  const isLost = isHeld === true && errno !== null && mode === 'reconnect';
  // A cut connection takes the transaction with it.
  if (isLost) expect(await victim.failure(ownAgain)).toMatchObject({ errno: 1213 });
  else if (isHeld === true) await victim.query('ROLLBACK; UNLOCK TABLES');
  expect(await victim.rows(ownAgain)).toEqual([['of the victim again']]);
}

async function everythingIsLetGo({ instance, account }: Scene, sessions: number): Promise<void> {
  await until('one connection, idle, that nobody holds', async () => {
    const { backend, queue } = instance.status();
    const [first] = backend;
    const isFree = first?.state === 'idle' && first.running === undefined && first.pinnedBy === undefined;
    return isFree && queue.waiting === 0 && (await server.connectionsOf(account.user)) === 1;
  });
  expect(instance.status().sessions).toHaveLength(sessions);
  expect(instance.status().sessions.filter(({ state }) => state !== 'idle')).toEqual([]);
}
