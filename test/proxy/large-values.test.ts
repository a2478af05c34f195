// Values and texts that are near to what a packet may have, on a server that takes packets of 1 MB: what is put in or brought
// back for a session must not cost all of them the connection.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { startMariadb, type Account } from '../support/mariadb.js';
import { findProgram } from '../support/programs.js';
import { command, errorOf, type RawClient } from '../support/raw-client.js';
import { expectSameAsDirectly } from '../support/transcript.js';
import { until } from '../support/until.js';

const hasServer = findProgram('mariadbd', 'mysqld') !== undefined;
const MB = 1024 * 1024;

describe.skipIf(!hasServer)('large values (needs mariadbd on this machine)', () => {
  const instances = useInstances();
  let server: Awaited<ReturnType<typeof startMariadb>>;
  let account: Account;
  let instance: TestInstance;
  let one: RawClient;
  let two: RawClient;
  beforeAll(async () => {
    server = await startMariadb({ generalLog: false, options: ['--max-allowed-packet=1M'] });
  });
  afterAll(() => server.destroy());
  beforeEach(async () => {
    account = await server.createAccount();
    instance = await instances.start(server, account);
    one = await instance.login({ schema: account.schema });
    two = await instance.login({ schema: account.schema });
    await two.query('CREATE TEMPORARY TABLE kept (a INT)');
  });

  /** Nothing that is on the connection alone was lost. */
  async function expectOneConnection(): Promise<void> {
    expect(await two.rows('SELECT COUNT(*) FROM kept')).toEqual([['0']]);
    expect(instance.status().counters.backendConnects).toBe(1);
  }

  /** A statement of so many bytes that asks for what is put in here. */
  function asking(bytes: number): string {
    const head = "SELECT CONNECTION_ID() > 0, LENGTH('";
    return `${head}${'x'.repeat(bytes - head.length - 2)}')`;
  }

  it('a statement that its answers make too long is refused, and nobody loses anything', async () => {
    expect(await one.failure(asking(MB - 10))).toMatchObject({ errno: 1153 });
    expect((await one.rows(asking(MB - 100)))[0]?.[0]).toBe('1');
    await expectOneConnection();
  });

  it('a packet is taken up to the last byte that the server takes, and refused from there on', async () => {
    const statement = (bytes: number): string => `SELECT '${'x'.repeat(bytes - 9)}'`;
    await expectSameAsDirectly(server, instance, account, [statement(MB - 2)]);
    for (const bytes of [MB - 1, MB])
      expect(await one.failure(statement(bytes))).toMatchObject({ errno: 1153 });
    await expectOneConnection();
  });

  it('long data in a packet of just that length is refused with its execution', async () => {
    const prepared = await one.command(command.STMT_PREPARE, Buffer.from('SELECT LENGTH(?)'));
    const id = prepared[0]?.payload.subarray(1, 5) ?? Buffer.alloc(4);
    await one.command(
      command.STMT_SEND_LONG_DATA,
      Buffer.concat([id, Buffer.alloc(2), Buffer.alloc(MB - 7)]),
    );
    const parameters = Buffer.from([0, 1, 0xfc, 0]);
    const body = Buffer.concat([id, Buffer.from([0, 1, 0, 0, 0]), parameters]);
    expect(errorOf(await one.command(command.STMT_EXECUTE, body))?.message).toContain('max_allowed_packet');
    await expectOneConnection();
  });

  it('user variables that are larger together than a packet come back to their session', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `@v${i}`);
    for (const name of names) await one.query(`SET ${name} = REPEAT('${name}', 80000)`);
    await two.query(`SET ${names.map((name) => `${name} = 1`).join(',')}`);
    const lengths = names.map((name) => String(80_000 * name.length));
    expect(await one.rows(`SELECT ${names.map((name) => `LENGTH(${name})`).join(',')}`)).toEqual([lengths]);
    await expectOneConnection();
  });

  it('a user variable too large to be kept stays, and is told as lost where another session takes its name', async () => {
    await one.query("SET @a = REPEAT('x', 600000), @b = REPEAT('y', 500000)");
    await until('what can be kept is kept', () => instance.status().backend[0]?.atStake?.variables === 1);
    expect(await one.rows('SELECT LENGTH(@a), LENGTH(@b)')).toEqual([['600000', '500000']]);
    await two.query('SET @a = 1, @b = 2');
    expect(await one.failure('SELECT @a')).toMatchObject({ errno: 1213, sqlState: '40001' });
    expect(await one.rows('SELECT @a, LENGTH(@b)')).toEqual([[null, '500000']]);
    expect(await two.rows('SELECT @a, @b')).toEqual([['1', '2']]);
    await expectOneConnection();
  });

  const long = 'a'.repeat(MB - 100);

  it('a user variable with a name of a packet is refused', async () => {
    expect(await one.failure(`SET @${long} = 1`)).toMatchObject({ errno: 3061 });
    expect(await one.failure(`SELECT @a, @${long}`)).toMatchObject({ errno: 3061 });
    await expectOneConnection();
  });

  it.each([
    ['a system variable', `SET ${long} = 1`],
    ['a routine', `CALL ${long}()`],
    ['a handler', `HANDLER t OPEN AS ${long}`],
    ['a schema', `USE ${long}`],
    ['a temporary table', `CREATE TEMPORARY TABLE ${long} (a INT)`],
    ['a text statement', `PREPARE ${long} FROM 'DO 0'`],
    ['a condition', `GET DIAGNOSTICS CONDITION '${long.slice(0, -50)}' @a = MYSQL_ERRNO`],
  ])('a name of a packet for %s is the server’s to refuse, and asked for no more', async (_, sql) => {
    await two.query('SELECT 1');
    await one.query(sql);
    await expectOneConnection();
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    await expectOneConnection();
  });

  it('thousands of names of variables that do not exist are not all kept to be asked for', async () => {
    for (let at = 0; at < 15; at++) {
      const names = Array.from({ length: 200 }, (__, i) => `x${at * 200 + i} = 1`);
      expect(await one.failure(`SET ${names.join(', ')}`)).toMatchObject({ errno: 1193 });
    }
    expect(instance.status().backend[0]?.atStake?.variables).toBe(2_000);
    await expectOneConnection();
  });
});
