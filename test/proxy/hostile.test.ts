// Clients that have logged in and mean no good, or do not know what they do: nobody else notices.
import { beforeEach, describe, expect, it } from 'vitest';
import { closedGate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, errorOf, type RawClient } from '../support/raw-client.js';
import { executeBody, statementId } from '../support/transcript.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1 });
  await server.query(`CREATE TABLE ${account.schema}.w (id INT)`);
  instance = await instances.start(server, account);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
});

describe('a text that looks like SELECT CONNECTION_ID()', () => {
  it.each([
    ['/*a*/ INSERT INTO w /*b*/ SELECT CONNECTION_ID()', 1],
    ['SELECT CONNECTION_ID() /*a*/ FROM w WHERE 1=0 /*b*/', 0],
  ])('is run as what it is: %s', async (sql, written) => {
    const reply = await one.query(sql);
    expect(reply[0]?.payload[0]).not.toBe(0xff);
    expect(await two.rows('SELECT COUNT(*) FROM w')).toEqual([[String(written)]]);
  });

  it('and is nothing but comments keeps nobody waiting', async () => {
    const slow = one.query(`${'/**/'.repeat(64)}SELECT CONNECTION_ID()+1,1`);
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
    await slow;
  });
});

describe('many commands without a reply', () => {
  it('behind a running statement neither end the process nor the session', async () => {
    const gate = await closedGate(server, account);
    const running = one.query(gate.read);
    await gate.blocked(1);
    const longData = Buffer.alloc(7);
    longData[0] = command.STMT_SEND_LONG_DATA;
    for (let i = 0; i < 20_000; i++) one.packets.send(longData);
    await gate.open();
    await running;
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
  });
});

describe('a cursor that is asked for of a statement that has none', () => {
  it.each([
    'CALL p()',
    'BEGIN NOT ATOMIC FOR r IN (SELECT 1 AS a UNION SELECT 2) DO SELECT r.a; END FOR; END',
    'ANALYZE SELECT 1',
  ])('is not asked for, and costs nobody the connection: %s', async (sql) => {
    const loop = 'BEGIN FOR r IN (SELECT 1 AS a UNION SELECT 2) DO SELECT r.a; END FOR; END';
    await server.query(`CREATE PROCEDURE ${account.schema}.p() ${loop}`);
    const prepared = await one.command(command.STMT_PREPARE, Buffer.from(sql));
    /** The packets of the reply, by their lengths; what comes behind them is the OK of a COM_PING. */
    const reply = async (flags: number): Promise<number[]> => {
      one.packets.send(
        Buffer.concat([Buffer.from([command.STMT_EXECUTE]), executeBody(statementId(prepared), flags)]),
      );
      one.packets.send(Buffer.from([command.PING]));
      const lengths: number[] = [];
      for (;;) {
        const { sequence, payload } = await one.packets.next();
        if (sequence === 1 && payload[0] === 0) return lengths;
        lengths.push(payload.length);
      }
    };
    expect(await reply(1)).toEqual(await reply(0));
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
    expect(instance.status().counters.backendConnects).toBe(1);
  });
});

describe('prepared statements', () => {
  it('of a session that has gone are closed on the server', async () => {
    const { STMT_PREPARE } = command;
    await one.command(STMT_PREPARE, Buffer.from('SELECT 1'));
    await one.command(STMT_PREPARE, Buffer.from('SELECT 2'));
    await one.quit();
    await two.rows('SELECT 1');
    const commands = await server.commandsOf(account.user);
    expect(commands.filter(({ type }) => type === 'Close stmt')).toHaveLength(2);
  });
});

describe('LOAD DATA LOCAL that is cancelled before its file is asked for', () => {
  it('takes no later command for the file, and holds up nobody', async () => {
    const gate = await closedGate(server, account);
    const loading = one.query("LOAD DATA LOCAL INFILE 'f' INTO TABLE gate");
    await gate.blocked(1);
    await two.query(`KILL QUERY ${one.greeting.threadId}`);
    expect(errorOf(await loading)?.errno).toBe(1317);
    await gate.open();
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
    expect(await gate.written()).toBe(0);
  });
});

describe('a schema with a name of megabytes', () => {
  const name = 'x'.repeat(3_000_000);

  it('is refused by the server, and not kept for whoever asks what the session does', async () => {
    const reply = await one.command(command.INIT_DB, Buffer.alloc(name.length, 0xff));
    expect(errorOf(reply)).toBeDefined();
    const shown = instance.status().sessions.map(({ fingerprint = '' }) => fingerprint.length);
    expect(Math.max(...shown)).toBeLessThan(300);
  });

  it('in a change of user is refused before it is looked at', async () => {
    const gate = await closedGate(server, account);
    const running = two.query(gate.read);
    await gate.blocked(1);
    expect(await one.changeUser({ ...account, schema: name })).toMatchObject({ errno: 1153 });
    await one.packets.closed;
    await gate.open();
    await running;
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
  });
});

describe('a command with a wrong number', () => {
  it.each([1, 2, 255])('%i is refused and ends its session, and nobody else’s', async (sequence) => {
    one.packets.send(Buffer.from([command.PING]), sequence);
    expect(errorOf([await one.packets.next()])).toMatchObject({ errno: 1156, sqlState: '08S01' });
    await one.packets.closed;
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
  });

  it('in the middle of a long packet is, too', async () => {
    one.packets.socket.write(Buffer.from([0xff, 0xff, 0xff, 0, command.QUERY]));
    one.packets.socket.write(Buffer.alloc(0xfffffe, 0x20));
    one.packets.socket.write(Buffer.from([1, 0, 0, 7, 0x20]));
    expect(errorOf([await one.packets.next()])).toMatchObject({ errno: 1156 });
    await one.packets.closed;
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('a packet without an end', () => {
  it('is skipped as it comes, and its sender served again once it does end', async () => {
    const header = (sequence: number): Buffer => Buffer.from([0xff, 0xff, 0xff, sequence]);
    const part = Buffer.alloc(0xffffff, 0x20);
    for (let i = 0; i < 8; i++) {
      one.packets.socket.write(header(i));
      await new Promise<void>((resolve) => one.packets.socket.write(part, () => resolve()));
      expect(await two.rows('SELECT 1')).toEqual([['1']]);
    }
    one.packets.socket.write(Buffer.from([0, 0, 0, 8]));
    expect(errorOf([await one.packets.next()])).toMatchObject({ errno: 1153 });
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
  });
});

it('the temporary table of another session, which makes room for its own, is not found by a name that can be guessed', async () => {
  await one.query('CREATE TEMPORARY TABLE own AS SELECT 1 AS secret');
  expect((await two.failure('SELECT * FROM own')).errno).toBe(1146);
  for (let n = 1; n < 9; n++)
    expect((await two.failure(`SELECT * FROM \`#chronos_fleet_${n}\``)).errno).toBe(1146);
  expect(await one.rows('SELECT secret FROM own')).toEqual([['1']]);
});
