// Random faults under writing sessions, by seeds: what was acknowledged is there once, what was not is there once at most.
import { describe, expect, it } from 'vitest';
import { errorOf, rowsOf, type RawClient } from '../../support/raw-client.js';
import { randomOf, type Random } from '../../sql/random.js';
import { until } from '../../support/until.js';
import { useStage } from './stage.js';

const stage = useStage();

/** What a session was told of the row with this token. */
type Told = 'done' | 'maybe' | 'not';

const sessions = 6;
const writesEach = 40;

/** 2013 says maybe, 1213 not; anything else is no answer to a fault. */
function toldBy(errno: number | undefined): Told {
  if (errno === undefined) return 'done';
  if (errno === 2013) return 'maybe';
  expect(errno).toBe(1213);
  return 'not';
}

async function write(client: RawClient, token: string): Promise<Told> {
  return toldBy(errorOf(await client.query(`INSERT INTO ledger VALUES ('${token}')`))?.errno);
}

/** Two rows in a transaction; `not` where it was refused before its COMMIT, for then it is rolled back. */
async function writeTwo(client: RawClient, token: string): Promise<Told> {
  const begin = errorOf(await client.query('BEGIN'))?.errno;
  if (begin !== undefined) return 'not';
  for (const half of ['a', 'b']) {
    const errno = errorOf(await client.query(`INSERT INTO ledger VALUES ('${token}${half}')`))?.errno;
    if (errno === undefined) continue;
    expect([1213, 2013]).toContain(errno);
    // Whatever there was is gone; a ROLLBACK that is lost, too, changes nothing.
    expect([undefined, 2013]).toContain(errorOf(await client.query('ROLLBACK'))?.errno);
    return errno === 1213 ? 'not' : 'maybe';
  }
  return toldBy(errorOf(await client.query('COMMIT'))?.errno);
}

async function work(client: RawClient, name: string, random: Random, told: Map<string, Told>): Promise<void> {
  for (let i = 0; i < writesEach; i++) {
    const token = `${name}-${i}`;
    if (random.oneIn(3)) {
      const both = await writeTwo(client, token);
      told.set(`${token}a`, both).set(`${token}b`, both);
    } else {
      told.set(token, await write(client, token));
    }
    const reply = await client.query('SELECT @@time_zone');
    // A part of it may have been with the client.
    if (errorOf(reply) === undefined) expect(rowsOf(reply)).toEqual([[zoneOf(name)]]);
    else expect(errorOf(reply)?.errno).toBe(2013);
  }
}

const zoneOf = (name: string): string => `+0${name}:00`;

async function strike(random: Random): Promise<void> {
  const { relay } = stage;
  const strikes: (() => unknown)[] = [
    () => relay.reset(),
    () => relay.close(),
    () => relay.cutAfterBytes(random.below(60), random.pick(['reset', 'end'])),
    () => relay.cutAfterPackets(random.below(5), random.pick(['reset', 'end'])),
    () => relay.cutAfterPackets(random.below(3), Buffer.from([1, 0, 0, 99, 0])),
    async () => {
      relay.swallow(...random.pick([['to-server'], ['to-client'], ['to-server', 'to-client']] as const));
      for (let turn = random.below(50); turn > 0; turn--) await new Promise(setImmediate);
      relay.reset();
      relay.pass();
    },
    async () => {
      const [thread] = await stage.server.threadsOf(stage.account.user);
      if (thread !== undefined) await stage.server.query('KILL ?', [thread]).catch(() => undefined);
    },
  ];
  await random.pick(strikes)();
}

/** One fault after the other: the next some writes after the last was felt. @returns how many */
async function strikeUntil(
  isOver: () => boolean,
  random: Random,
  told: ReadonlyMap<string, Told>,
): Promise<number> {
  const { events } = stage.instance;
  for (let faults = 0; ; faults++) {
    const before = events.length;
    await strike(random);
    const isFelt = (): boolean => events.slice(before).some(({ type }) => type === 'backend-lost');
    const enough = told.size + 20;
    await until('the fault is felt, if it is one', () => isOver() || isFelt() || told.size > enough);
    const goal = told.size + random.below(8);
    await until('some writes later', () => isOver() || told.size > goal);
    if (isOver()) return faults;
  }
}

describe('writes under random faults', () => {
  it.each([1, 2, 3, 4])('with seed %i are neither lost when acknowledged nor run twice', async (seed) => {
    await stage.server.query(`CREATE TABLE ${stage.account.schema}.ledger (token VARCHAR(20)) ENGINE=InnoDB`);
    await stage.start({ readTimeoutMs: 1_000 });
    const told = new Map<string, Told>();
    const clients: RawClient[] = [];
    for (let i = 0; i < sessions; i++) {
      const client = await stage.instance.login({ schema: stage.account.schema });
      await client.query(`SET time_zone = '${zoneOf(String(i))}'`);
      clients.push(client);
    }
    const working = Promise.all(
      clients.map((client, i) => work(client, String(i), randomOf(seed * 100 + i), told)),
    );
    let isOver = false;
    const striking = strikeUntil(() => isOver, randomOf(seed), told);
    await working.finally(() => (isOver = true));
    expect(await striking).toBeGreaterThan(5);
    await expectAccounted(told);
  });
});

/** Holds the rows against what the sessions were told. */
async function expectAccounted(told: ReadonlyMap<string, Told>): Promise<void> {
  const { server, account, instance } = stage;
  const rows = await server.query(`SELECT token, COUNT(*) AS n FROM ${account.schema}.ledger GROUP BY token`);
  const found = new Map(rows.map(({ token, n }) => [String(token), Number(n)]));
  const allowed: Record<Told, readonly number[]> = { done: [1], maybe: [0, 1], not: [0] };
  const wrong = [...told].filter(([token, how]) => !allowed[how].includes(found.get(token) ?? 0));
  expect(wrong).toEqual([]);
  const halves = [...told.keys()].filter((token) => token.endsWith('a'));
  for (const token of halves) expect(found.get(`${token.slice(0, -1)}b`)).toBe(found.get(token));
  const types = instance.events.map(({ type }) => type);
  expect(types).not.toContain('session-closed');
  expect(types).not.toContain('internal-error');
  expect([...told.values()].filter((how) => how === 'done').length).toBeGreaterThan(sessions);
}
