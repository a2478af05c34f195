// The demo backend's wire: logging in, binary rows, commands, and what becomes of the older connection of an account.
import { once } from 'node:events';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDemoBackend, type DemoBackend } from '../../src/demo/backend.js';
import { command, connectRaw, type RawClient } from '../support/raw-client.js';
import { capability, usualCapabilities } from '../support/raw-login.js';
import { readError, readRow, zeroEnded } from '../support/raw-packets.js';
import { until } from '../support/until.js';
import { connectDemo, run, startDemo } from './both-servers.js';

let demo: DemoBackend;
let account = 0;

/** Each test has an account of its own, so that none ends another's connection. */
const newAccount = () => `user${++account}`;

beforeAll(async () => {
  demo = await startDemo(...Array.from({ length: 60 }, (_, i) => `user${i + 1}`));
});
afterAll(() => demo.close());

function raw(user: string, options: Partial<Parameters<typeof connectRaw>[0]> = {}): Promise<RawClient> {
  return connectRaw({ port: demo.port, user, password: 'secret', ...options });
}

describe('logging in', () => {
  const plugins = ['mysql_native_password', 'caching_sha2_password'] as const;
  const pairs = plugins.flatMap((greeted) => plugins.map((used) => [greeted, used] as const));

  it.each(pairs)('greets with %s and takes a client that answers with %s', async (greeted, used) => {
    const own = await startDemoBackend({
      host: '127.0.0.1',
      port: 0,
      accounts: { ada: 'pä$$' },
      plugin: greeted,
    });
    const client = await connectRaw({ port: own.port, user: 'ada', password: 'pä$$', plugin: used });
    expect(await client.rows('SELECT USER()')).toEqual([['ada@127.0.0.1']]);
    await client.quit();
    await own.close();
  });

  it.each(plugins)('refuses a wrong password with 1045 (%s)', async (plugin) => {
    await expect(raw(newAccount(), { password: 'wrong', plugin })).rejects.toMatchObject({
      error: { errno: 1045, sqlState: '28000' },
    });
  });

  it('refuses an unknown account with 1045', async () => {
    await expect(raw('nobody')).rejects.toMatchObject({ error: { errno: 1045 } });
  });

  it('takes an account with an empty password', async () => {
    const own = await startDemoBackend({ host: '127.0.0.1', port: 0, accounts: { open: '' } });
    const client = await connectRaw({ port: own.port, user: 'open', password: '' });
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
    await client.quit();
    await own.close();
  });

  it('refuses an unknown schema with 1049', async () => {
    await expect(
      raw(newAccount(), { schema: 'nowhere', capabilities: usualCapabilities | capability.CONNECT_WITH_DB }),
    ).rejects.toMatchObject({ error: { errno: 1049, sqlState: '42000' } });
  });
});

describe('a second connection of an account', () => {
  it('ends the first', async () => {
    const user = newAccount();
    const first = await connectDemo(demo, user);
    const before = demo.dropped;
    const ended = once(first as unknown as NodeJS.EventEmitter, 'error');
    const second = await connectDemo(demo, user);
    await ended;
    await expect(first.query('SELECT 1')).rejects.toThrow();
    expect(await run(second, 'SELECT 1')).toMatchObject({ rows: [['1']] });
    expect(demo.dropped - before).toBe(1);
    await second.end();
  });

  it('leaves other accounts alone', async () => {
    const first = await connectDemo(demo, newAccount());
    const second = await connectDemo(demo, newAccount());
    expect(await run(first, 'SELECT 1')).toMatchObject({ rows: [['1']] });
    await Promise.all([first.end(), second.end()]);
  });

  it('does not end the first when its password is wrong', async () => {
    const user = newAccount();
    const first = await connectDemo(demo, user);
    await expect(raw(user, { password: 'wrong' })).rejects.toThrow();
    expect(await run(first, 'SELECT 1')).toMatchObject({ rows: [['1']] });
    await first.end();
  });

  it('rolls back what the first had begun', async () => {
    const user = newAccount();
    const first = await connectDemo(demo, user, 'sales');
    await first.query('CREATE TABLE half (a INT)');
    await first.query('BEGIN');
    await first.query('INSERT INTO half VALUES (1)');
    const second = await connectDemo(demo, user, 'sales');
    expect(await run(second, 'SELECT COUNT(*) FROM half')).toMatchObject({ rows: [['0']] });
    await second.query('DROP TABLE half');
    await second.end();
  });
});

