// LOAD DATA LOCAL through the port: clients that send their file badly, and who else notices.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { startMariadb, useMariadb, type Account, type TestServer } from '../support/mariadb.js';
import { findProgram } from '../support/programs.js';
import { command, errorOf, type RawClient } from '../support/raw-client.js';
import { toPackets } from '../support/raw-packets.js';
import type { SettingsOverrides } from '../support/settings.js';

const shared = useMariadb();
const hasServer = findProgram('mariadbd', 'mysqld') !== undefined;
const instances = useInstances();
let server: TestServer;
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

beforeEach(() => useServer(shared));

async function start(overrides: SettingsOverrides = {}): Promise<void> {
  instance = await instances.start(server, account, overrides);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
}

/** Sends the statement and resolves when the server has asked for the file. */
async function begin(client: RawClient): Promise<void> {
  client.packets.send(Buffer.from("\x03LOAD DATA LOCAL INFILE 'f' INTO TABLE w"));
  expect((await client.packets.next()).payload[0]).toBe(0xfb);
}

async function useServer(of: TestServer): Promise<void> {
  server = of;
  account = await server.createAccount({ maxUserConnections: 1 });
  await server.query(`CREATE TABLE ${account.schema}.w (id INT) ENGINE=InnoDB`);
}

describe('a client that stops in the middle of its local file', () => {
  it('is ended with 1159 after stall_timeout, nothing of the file stays, and the others go on', async () => {
    await start({ stallTimeoutMs: 300 });
    await begin(one);
    one.packets.send(Buffer.from('1\n2\n'), 2);
    const waiting = two.rows('SELECT COUNT(*) FROM w');
    expect(errorOf([await one.packets.next()])).toMatchObject({ errno: 1159, sqlState: '08S01' });
    await one.packets.closed;
    expect(await waiting).toEqual([['0']]);
    expect(await instance.event('session-closed')).toMatchObject({
      reason: expect.stringContaining('stall_timeout') as string,
    });
  });

  it('is not ended while a long packet of it comes slowly', async () => {
    await start({ stallTimeoutMs: 300 });
    await begin(one);
    const packet = toPackets(Buffer.from('1\n2\n3\n4\n5\n6\n'), 2);
    for (const byte of packet) {
      one.packets.socket.write(Buffer.from([byte]));
      await server.query('SELECT SLEEP(0.06)');
    }
    one.packets.send(Buffer.alloc(0), 3);
    expect(errorOf([await one.packets.next()])).toBeUndefined();
    expect(await two.rows('SELECT COUNT(*) FROM w')).toEqual([['6']]);
  });

  it('is ended as well when the backend is gone meanwhile', async () => {
    await start({ stallTimeoutMs: 300 });
    await begin(one);
    await server.kill((await server.threadsOf(account.user))[0] ?? 0);
    await instance.event('backend-lost');
    expect(errorOf([await one.packets.next()])).toMatchObject({ errno: 1159 });
    await one.packets.closed;
    expect(await two.rows('SELECT COUNT(*) FROM w')).toEqual([['0']]);
  });
});

describe('a local file', () => {
  it('that was sent before it was asked for leaves out no command behind it', async () => {
    await start();
    const query = (sql: string): Buffer => toPackets(Buffer.from(`\x03${sql}`));
    const file = [toPackets(Buffer.from('1\n2\n'), 2), toPackets(Buffer.alloc(0), 3)];
    const load = query("LOAD DATA LOCAL INFILE 'f' INTO TABLE w");
    one.packets.socket.write(
      Buffer.concat([load, ...file, query('DELETE FROM w WHERE id = 1'), query('DO 1')]),
    );
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await one.packets.next()).payload[0]);
    expect(answers).toEqual([0xfb, 0, 0, 0]);
    expect(await two.rows('SELECT id FROM w')).toEqual([['2']]);
  });

  it('that the backend takes slowly is not taken for one that stalls, and its client may go on', async () => {
    await start({ stallTimeoutMs: 1_000, pinTimeoutMs: 200 });
    // A trigger that takes its time for each row: the file is there long before the server has read it.
    await server.query(
      `CREATE TRIGGER ${account.schema}.slow BEFORE INSERT ON ${account.schema}.w FOR EACH ROW SET @slept = IF(NEW.id > 0, SLEEP(NEW.id), 0)`,
    );
    await begin(one);
    one.packets.send(Buffer.from('2\n'), 2);
    // More than the sockets on the way hold.
    const part = Buffer.from(`0\t${'x'.repeat(997)}\n`.repeat(1_000));
    for (let i = 3; i < 19; i++) one.packets.send(part, i);
    one.packets.send(Buffer.alloc(0), 19);
    expect(errorOf([await one.packets.next()])).toBeUndefined();
    expect(await one.command(command.PING)).toHaveLength(1);
    expect(await two.rows('SELECT COUNT(*) FROM w')).toEqual([['16001']]);
  });
});

describe.skipIf(!hasServer)(
  'a server with a small max_allowed_packet (needs mariadbd on this machine)',
  () => {
    const small = 64 * 1024;
    let own: Awaited<ReturnType<typeof startMariadb>>;
    beforeAll(async () => (own = await startMariadb({ options: [`--max-allowed-packet=${small}`] })));
    afterAll(() => own.destroy());

    it('does not take a local file for complete without a packet that is longer', async () => {
      await useServer(own);
      await start();
      await begin(one);
      one.packets.send(Buffer.from('1\n'), 2);
      one.packets.send(Buffer.alloc(small * 2, '2\n'), 3);
      one.packets.send(Buffer.alloc(0), 4);
      expect(errorOf([await one.packets.next()])).toMatchObject({ errno: 2013 });
      expect(await one.rows('SELECT COUNT(*) FROM w')).toEqual([['0']]);
      expect(await two.rows('SELECT 2')).toEqual([['2']]);
    });
  },
);
