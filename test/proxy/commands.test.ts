// All commands of the protocol through the port: the same bytes as directly, and no session disturbed by another's.
import { beforeEach, describe, expect, it } from 'vitest';
import { createSales } from '../support/fixtures.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { capability, prove, usualCapabilities, type PasswordPlugin } from '../support/raw-login.js';
import { command, connectRaw, errorOf, type RawClient, type RawLogin } from '../support/raw-client.js';
import { zeroEnded } from '../support/raw-packets.js';
import {
  executeBody,
  expectSameAsDirectly,
  int4,
  statementId,
  textParameters,
  transcribe,
  type Step,
} from '../support/transcript.js';

const server = useMariadb();
const instances = useInstances();
const plugins: readonly PasswordPlugin[] = ['mysql_native_password', 'caching_sha2_password'];
let account: Account;
let instance: TestInstance;

beforeEach(async () => {
  account = await server.createAccount();
  await createSales(server, account);
  instance = await instances.start(server, account);
});

const sameAsDirectly = (steps: readonly Step[], login: Partial<RawLogin> = {}): Promise<void> =>
  expectSameAsDirectly(server, instance, { ...account, ...login }, steps);

const prepare = (sql: string): Step => ({ code: command.STMT_PREPARE, body: Buffer.from(sql), what: sql });
const execute = (flags = 0, parameters?: Buffer, preparedAt = 0): Step => ({
  code: command.STMT_EXECUTE,
  what: `execute, flags ${flags}`,
  bodyFrom: (replies) =>
    executeBody(statementId(replies[preparedAt] ?? []), flags, parameters ?? Buffer.alloc(0)),
});
const onStatement = (code: number, what: string, rest: Buffer = Buffer.alloc(0)): Step => ({
  code,
  what,
  bodyFrom: (replies) => Buffer.concat([statementId(replies[0] ?? []), rest]),
});
const plain = (code: number, what: string, body = ''): Step => ({ code, what, body: Buffer.from(body) });