describe('prepared statements', () => {
  it('carry every type both ways as the text protocol shows them', async () => {
    const client = await connectDemo(demo, newAccount(), 'sales');
    await client.query(`CREATE TABLE typed (i TINYINT, s SMALLINT, m MEDIUMINT, n INT UNSIGNED, b BIGINT, f FLOAT, d DOUBLE,
      p DECIMAL(20,4), t VARCHAR(20), x BLOB, da DATE, dt DATETIME(6), ti TIME, y YEAR, j JSON, e ENUM('a','b'))`);
    const values = [
      -128,
      -32768,
      -8388608,
      4294967295,
      '9223372036854775807',
      1.5,
      1e100,
      '1234567890.1234',
      'ü%',
      Buffer.from([0, 255, 39]),
      '2024-02-29',
      '2024-02-29 23:59:59.123456',
      '-12:34:56',
      2024,
      '{"a": 1}',
      'b',
    ];
    await client.execute(`INSERT INTO typed VALUES (${values.map(() => '?').join(', ')})`, values);
    const asBinary = await client.execute<RowDataPacket[]>('SELECT * FROM typed WHERE i = ?', [-128]);
    const asText = await client.query<RowDataPacket[]>('SELECT * FROM typed');
    expect(asBinary[0]).toEqual(asText[0]);
    expect(asText[0]).toEqual([
      [
        -128,
        -32768,
        -8388608,
        4294967295,
        '9223372036854775807',
        1.5,
        1e100,
        '1234567890.1234',
        'ü%',
        Buffer.from([0, 255, 39]),
        '2024-02-29',
        '2024-02-29 23:59:59.123456',
        '-12:34:56',
        2024,
        { a: 1 },
        'b',
      ],
    ]);
    await client.query('DROP TABLE typed');
    await client.end();
  });

  it('carry NULLs, dates and long texts', async () => {
    const client = await connectDemo(demo, newAccount());
    const long = 'x'.repeat(300_000);
    const [found] = await client.execute<RowDataPacket[]>(
      'SELECT ? IS NULL AS n, DATE(?) AS d, CHAR_LENGTH(?) AS l',
      [null, new Date('2024-01-05T00:00:00Z'), long],
    );
    expect(found).toEqual([['1', '2024-01-05', '300000']]);
    await client.end();
  });

  it('take long data in pieces, and are unknown once closed', async () => {
    const client = await raw(newAccount());
    const prepared = await client.command(command.STMT_PREPARE, Buffer.from('SELECT CHAR_LENGTH(?)'));
    const id = prepared[0]?.payload.subarray(1, 5) ?? Buffer.alloc(4);
    for (const piece of ['abc', 'defg']) {
      await client.command(
        command.STMT_SEND_LONG_DATA,
        Buffer.concat([id, Buffer.from([0, 0]), Buffer.from(piece)]),
      );
    }
    const execute = Buffer.concat([id, Buffer.from([0, 1, 0, 0, 0, 0, 1, 0xfc, 0])]);
    const reply = await client.command(command.STMT_EXECUTE, execute);
    // A binary row: 0, the bitmap of NULLs, then the value in eight bytes.
    expect(reply.at(-2)?.payload.readBigInt64LE(2)).toBe(7n);
    await client.command(command.STMT_CLOSE, id);
    const closed = await client.command(command.STMT_EXECUTE, execute);
    expect(readError(closed[0]?.payload ?? Buffer.alloc(0))).toMatchObject({ errno: 1243 });
    await client.quit();
  });

  it('keep the types that were bound before', async () => {
    const client = await raw(newAccount());
    const prepared = await client.command(command.STMT_PREPARE, Buffer.from('SELECT ? + 1'));
    const id = prepared[0]?.payload.subarray(1, 5) ?? Buffer.alloc(4);
    const head = Buffer.concat([id, Buffer.from([0, 1, 0, 0, 0, 0])]);
    await client.command(command.STMT_EXECUTE, Buffer.concat([head, Buffer.from([1, 1, 0, 41])]));
    const again = await client.command(command.STMT_EXECUTE, Buffer.concat([head, Buffer.from([0, 6])]));
    expect(again.at(-2)?.payload.readBigInt64LE(2)).toBe(7n);
    await client.quit();
  });

  it('refuse two statements in one', async () => {
    const client = await connectDemo(demo, newAccount());
    await expect(client.prepare('SELECT 1; SELECT 2')).rejects.toMatchObject({ errno: 1064 });
    await client.end();
  });
});

