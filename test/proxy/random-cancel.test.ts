// Cancels at random moments: each reply belongs to its question, nothing that was acknowledged is lost or done twice, and nothing is left.
import { describe, expect, it } from 'vitest';
import type { CancelMode } from '../../src/config/types.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, type RawClient } from '../support/raw-client.js';
import { readError, readRow, type RawPacket } from '../support/raw-packets.js';
import { executeBody, int4, statementId } from '../support/transcript.js';
import { until } from '../support/until.js';
import { randomOf, type Random } from '../sql/random.js';

const server = useMariadb();
const instances = useInstances();

/** What a session may be told instead of its answer: it was cancelled, or lost what was on a renewed connection. */
const expected = new Set([1317, 1213, 2013]);

/** What became of the rows that were to be written, by tag. */
interface Ledger {
  readonly acknowledged: Set<string>;
  readonly open: Set<string>;
}

interface Scene {
  readonly instance: TestInstance;
  readonly account: Account;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly isOver: () => boolean;
}

/** One who asks, as long as the others cancel; logs in again when its connection was ended. */
class Worker {
  private number = 0;
  client: RawClient | null = null;

  constructor(
    private readonly name: string,
    private readonly scene: Scene,
  ) {}

  async run(): Promise<void> {
    while (!this.scene.isOver()) {
      const client = await this.scene.instance.login({ schema: this.scene.account.schema });
      this.client = client;
      try {
        while (!this.scene.isOver()) await this.ask(client, `${this.name}-${++this.number}`);
        return;
      } catch (error) {
        if (!(error instanceof Error) || !/closed|ECONNRESET|EPIPE/.test(error.message)) throw error;
      }
    }
  }

  private ask(client: RawClient, tag: string): Promise<unknown> {
    switch (this.scene.random.below(6)) {
      case 0:
        return this.read(client, tag, `SELECT '${tag}', SLEEP(0.01)`);
      case 1:
        return this.read(client, tag, `SELECT '${tag}', REPEAT('x', 5000) FROM seq_1_to_400`);
      case 2:
        return this.prepared(client, tag);
      case 3:
        return this.transaction(client, tag);
      case 4:
        return this.write(client, tag);
      default:
        return this.read(client, tag, `SELECT '${tag}' FROM t LIMIT 3`);
    }
  }

  private async read(client: RawClient, tag: string, sql: string): Promise<void> {
    expectTagged(await client.query(sql), tag, 0);
  }

  private async prepared(client: RawClient, tag: string): Promise<void> {
    const text = Buffer.from(`SELECT '${tag}', REPEAT('x', 2000) FROM seq_1_to_50`);
    const reply = await client.command(command.STMT_PREPARE, text);
    if (failureOf(reply) !== null) return;
    const id = statementId(reply);
    // A binary row: a zero, a byte of NULL bits, then the text with its length.
    expectTagged(await client.command(command.STMT_EXECUTE, executeBody(id)), tag, 2);
    await client.command(command.STMT_CLOSE, id);
  }

  private async write(client: RawClient, tag: string): Promise<void> {
    const { acknowledged, open } = this.scene.ledger;
    open.add(tag);
    if (failureOf(await client.query(`INSERT INTO t VALUES ('${tag}')`)) === null) acknowledged.add(tag);
  }

  private async transaction(client: RawClient, tag: string): Promise<void> {
    const { acknowledged, open } = this.scene.ledger;
    for (const sql of ['BEGIN', `INSERT INTO t VALUES ('${tag}')`, 'DO SLEEP(0.005)']) {
      if (failureOf(await client.query(sql)) === null) continue;
      // A rollback may be cancelled, too.
      while (failureOf(await client.query('ROLLBACK')) !== null);
      return;
    }
    open.add(tag);
    if (failureOf(await client.query('COMMIT')) === null) acknowledged.add(tag);
  }
}

/** The errno of an expected error that the reply ends with; null where it ended well. */
function failureOf(reply: readonly RawPacket[]): number | null {
  const last = reply.at(-1)?.payload ?? Buffer.alloc(0);
  if (last[0] !== 0xff) return null;
  const { errno, message } = readError(last) ?? { errno: 0, message: 'no error' };
  if (!expected.has(errno)) throw new Error(`unexpected: ${errno} ${message}`);
  return errno;
}

/** Every row of the reply begins with the tag. @param skip bytes of a row before its first value */
function expectTagged(reply: readonly RawPacket[], tag: string, skip: number): void {
  failureOf(reply);
  const firstEof = reply.findIndex(({ payload }) => payload[0] === 0xfe && payload.length < 9);
  if (firstEof < 0) return;
  for (const { payload } of reply.slice(firstEof + 1, -1)) {
    if (payload[0] === 0xfe && payload.length < 9) continue;
    const [value] = readRow(payload.subarray(skip, skip + 1 + tag.length));
    if (value !== tag) throw new Error(`a row of ${String(value)} in the reply to ${tag}`);
  }
}

