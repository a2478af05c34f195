// What a port costs: the same statements directly, through an instance and through HAProxy, in one run.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startMariadb, type Account } from '../test/support/mariadb.js';
import { startInstanceProcess, type InstanceProcess } from '../test/support/instance-process.js';
import { direct, startHaproxy, type Door } from './doors.js';
import { line, runRound, type Load, type Round } from './measure.js';

/** Odd, so that there is a middle one. */
const rounds = 7;

let server: Awaited<ReturnType<typeof startMariadb>>;
let account: Account;
let instance: InstanceProcess;
let haproxy: Door | undefined;

beforeAll(async () => {
  server = await startMariadb({ generalLog: false });
  account = await server.createAccount();
  instance = await startInstanceProcess(server, account);
  haproxy = await startHaproxy(server);
});

afterAll(async () => {
  await haproxy?.stop();
  await instance.stop();
  await server.destroy();
});

/** Measures all doors in turns, so that what else the machine does falls on each alike, and prints a table. */
async function compare(title: string, load: Load, doors: readonly (Door | undefined)[]): Promise<void> {
  const present = doors.filter((door) => door !== undefined);
  const results = new Map<Door, Round[]>(present.map((door) => [door, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [door, times] of results) times.push(await runRound(door.port, account, load));
  }
  const base = [...results.values()][0] ?? [];
  const lines = [...results].map(([door, times]) => line(door.name, times, base));
  console.log([`\n${title}`, ...lines].join('\n'));
}

describe('a port', () => {
  it('starts', () => {
    const memory = instance.memory();
    const idle =
      memory === undefined
        ? ''
        : `, idle memory ${memory.rss.toFixed(1)} MB resident, ${memory.own.toFixed(1)} MB of its own`;
    console.log(
      `\nInstance: ready after ${instance.readyMs.toFixed(0)} ms, first greeting after ${instance.greetingMs.toFixed(0)} ms${idle}`,
    );
  });

  it('answers SELECT 1', () =>
    compare('SELECT 1, one session', { sql: 'SELECT 1', sessions: 1, statements: 5_000, ms: 1_000 }, [
      direct(server),
      instance,
      haproxy,
    ]));

  it('passes long results on', () =>
    compare(
      '10,000 rows, one session',
      {
        sql: `SELECT seq, 'a text of some length' FROM ${account.schema}.seq_1_to_10000`,
        sessions: 1,
        statements: 100,
        ms: 1_000,
      },
      [direct(server), instance, haproxy],
    ));

  it('serves sixteen sessions at once', async () => {
    // HAProxy lets one of them in and keeps the others waiting until it leaves.
    const load = { sql: 'SELECT 1', sessions: 16, statements: 1_000, ms: 1_000 };
    await compare('SELECT 1, 16 sessions (directly: 16 connections)', load, [direct(server), instance]);
  });

  it('has not grown', () => {
    const memory = instance.memory();
    if (memory !== undefined) console.log(`\nInstance: ${memory.rss.toFixed(1)} MB resident after all this`);
  });
});