describe('commands', () => {
  let client: RawClient;
  beforeEach(async () => {
    client = await raw(newAccount());
  });

  const isOk = (reply: Awaited<ReturnType<RawClient['command']>>) => expect(reply[0]?.payload[0]).toBe(0);

  it('COM_PING and COM_INIT_DB', async () => {
    isOk(await client.command(command.PING));
    isOk(await client.command(command.INIT_DB, Buffer.from('sales')));
    expect(await client.rows('SELECT DATABASE()')).toEqual([['sales']]);
    expect(
      readError((await client.command(command.INIT_DB, Buffer.from('nope')))[0]?.payload ?? Buffer.alloc(0)),
    ).toMatchObject({ errno: 1049 });
  });

  it('COM_FIELD_LIST lists the columns that match', async () => {
    await client.command(command.INIT_DB, Buffer.from('sales'));
    const reply = await client.command(
      command.FIELD_LIST,
      Buffer.concat([zeroEnded('sales'), Buffer.from('c%')]),
    );
    const names = reply
      .slice(0, -1)
      .map(({ payload }) => readRow(payload.subarray(0, payload.indexOf(0x0c, 4)))[4]);
    expect(names).toEqual(['cob_date', 'customer', 'channel']);
    expect(reply.at(-1)?.payload[0]).toBe(0xfe);
  });

  it('COM_STATISTICS is a text', async () => {
    expect((await client.command(command.STATISTICS))[0]?.payload.toString()).toMatch(
      /^Uptime: \d+ {2}Threads: \d+/,
    );
  });

  it('COM_SET_OPTION switches several statements on and off', async () => {
    const setOption = (option: number) => client.command(command.SET_OPTION, Buffer.from([option, 0]));
    expect((await setOption(1))[0]?.payload[0]).toBe(0xfe);
    expect((await client.failure('SELECT 1; SELECT 2')).errno).toBe(1064);
    expect((await setOption(0))[0]?.payload[0]).toBe(0xfe);
    const reply = await client.query('SELECT 1; SELECT 2');
    const rows = reply.filter(({ payload }) => payload.length === 2).map(({ payload }) => readRow(payload));
    expect(rows).toEqual([['1'], ['2']]);
  });

  it('several statements end at the first that fails', async () => {
    await client.command(command.SET_OPTION, Buffer.from([0, 0]));
    const reply = await client.query('SET @a = 1; SELECT nope; SET @a = 2');
    expect(readError(reply.at(-1)?.payload ?? Buffer.alloc(0))).toMatchObject({ errno: 1054 });
    expect(await client.rows('SELECT @a')).toEqual([['1']]);
  });

  it('COM_RESET_CONNECTION forgets variables, temporary tables and statements, and keeps the schema', async () => {
    await client.command(command.INIT_DB, Buffer.from('sales'));
    await client.query('SET @a = 1');
    await client.query('CREATE TEMPORARY TABLE t (a INT)');
    await client.query("PREPARE p FROM 'SELECT 1'");
    isOk(await client.command(command.RESET_CONNECTION));
    expect(await client.rows('SELECT @a, DATABASE()')).toEqual([[null, 'sales']]);
    expect((await client.failure('SELECT * FROM t')).errno).toBe(1146);
    expect((await client.failure('EXECUTE p')).errno).toBe(1243);
  });

  it('COM_CHANGE_USER logs in as another, and refuses a wrong password', async () => {
    const other = newAccount();
    expect(await client.changeUser({ user: other, password: 'secret', schema: 'sales' })).toBeUndefined();
    expect(await client.rows('SELECT USER(), DATABASE()')).toEqual([[`${other}@127.0.0.1`, 'sales']]);
    expect(await client.changeUser({ user: other, password: 'wrong', schema: 'sales' })).toMatchObject({
      errno: 1045,
    });
  });

  it('COM_PROCESS_KILL knows nobody else', async () => {
    const reply = await client.command(command.PROCESS_KILL, Buffer.from([0xff, 0xff, 0, 0]));
    expect(readError(reply[0]?.payload ?? Buffer.alloc(0))).toMatchObject({ errno: 1094, sqlState: 'HY000' });
  });

  it.each([command.SHUTDOWN, command.REFRESH, command.BINLOG_DUMP, command.DEBUG])(
    'refuses command %i with 1047',
    async (code) => {
      const reply = await client.command(code, Buffer.from([0]));
      expect(readError(reply[0]?.payload ?? Buffer.alloc(0))).toMatchObject({
        errno: 1047,
        sqlState: '08S01',
      });
    },
  );

  it('the status flags follow the transaction', async () => {
    const flags = async (sql: string) => (await client.query(sql))[0]?.payload.readUInt16LE(3);
    expect(await flags('SET @a = 1')).toBe(2);
    expect(await flags('BEGIN')).toBe(3);
    expect(await flags('COMMIT')).toBe(2);
    expect(await flags('SET autocommit = 0')).toBe(0);
    await client.query('SELECT COUNT(*) FROM sales.sales');
    expect(await flags('SET @a = 1')).toBe(1);
    expect(await flags('SET autocommit = 1')).toBe(2);
  });

  it('answers commands that come before their predecessors were answered, in order', async () => {
    for (const sql of ['SELECT SLEEP(0.05)', 'SELECT 2']) {
      client.packets.send(Buffer.concat([Buffer.from([command.QUERY]), Buffer.from(sql)]));
    }
    client.packets.send(Buffer.from([command.PING]));
    const rows: string[] = [];
    for (let i = 0; i < 11; i++) {
      const { payload } = await client.packets.next();
      if (payload.length === 2) rows.push(payload.toString('latin1', 1));
    }
    expect(rows.filter((row) => row === '0' || row === '2')).toEqual(['0', '2']);
  });
});