/** A moment in the victim's life, by an event. */
async function moment({ instance, random }: Scene, victim: RawClient): Promise<void> {
  const id = victim.greeting.threadId;
  const after = instance.events.length;
  switch (random.below(5)) {
    case 0:
      return;
    case 1:
      await instance.event('command-started', ({ session }) => session === id, after);
      return;
    case 2:
      await instance.event('command-finished', ({ session }) => session === id, after);
      return;
    case 3:
      for (let chunks = random.below(12); chunks >= 0; chunks--)
        await new Promise<void>((resolve) => victim.packets.socket.once('data', () => resolve()));
      return;
    default:
      await until('it waits or is gone', () => {
        const { sessions } = instance.status();
        const found = sessions.find((session) => session.id === id);
        return found === undefined || found.state === 'waiting';
      });
  }
}

async function cancel({ random }: Scene, killer: RawClient, victim: RawClient): Promise<void> {
  const id = victim.greeting.threadId;
  const kind = random.below(20);
  if (kind === 0) victim.reset();
  else if (kind === 1) await killer.query(`KILL ${id}`);
  else if (kind === 2) await killer.command(command.PROCESS_KILL, int4(id));
  else if (kind < 8) {
    const statement = statementId(
      await killer.command(command.STMT_PREPARE, Buffer.from(`KILL QUERY ${id}`)),
    );
    await killer.command(command.STMT_EXECUTE, executeBody(statement));
    await killer.command(command.STMT_CLOSE, statement);
  } else await killer.query(`KILL QUERY ${id}`);
}

async function cancelAtRandom(scene: Scene, workers: readonly Worker[], count: number): Promise<void> {
  const killer = await scene.instance.login();
  for (let n = 0; n < count; n++) {
    const worker = scene.random.pick(workers);
    const victim = await until('it is logged in', () => worker.client);
    // What ends the victim meanwhile ends the wait for a moment of its life.
    await Promise.race([moment(scene, victim), victim.packets.closed]);
    await cancel(scene, killer, victim);
  }
}

/** Statements of the account that the server has prepared and nobody has closed. */
async function leaked(account: Account): Promise<number> {
  const commands = await server.commandsOf(account.user);
  const count = (wanted: string): number => commands.filter(({ type }) => type === wanted).length;
  return count('Prepare') - count('Close stmt');
}

async function scenario(cancelMode: CancelMode, count: number, seed: number): Promise<void> {
  const account = await server.createAccount({
    maxUserConnections: cancelMode === 'side_connection' ? 2 : 1,
  });
  await server.query(`CREATE TABLE ${account.schema}.t (tag VARCHAR(40)) ENGINE=InnoDB`);
  const instance = await instances.start(server, account, { cancel: cancelMode });
  const state = { isOver: false };
  const ledger: Ledger = { acknowledged: new Set(), open: new Set() };
  const scene = { instance, account, ledger, random: randomOf(seed), isOver: () => state.isOver };
  const workers = ['a', 'b', 'c', 'd'].map((name) => new Worker(name, scene));
  const asking = Promise.all(workers.map((worker) => worker.run()));
  await Promise.race([cancelAtRandom(scene, workers, count), asking]);
  state.isOver = true;
  await asking;

  for (const worker of workers) {
    const client = worker.client ?? (await instance.login());
    const clients = client.packets.socket.destroyed ? [] : [client];
    for (const one of clients) {
      while (failureOf(await one.query('ROLLBACK')) !== null);
      await until(
        'what it lost is told',
        async () => (await one.query("SELECT 'mine'")).at(-1)?.payload[0] === 0xfe,
      );
      expect(await one.rows("SELECT 'mine'")).toEqual([['mine']]);
    }
  }
  const found = await server.query(`SELECT tag, COUNT(*) AS n FROM ${account.schema}.t GROUP BY tag`);
  const tags = new Set(found.map(({ tag }) => String(tag)));
  expect(found.filter(({ n }) => Number(n) !== 1)).toEqual([]);
  expect([...ledger.acknowledged].filter((tag) => !tags.has(tag))).toEqual([]);
  expect([...tags].filter((tag) => !ledger.open.has(tag))).toEqual([]);
  expect(ledger.acknowledged.size).toBeGreaterThan(0);
  await until('one connection', async () => (await server.connectionsOf(account.user)) === 1);
  const { counters, sessions, queue, backend } = instance.status();
  expect(counters.cancelled).toBeGreaterThan(0);
  expect([queue.waiting, backend.map(({ state }) => state)]).toEqual([0, ['idle']]);
  expect(sessions.filter(({ state }) => state !== 'idle')).toEqual([]);
  if (cancelMode !== 'reconnect') expect(counters.backendConnects).toBe(1);
  // Only there is each preparation that the server was asked for one that it made.
  if (cancelMode === 'drain') expect(await leaked(account)).toBe(0);
  expect(instance.events.filter(({ type }) => type === 'internal-error')).toEqual([]);
}

const seed = Number(process.env.CANCEL_SEED ?? 1);

describe('cancels at random moments leave the instance right', () => {
  it.each([
    ['drain', 100],
    ['reconnect', 40],
    ['side_connection', 40],
  ] as const)(
    'with cancel: %s, %i of them',
    async (mode, count) => {
      await scenario(mode, count, seed);
    },
    60_000,
  );
});
