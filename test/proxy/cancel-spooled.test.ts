// Cancelling a reply that its client is slow to take: what is kept of it is dropped, and the client is told where it stands.
import { describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, errorOf, readReply, type RawClient } from '../support/raw-client.js';
import type { RawPacket } from '../support/raw-packets.js';
import type { SettingsOverrides } from '../support/settings.js';
import { int4 } from '../support/transcript.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
const MB = 1024 * 1024;

interface Scene {
  readonly account: Account;
  readonly instance: TestInstance;
  readonly slow: RawClient;
  readonly other: RawClient;
}

async function scene(overrides?: SettingsOverrides): Promise<Scene> {
  const account = await server.createAccount({ maxUserConnections: 1 });
  const instance = await instances.start(server, account, { resultBufferBytes: 2 * MB, ...overrides });
  const [slow, other] = [await instance.login(), await instance.login()];
  return { account, instance, slow, other };
}

const idOf = (client: RawClient): number => client.greeting.threadId;

/** A reply of so many MB, of rows of `rowBytes`. */
const rowsOfMB = ({ schema }: Account, size: number, rowBytes = 10_000): string =>
  `SELECT REPEAT(CHAR(97 + seq % 26), ${rowBytes}) FROM ${schema}.seq_1_to_${Math.ceil((size * MB) / rowBytes)}`;

function send({ slow }: Scene, sql: string): void {
  slow.packets.socket.pause();
  slow.packets.send(Buffer.concat([Buffer.from([command.QUERY]), Buffer.from(sql)]));
}

const untaken = ({ instance, slow }: Scene): number => {
  const { memory, disk } = instance.status().sessions.find(({ id }) => id === idOf(slow))?.untaken ?? {
    memory: 0,
    disk: 0,
  };
  return memory + disk;
};

/** Sends the statement, takes nothing, and waits until the backend has sent all of the reply. */
async function spool(it: Scene, sql: string): Promise<void> {
  send(it, sql);
  await it.instance.event('command-finished', ({ session }) => session === idOf(it.slow));
  expect(untaken(it)).toBeGreaterThan(10 * MB);
}

async function take({ slow }: Scene): Promise<readonly RawPacket[]> {
  slow.packets.socket.resume();
  return await readReply(slow.packets, 'results');
}

/** The reply is one of whole rows, numbered without a gap, that ends with 1317. */
function expectInterrupted(reply: readonly RawPacket[], rowBytes = 10_000): void {
  const last = reply.at(-1);
  expect(last === undefined ? undefined : errorOf([last])).toMatchObject({ errno: 1317, sqlState: '70100' });
  expect(reply.map(({ sequence }) => sequence)).toEqual(reply.map((_, at) => (at + 1) & 0xff));
  const rows = reply.slice(3, -1);
  expect(rows.length).toBeGreaterThan(0);
  const head = rowBytes < 65_536 ? 3 : 4;
  expect(rows.every(({ payload }) => payload.length === rowBytes + head)).toBe(true);
}

describe('KILL QUERY of a reply that the backend has sent, and the client has not taken', () => {
  it('ends it with 1317 behind a row, gives memory and disk free, and the session goes on', async () => {
    const it = await scene();
    await spool(it, rowsOfMB(it.account, 60));
    await it.other.query(`KILL QUERY ${idOf(it.slow)}`);
    await until('nothing is kept', () => untaken(it) < MB);
    const reply = await take(it);
    expectInterrupted(reply);
    expect(reply.length).toBeLessThan((16 * MB) / 10_000);
    expect(untaken(it)).toBe(0);
    expect(await it.slow.rows('SELECT 2')).toEqual([['2']]);
    expect(it.instance.status().counters).toMatchObject({ cancelled: 1, backendConnects: 1 });
  });

  it('ends one of rows that are longer than a packet of the socket', async () => {
    const it = await scene();
    await spool(it, rowsOfMB(it.account, 40, 1_000_000));
    await it.other.query(`KILL QUERY ${idOf(it.slow)}`);
    const reply = await take(it);
    expectInterrupted(reply, 1_000_000);
    expect(await it.slow.rows('SELECT 2')).toEqual([['2']]);
  });

  it('lets what the client sent ahead be answered behind it', async () => {
    const it = await scene();
    await spool(it, rowsOfMB(it.account, 40));
    it.slow.packets.send(Buffer.from('\x03SELECT 7'));
    await it.other.query(`KILL QUERY ${idOf(it.slow)}`);
    expectInterrupted(await take(it));
    const next = await readReply(it.slow.packets, 'results');
    expect(next.at(-2)?.payload.toString('utf8', 1)).toBe('7');
  });

  it('does nothing more when it comes twice', async () => {
    const it = await scene();
    await spool(it, rowsOfMB(it.account, 40));
    await it.other.query(`KILL QUERY ${idOf(it.slow)}`);
    await it.other.query(`KILL QUERY ${idOf(it.slow)}`);
    expectInterrupted(await take(it));
    expect(await it.slow.rows('SELECT 2')).toEqual([['2']]);
  });

  it('leaves a reply alone of which nothing is kept any more', async () => {
    const it = await scene();
    expect(await it.slow.rows('SELECT 1')).toEqual([['1']]);
    await it.other.query(`KILL QUERY ${idOf(it.slow)}`);
    expect(await it.slow.rows('SELECT 2')).toEqual([['2']]);
    expect(it.instance.status().counters.cancelled).toBe(0);
  });
});

describe('KILL QUERY of a reply that holds the backend up, because no more of it can be kept', () => {
  it('ends it with 1317, and the others go on at once', async () => {
    const it = await scene({ spoolLimitBytes: 4 * MB });
    send(it, rowsOfMB(it.account, 60));
    await until('it is kept', () => untaken(it) > 5 * MB);
    const answer = it.other.rows('SELECT 3');
    const killer = await it.instance.login();
    await until('the other waits', () => it.instance.status().queue.waiting === 1);
    await killer.query(`KILL QUERY ${idOf(it.slow)}`);
    expect(await answer).toEqual([['3']]);
    await until('nothing is kept', () => untaken(it) < MB);
    expectInterrupted(await take(it));
    expect(await it.slow.rows('SELECT 2')).toEqual([['2']]);
  });
});

describe.each([
  ['KILL', (client: RawClient, id: number) => client.query(`KILL ${id}`)],
  ['COM_PROCESS_KILL', (client: RawClient, id: number) => client.command(command.PROCESS_KILL, int4(id))],
])('%s of a session that has yet to take its reply', (_, kill) => {
  it('ends its connection and gives everything free', async () => {
    const it = await scene();
    await spool(it, rowsOfMB(it.account, 40));
    await kill(it.other, idOf(it.slow));
    await it.instance.event('session-closed', ({ session }) => session === idOf(it.slow));
    it.slow.packets.socket.resume();
    await it.slow.packets.closed;
    expect(await it.other.rows('SELECT 1')).toEqual([['1']]);
    expect(it.instance.status().sessions).toHaveLength(1);
  });
});

describe('a client that leaves without taking its reply', () => {
  it('leaves nothing, and nobody else is touched', async () => {
    const it = await scene();
    await spool(it, rowsOfMB(it.account, 40));
    it.slow.reset();
    await it.instance.event('session-closed', ({ session }) => session === idOf(it.slow));
    expect(await it.other.rows('SELECT 1')).toEqual([['1']]);
    expect(it.instance.status().counters.backendConnects).toBe(1);
  });
});