describe('texts', () => {
  it('come in the character set that the client asked for', async () => {
    const client = await raw(newAccount());
    await client.query('SET NAMES latin1');
    const reply = await client.query("SELECT CONCAT('\xfc', 'x')");
    const sent = await client.command(command.QUERY, Buffer.from("SELECT '\xfc'", 'latin1'));
    expect(sent.at(-2)?.payload).toEqual(Buffer.from([1, 0xfc]));
    expect(reply.length).toBeGreaterThan(3);
    await client.quit();
  });
});

describe('SLEEP', () => {
  it('lets other accounts work meanwhile', async () => {
    const sleeper = await connectDemo(demo, newAccount());
    const other = await connectDemo(demo, newAccount());
    const order: string[] = [];
    const sleeping = sleeper.query('SELECT SLEEP(0.3)').then(() => order.push('sleeper'));
    await run(other, 'SELECT COUNT(*) FROM sales.sales');
    order.push('other');
    await sleeping;
    expect(order).toEqual(['other', 'sleeper']);
    await Promise.all([sleeper.end(), other.end()]);
  });

  it('ends with its connection', async () => {
    const [sleeping, watching] = [newAccount(), newAccount()];
    const sleeper = await connectDemo(demo, sleeping);
    const watcher = await connectDemo(demo, watching);
    const lost = sleeper.query('SELECT SLEEP(600)').catch(() => 'lost');
    const states = async () => {
      const came = await run(
        watcher,
        `SELECT COMMAND FROM information_schema.PROCESSLIST WHERE USER = '${sleeping}'`,
      );
      return 'rows' in came ? came.rows.flat() : [];
    };
    await until('the statement runs', async () => (await states()).includes('Query'));
    sleeper.destroy();
    await until('its session is gone', async () => (await states()).length === 0);
    await Promise.race([lost, Promise.resolve()]);
    await watcher.end();
  });
});