describe('text commands', () => {
  it('give several results in the order in which they come, up to the error that ends them', async () => {
    await sameAsDirectly([
      'SELECT 1; SELECT id, name FROM t ORDER BY id LIMIT 3; DO 1; SELECT 4',
      'SELECT 1; SELECT no_such_column; SELECT 3',
      'SELECT 5',
    ]);
  });

  it('read and write, with counts, ids, infos and warnings as directly', async () => {
    await sameAsDirectly([
      'CREATE OR REPLACE TABLE w (id INT AUTO_INCREMENT PRIMARY KEY, a TINYINT)',
      'INSERT INTO w (a) VALUES (1), (2), (3)',
      'UPDATE w SET a = 2',
      "SET sql_mode = ''",
      'INSERT INTO w (a) VALUES (1000)',
      'SHOW WARNINGS',
      'DELETE FROM w WHERE a = 2',
      'BEGIN',
      'INSERT INTO w (a) VALUES (9)',
      'ROLLBACK',
      'SELECT * FROM w',
      'DROP TABLE w',
      '',
      'SELECT ',
    ]);
  });

  it('give all results of a loop, whose rows the server marks as those of a cursor', async () => {
    await sameAsDirectly([
      'FOR rec IN (SELECT 1 AS a UNION SELECT 2) DO SELECT rec.a; SELECT 2 * rec.a; END FOR',
      'SELECT 1',
    ]);
  });

  it('choose a schema, list its fields and say its statistics', async () => {
    await sameAsDirectly(
      [
        'SELECT 1 FROM t',
        plain(command.INIT_DB, 'INIT_DB', account.schema),
        'SELECT DATABASE()',
        plain(command.FIELD_LIST, 'FIELD_LIST t', 't\0'),
        plain(command.FIELD_LIST, 'FIELD_LIST t with a pattern', 't\0na%'),
        plain(command.FIELD_LIST, 'FIELD_LIST of no table', 'nothing\0'),
        plain(command.INIT_DB, 'INIT_DB of no schema', 'no_such_schema'),
        'SELECT DATABASE()',
        plain(command.PING, 'PING'),
      ],
      { schema: undefined },
    );
    const client = await instance.login();
    const [statistics] = await client.command(command.STATISTICS);
    expect(statistics?.payload.toString()).toMatch(/^Uptime: \d+ /);
  });

  it('switch several statements in one command off and on again', async () => {
    await sameAsDirectly([
      { code: command.SET_OPTION, body: Buffer.from([1, 0]), what: 'SET_OPTION multi off' },
      'SELECT 1; SELECT 2',
      { code: command.SET_OPTION, body: Buffer.from([0, 0]), what: 'SET_OPTION multi on' },
      'SELECT 1; SELECT 2',
    ]);
  });

  it('load a local file, an empty one, and one into no table', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i}\tline ${i}\n`).join('');
    const files = { 'sales.tsv': Buffer.from(lines) };
    await sameAsDirectly(
      [
        'CREATE OR REPLACE TABLE loaded (id INT, text VARCHAR(20))',
        "LOAD DATA LOCAL INFILE 'sales.tsv' INTO TABLE loaded",
        "LOAD DATA LOCAL INFILE 'empty.tsv' INTO TABLE loaded",
        "LOAD DATA LOCAL INFILE 'sales.tsv' INTO TABLE no_such_table",
        'SELECT COUNT(*), SUM(id), MAX(text) FROM loaded',
      ],
      { files },
    );
  });
});

describe('LOAD DATA LOCAL of a client that did not offer to send files', () => {
  it('is refused, asks for nothing, and the session lives on', async () => {
    const client = await instance.login({ capabilities: usualCapabilities & ~capability.LOCAL_FILES });
    const sql = `LOAD DATA LOCAL INFILE 'x.tsv' INTO TABLE ${account.schema}.line`;
    expect(await client.failure(sql)).toMatchObject({ errno: 1148, sqlState: '42000' });
    expect(await client.failure(`SELECT 1; ${sql}`)).toMatchObject({ errno: 1148 });
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
  });
});

describe('prepared statements', () => {
  it('are prepared, executed, reset and closed as directly', async () => {
    await sameAsDirectly([
      prepare('SELECT id, name, a, kind, cob_date, seen, ratio, raw, ? FROM t WHERE name <> ? ORDER BY id'),
      execute(0, textParameters(['first', 'x'])),
      execute(0, textParameters([null, 'other'])),
      onStatement(command.STMT_RESET, 'reset'),
      execute(0, textParameters(['third', 'x'])),
      onStatement(command.STMT_CLOSE, 'close'),
      'SELECT 1',
      prepare('SELECT no_such_column'),
      prepare('SELECT 1; SELECT 2'),
    ]);
  });

  it('give their rows through a cursor, some at a time', async () => {
    await sameAsDirectly([
      prepare('SELECT id, name FROM t ORDER BY id'),
      execute(1),
      onStatement(command.STMT_FETCH, 'fetch 7', int4(7)),
      onStatement(command.STMT_FETCH, 'fetch 7', int4(7)),
      onStatement(command.STMT_FETCH, 'fetch the rest', int4(100)),
      onStatement(command.STMT_RESET, 'reset'),
      'SELECT 1',
    ]);
  });

  it('take long data in parts', async () => {
    await sameAsDirectly([
      prepare('SELECT LENGTH(?), ?'),
      onStatement(command.STMT_SEND_LONG_DATA, 'part 1', Buffer.from('\0\0hello ')),
      onStatement(command.STMT_SEND_LONG_DATA, 'part 2', Buffer.from('\0\0world')),
      execute(0, textParameters([{ long: true }, 'text'])),
      execute(0, textParameters(['short', 'text'])),
    ]);
  });

  it('refuse a parameter that is longer than max_allowed_packet, and take shorter ones behind a reset', async () => {
    const million = Buffer.alloc(2 + 1024 * 1024, 'x').fill(0, 0, 2);
    const parts = Array.from({ length: 65 }, () => onStatement(command.STMT_SEND_LONG_DATA, 'part', million));
    await sameAsDirectly([
      prepare('SELECT LENGTH(?)'),
      ...parts,
      execute(0, textParameters([{ long: true }])),
      execute(0, textParameters(['short'])),
      onStatement(command.STMT_RESET, 'reset'),
      execute(0, textParameters(['short'])),
    ]);
  });

  it('are unknown after they were closed, and to other sessions', async () => {
    const [client, other] = [await instance.login(), await instance.login()];
    const id = statementId(await client.command(command.STMT_PREPARE, Buffer.from('SELECT 1')));
    const theirs = errorOf(await other.command(command.STMT_EXECUTE, executeBody(id)));
    expect(theirs).toMatchObject({ errno: 1243, sqlState: 'HY000' });
    await client.command(command.STMT_CLOSE, id);
    expect(errorOf(await client.command(command.STMT_EXECUTE, executeBody(id)))?.errno).toBe(1243);
  });

  it('of two sessions that run in turn do not take each other for their own', async () => {
    const run = async (client: RawClient, id: Buffer): Promise<string> => {
      const reply = await client.command(command.STMT_EXECUTE, executeBody(id));
      return reply.at(-2)?.payload.toString('latin1') ?? '';
    };
    const [one, two] = [await instance.login(), await instance.login()];
    const first = statementId(await one.command(command.STMT_PREPARE, Buffer.from("SELECT 'of one'")));
    const second = statementId(await two.command(command.STMT_PREPARE, Buffer.from("SELECT 'of two'")));
    for (let turn = 0; turn < 3; turn++) {
      expect(await run(one, first)).toContain('of one');
      expect(await run(two, second)).toContain('of two');
    }
  });
});

describe('a session that begins anew', () => {
  it('by COM_RESET_CONNECTION has nothing left of before', async () => {
    const reset = plain(command.RESET_CONNECTION, 'RESET_CONNECTION');
    await sameAsDirectly([
      "SET @mine = 'here', sql_mode = 'ANSI_QUOTES', NAMES latin1",
      prepare('SELECT 1'),
      'CREATE TEMPORARY TABLE gone (a INT)',
      'BEGIN',
      reset,
      'SELECT @mine IS NULL, @@sql_mode, @@character_set_client, @@in_transaction, DATABASE()',
      'SELECT * FROM gone',
      {
        code: command.STMT_EXECUTE,
        what: 'execute',
        bodyFrom: (replies) => executeBody(statementId(replies[1] ?? [])),
      },
    ]);
  });

  it('by COM_CHANGE_USER logs in again', async () => {
    const client = await instance.login();
    await client.query('SET @mine = 1');
    expect(await client.changeUser({ ...account })).toBeUndefined();
    expect(await client.rows('SELECT @mine, DATABASE()')).toEqual([[null, account.schema]]);
  });

  it.each([
    ['with a wrong password', { password: 'wrong' }],
    ['as somebody else', { user: 'nobody' }],
    ['to a schema that is not there', { schema: 'nowhere' }],
  ])('by COM_CHANGE_USER %s is empty, and goes on as who it was', async (_, wrong) => {
    const { user, password, schema } = account;
    const run = async (port: number): Promise<unknown> => {
      const client = await connectRaw({ port, user, password, schema });
      await client.query("SET @mine = 1, sql_mode = 'ANSI_QUOTES', NAMES utf8mb4 COLLATE utf8mb4_bin");
      await client.query('CREATE TEMPORARY TABLE gone (a INT)');
      const refused = await client.changeUser({ ...account, ...wrong });
      const after = await transcribe(client, [
        'SHOW WARNINGS',
        'SELECT @mine IS NULL, DATABASE(), @@sql_mode, @@character_set_client, @@collation_connection',
        'SELECT * FROM gone',
      ]);
      await client.quit();
      return { refused, after };
    };
    expect(await run(instance.port)).toEqual(await run(server.port));
  });

  it('by COM_CHANGE_USER is refused without a look at the password after three that were wrong', async () => {
    const client = await instance.login({ schema: account.schema });
    for (let i = 0; i < 3; i++)
      expect(await client.changeUser({ ...account, password: 'wrong' })).toMatchObject({ errno: 1045 });
    expect(await client.changeUser({ ...account })).toMatchObject({ errno: 1047 });
    expect(await client.rows('SELECT DATABASE()')).toEqual([[account.schema]]);
  });

  it.each(plugins)(
    'by COM_CHANGE_USER takes the %s answer to the scramble of the login, as Connector/C has no other',
    async (plugin) => {
      const { user, password } = account;
      const { packets, login, greeting } = await instance.login({ plugin });
      const asked = login.find(({ payload }) => payload[0] === 0xfe)?.payload;
      const salt = asked?.subarray(-21, -1) ?? greeting.salt;
      const proof = prove(plugin, password, salt);
      const middle = [Buffer.from([proof.length]), proof, Buffer.from([0, 45, 0])];
      const claim = Buffer.concat([zeroEnded(user), ...middle, zeroEnded(plugin)]);
      for (let times = 0; times < 2; times++) {
        packets.send(Buffer.concat([Buffer.from([command.CHANGE_USER]), claim]));
        const told = (await packets.next()).payload;
        expect([...told.subarray(0, 2)]).toEqual(plugin === 'mysql_native_password' ? [0, 0] : [1, 3]);
        if (told[0] === 1) expect((await packets.next()).payload[0]).toBe(0);
      }
    },
  );
});

describe('commands that a shared port does not serve', () => {
  const denied = { errno: 1227, sqlState: '42000' };
  it.each([
    ['COM_BINLOG_DUMP', command.BINLOG_DUMP, denied],
    ['COM_REGISTER_SLAVE', command.REGISTER_SLAVE, denied],
    ['COM_SHUTDOWN', command.SHUTDOWN, denied],
    ['COM_DEBUG', command.DEBUG, denied],
    ['a command that does not exist', 0x7f, { errno: 1047, sqlState: '08S01' }],
  ])('%s is refused, the server never hears of it, and the session lives on', async (_, code, error) => {
    const client = await instance.login();
    expect(errorOf(await client.command(code, Buffer.alloc(10)))).toMatchObject(error);
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
    const types = (await server.commandsOf(account.user)).map(({ type }) => type);
    expect(
      types.filter((type) => !/^(Connect|Query|Quit|Init DB|Prepare|Execute|Close stmt)$/.test(type)),
    ).toEqual([]);
  });
});
