// How an instance logs in at servers of other kinds than the suite's own: plugins, switches, refusals, no session tracking.
import { afterEach, describe, expect, it } from 'vitest';
import { startFakeBackend, type FakeBackend, type FakeOptions } from '../support/fake-backend.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { resultSet, textRow } from '../support/raw-packets.js';

const instances = useInstances();
const account = { user: 'analyst', password: 'right' };
let backend: FakeBackend | undefined;
afterEach(() => backend?.stop());

/** A server of MySQL 5.6's kind: it has a few variables and answers every other query with one row. */
const simple: FakeOptions['onCommand'] = (command) => {
  if (command.code !== 3) return false;
  if (/^SHOW (SESSION )?VARIABLES/i.test(command.text)) {
    command.reply(
      ...resultSet(
        ['Variable_name', 'Value'],
        [
          ['autocommit', 'ON'],
          ['character_set_client', 'utf8mb4'],
          ['max_allowed_packet', '4194304'],
          ['sql_mode', ''],
        ],
      ),
    );
  } else if (/^SHOW COLLATION/i.test(command.text)) {
    command.reply(
      ...resultSet(
        ['Collation', 'Charset', 'Id', 'Default', 'Compiled', 'Sortlen'],
        [['utf8mb4_general_ci', 'utf8mb4', '45', 'Yes', 'Yes', '1']],
      ),
    );
  } else if (/^SELECT/i.test(command.text)) {
    command.reply(...resultSet(['answer'], [[command.text]]));
  } else return false;
  return true;
};

async function start(options: FakeOptions = {}, waitReady = true): Promise<TestInstance> {
  backend = await startFakeBackend({ password: account.password, onCommand: simple, ...options });
  return instances.start(backend, account, {}, waitReady);
}

describe('the login at the backend', () => {
  it.each([
    { plugin: 'mysql_native_password' },
    { plugin: 'caching_sha2_password' },
    { plugin: 'caching_sha2_password', fullAuthentication: true },
    { plugin: 'mysql_native_password', switchesPlugin: true },
    { plugin: 'caching_sha2_password', switchesPlugin: true },
    { plugin: 'caching_sha2_password', switchesPlugin: true, fullAuthentication: true },
  ] as const)('works with %j', async (options) => {
    const instance = await start(options);
    const client = await instance.login();
    expect(await client.rows('SELECT 1')).toEqual([['SELECT 1']]);
  });

  it('says why it was refused, and goes on as soon as it is let in', async () => {
    const refusals = [
      { errno: 1040, sqlState: '08004', message: 'Too many connections' },
      { errno: 1203, sqlState: '42000', message: 'User already has more than max_user_connections' },
    ];
    const instance = await start({ refuseLogin: (connection) => refusals[connection - 1] }, false);
    const client = await instance.login();
    expect(await client.rows('SELECT 1')).toEqual([['SELECT 1']]);
    const failed = instance.events.filter((event) => event.type === 'backend-connect-failed');
    expect(failed).toHaveLength(2);
    for (const [i, { reason }] of failed.entries()) expect(reason).toContain(refusals[i]?.message);
  });

  it('shows clients the version and the plugin of the server', async () => {
    const instance = await start({ plugin: 'caching_sha2_password', serverVersion: '5.6.24-log' });
    const client = await instance.login();
    expect(client.greeting).toMatchObject({ version: '5.6.24-log', plugin: 'caching_sha2_password' });
  });
});

describe('a backend that breaks the protocol', () => {
  const broken = (
    sql: string,
    answer: (command: Parameters<NonNullable<typeof simple>>[0]) => void,
  ): FakeOptions => {
    let isFirst = true;
    return {
      onCommand(command) {
        if (command.text !== sql || !isFirst) return simple(command);
        isFirst = false;
        answer(command);
        return true;
      },
    };
  };

  it.each([
    ['packets out of order', Buffer.from([1, 0, 0, 9, 1])],
    ['an answer that is none', Buffer.from([3, 0, 0, 1, 0xfe, 0xfe, 0xfe])],
    ['definitions without end', Buffer.from([1, 0, 0, 1, 2, 5, 0, 0, 2, 3, 0x64, 0x65, 0x66, 0])],
  ])('by %s costs the statement, not the session, nor the others', async (_, bytes) => {
    const instance = await start(
      broken('UPDATE t', (command) => {
        command.raw(bytes);
        command.end();
      }),
    );
    const [one, two] = [await instance.login(), await instance.login()];
    expect((await one.failure('UPDATE t')).errno).toBe(2013);
    expect(await one.rows('SELECT 1')).toEqual([['SELECT 1']]);
    expect(await two.rows('SELECT 2')).toEqual([['SELECT 2']]);
    expect(backend?.connections).toBe(2);
    expect(backend?.commands.filter((command) => command.endsWith('UPDATE t'))).toHaveLength(1);
  });

  it('by ending in the middle of a result gives an error in its place', async () => {
    const instance = await start(
      broken('SELECT many', (command) => {
        const [count = Buffer.alloc(0), column = Buffer.alloc(0), eof = Buffer.alloc(0)] = resultSet(
          ['a'],
          [],
        );
        command.reply(count, column, eof, textRow(['first']));
        command.end();
      }),
    );
    const client = await instance.login();
    const error = await client.failure('SELECT many');
    expect(error.errno).toBe(2013);
    expect(await client.rows('SELECT 1')).toEqual([['SELECT 1']]);
  });
});