describe('transactions of two accounts', () => {
  it('keep each other waiting while one writes, with 1205 in the end', async () => {
    const writer = await connectDemo(demo, newAccount(), 'sales');
    const other = await connectDemo(demo, newAccount(), 'sales');
    await writer.query('CREATE TABLE waiting (a INT)');
    await other.query('SET innodb_lock_wait_timeout = 0');
    await writer.query('BEGIN');
    await writer.query('INSERT INTO waiting VALUES (1)');
    expect(await run(other, 'SELECT COUNT(*) FROM waiting')).toEqual({ errno: 1205 });
    await other.query('SET innodb_lock_wait_timeout = DEFAULT').catch(() => undefined);
    await writer.query('COMMIT');
    expect(await run(other, 'SELECT COUNT(*) FROM waiting')).toMatchObject({ rows: [['1']] });
    await writer.query('DROP TABLE waiting');
    await Promise.all([writer.end(), other.end()]);
  });

  it('go on as soon as the writer has committed', async () => {
    const writer = await connectDemo(demo, newAccount(), 'sales');
    const other = await connectDemo(demo, newAccount(), 'sales');
    await writer.query('CREATE TABLE turns (a INT)');
    await writer.query('BEGIN');
    await writer.query('INSERT INTO turns VALUES (1)');
    const counted = run(other, 'SELECT COUNT(*) FROM turns');
    await writer.query('INSERT INTO turns VALUES (2)');
    await writer.query('COMMIT');
    expect(await counted).toMatchObject({ rows: [['2']] });
    await writer.query('DROP TABLE turns');
    await Promise.all([writer.end(), other.end()]);
  });

  it('do not wait for one that only reads', async () => {
    const reader = await connectDemo(demo, newAccount(), 'sales');
    const other = await connectDemo(demo, newAccount(), 'sales');
    await reader.query('BEGIN');
    await reader.query('SELECT COUNT(*) FROM regions');
    expect(await run(other, "UPDATE regions SET manager = 'Nobody' WHERE region = 'nowhere'")).toMatchObject({
      affected: 0,
    });
    await reader.query('COMMIT');
    await Promise.all([reader.end(), other.end()]);
  });
});

describe('temporary tables', () => {
  it('belong to their connection, and hide a table of their name', async () => {
    const a = await connectDemo(demo, newAccount(), 'sales');
    const b = await connectDemo(demo, newAccount(), 'sales');
    await a.query('CREATE TEMPORARY TABLE regions (only_here INT)');
    await b.query('CREATE TEMPORARY TABLE tmp (b INT)');
    expect(await run(a, 'SELECT COUNT(*) FROM regions')).toMatchObject({ rows: [['0']] });
    expect(await run(b, 'SELECT COUNT(*) FROM regions')).toMatchObject({ rows: [['4']] });
    expect(await run(a, 'SELECT * FROM tmp')).toEqual({ errno: 1146 });
    await Promise.all([a.end(), b.end()]);
  });

  it('outlive a ROLLBACK', async () => {
    const client = await connectDemo(demo, newAccount(), 'sales');
    await client.query('CREATE TABLE base (a INT)');
    await client.query('CREATE TEMPORARY TABLE gone (a INT)');
    await client.query('BEGIN');
    await client.query('INSERT INTO base VALUES (1)');
    await client.query('CREATE TEMPORARY TABLE made (a INT)');
    await client.query('DROP TEMPORARY TABLE gone');
    await client.query('ROLLBACK');
    expect(await run(client, 'SELECT COUNT(*) FROM made')).toMatchObject({ rows: [['0']] });
    expect(await run(client, 'SELECT COUNT(*) FROM gone')).toEqual({ errno: 1146 });
    await client.query('CREATE TEMPORARY TABLE gone (b INT)');
    await client.query('DROP TABLE base');
    await client.end();
  });
});

describe('result columns', () => {
  it('have the types, tables and flags of what they come from', async () => {
    const client = await mysql.createConnection({
      host: demo.host,
      port: demo.port,
      user: newAccount(),
      password: 'secret',
    });
    const [, fields] = await client.query(
      'SELECT s.id, s.cob_date AS day, SUM(amount) AS total, COUNT(*) FROM sales.sales s GROUP BY s.id, s.cob_date LIMIT 0',
    );
    const told = fields.map(({ name, orgName, table, orgTable, columnType, decimals, flags }) => ({
      name,
      orgName,
      table,
      orgTable,
      columnType,
      decimals,
      key: (Number(flags) & 2) !== 0,
    }));
    expect(told).toEqual([
      { name: 'id', orgName: 'id', table: 's', orgTable: 'sales', columnType: 3, decimals: 0, key: true },
      {
        name: 'day',
        orgName: 'cob_date',
        table: 's',
        orgTable: 'sales',
        columnType: 10,
        decimals: 0,
        key: false,
      },
      { name: 'total', orgName: '', table: '', orgTable: '', columnType: 246, decimals: 2, key: false },
      { name: 'COUNT(*)', orgName: '', table: '', orgTable: '', columnType: 8, decimals: 0, key: false },
    ]);
    await client.end();
  });
});
