// What a client that has logged in can make an instance keep, and what it is told past that.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closedGate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { startMariadb, type Account, type TestServer } from '../support/mariadb.js';
import { command, errorOf, readReply, type RawClient } from '../support/raw-client.js';
import type { RawPacket } from '../support/raw-packets.js';
import { executeBody, statementId, textParameters } from '../support/transcript.js';
import { until } from '../support/until.js';

/** Its own: the prepared statements on a server are counted for all accounts together. */
let server: TestServer & { destroy(): Promise<void> };
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let client: RawClient;
let witness: RawClient;

const MB = 1024 * 1024;
const preparedOnServer = async (): Promise<number> =>
  Number((await server.query("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'"))[0]?.Value);

beforeAll(async () => {
  server = await startMariadb({ generalLog: false });
});
afterAll(() => server.destroy());

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1 });
  instance = await instances.start(server, account);
  client = await instance.login();
  witness = await instance.login();
});

const prepare = (sql: string): Promise<readonly RawPacket[]> =>
  client.command(command.STMT_PREPARE, Buffer.from(sql));

describe('prepared statements that are never closed', () => {
  it('are refused past 4,096 of a session, however often it tries, and all are freed at its end', async () => {
    const before = await preparedOnServer();
    const attempts = 100_000;
    const ask = Buffer.concat([Buffer.from([9, 0, 0, 0]), Buffer.from('\x16SELECT 1')]);
    const { packets } = client;
    let refused = 0;
    for (let sent = 0; sent < attempts; sent += 100) {
      packets.socket.write(Buffer.concat(Array.from({ length: 100 }, () => ask)));
      for (let i = 0; i < 100; i++) {
        const error = errorOf(await readReply(packets, 'prepare'));
        if (error === undefined) continue;
        refused++;
        expect(error).toMatchObject({ errno: 1461, message: expect.stringContaining('4096') as string });
      }
    }
    expect(refused).toBe(attempts - 4096);
    expect((await preparedOnServer()) - before).toBe(4096);
    expect(await witness.rows('SELECT 1')).toEqual([['1']]);
    client.reset();
    await instance.event('session-closed');
    await witness.rows('SELECT 2');
    await until('all are closed on the server', async () => (await preparedOnServer()) === before);
  }, 60_000);

  it('are refused past 16 MB of text of a session, text statements as well', async () => {
    const long = `SELECT '${'x'.repeat(9 * MB)}'`;
    for (let i = 0; i < 2; i++) expect(errorOf(await prepare(long))).toBeUndefined();
    // A longer text statement is not kept here: it keeps the connection.
    const shorter = `SELECT '${'x'.repeat(MB / 5)}'`;
    for (let i = 0; i < 5 * 16; i++)
      expect(errorOf(await client.query(`PREPARE a${i} FROM ${JSON.stringify(shorter)}`))).toBeUndefined();
    for (const reply of [await prepare('SELECT 1'), await client.query("PREPARE c FROM 'SELECT 1'")]) {
      expect(reply.at(-1)?.payload.readUInt16LE(1)).toBe(1461);
      expect(reply.at(-1)?.payload.toString()).toContain(`${16 * MB} is the limit`);
    }
    await client.query('DEALLOCATE PREPARE a0');
    expect(errorOf(await client.query("PREPARE c FROM 'SELECT 1'"))).toBeUndefined();
    expect(await witness.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('long data', () => {
  it('past max_allowed_packet is dropped and its execution refused, and no other statement’s', async () => {
    const ids = [
      statementId(await prepare('SELECT LENGTH(?)')),
      statementId(await prepare('SELECT LENGTH(?)')),
    ];
    const piece = Buffer.alloc(10 * MB, 0x61);
    const parameters = textParameters([{ long: true }]);
    const [first = Buffer.alloc(4), second = Buffer.alloc(4)] = ids;
    for (const id of [
      ...Array.from({ length: 3 }, () => first),
      ...Array.from({ length: 7 }, () => second),
    ]) {
      await client.command(command.STMT_SEND_LONG_DATA, Buffer.concat([id, Buffer.from([0, 0]), piece]));
    }
    const refused = await client.command(command.STMT_EXECUTE, executeBody(second, 0, parameters));
    expect(errorOf(refused)?.message).toContain('max_allowed_packet');
    const served = await client.command(command.STMT_EXECUTE, executeBody(first, 0, parameters));
    expect(served.at(-2)?.payload.readUInt32LE(2)).toBe(3 * piece.length);
    expect(await witness.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('commands sent ahead', () => {
  it('behind a running statement are taken in up to 256, and all served when it ends', async () => {
    const gate = await closedGate(server, account);
    const running = client.query(gate.read);
    await gate.blocked(1);
    const pings = 200_000;
    const { packets } = client;
    packets.socket.write(Buffer.concat(Array.from({ length: pings }, () => Buffer.from([1, 0, 0, 0, 0x0e]))));
    const before = instance.status().counters.bytesIn;
    const taken = (): number => instance.status().counters.bytesIn - before;
    await until('the instance has taken so many in', () => taken() >= 256 * 5);
    for (let i = 0; i < 100; i++) await witness.command(command.PING);
    expect(taken()).toBeLessThan(256 * 1024);
    await gate.open();
    await running;
    for (let i = 0; i < pings; i++) {
      const { payload } = await packets.next();
      if (payload[0] !== 0) throw new Error(`ping ${i} was answered with ${payload.toString('hex')}`);
    }
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('the name that a client gives its program', () => {
  it('is cut, for the status document has it of every session', async () => {
    const named = await instance.login({ attributes: { program_name: 'x'.repeat(60_000) } });
    const session = instance.status().sessions.find(({ id }) => id === named.greeting.threadId);
    expect(session?.clientProgram).toBe('x'.repeat(128));
  });
});
