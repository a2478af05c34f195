// The id that stands for the statement prepared last: drivers execute by it without awaiting the preparation's reply.
import { beforeEach, describe, expect, it } from 'vitest';
import { frame } from '../../src/wire/framing.js';
import { createSales } from '../support/fixtures.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, errorOf, readReply, type RawClient } from '../support/raw-client.js';
import type { RawPacket } from '../support/raw-packets.js';
import { executeBody, expectSameAsDirectly, int4, textParameters, type Step } from '../support/transcript.js';

const server = useMariadb();
const instances = useInstances();
const last = int4(0xffffffff);
let account: Account;
let instance: TestInstance;

beforeEach(async () => {
  account = await server.createAccount();
  await createSales(server, account);
  instance = await instances.start(server, account);
});

const prepare = (sql: string): Step => ({ code: command.STMT_PREPARE, body: Buffer.from(sql), what: sql });
const onLast = (code: number, what: string, rest = ''): Step => ({
  code,
  what,
  body: Buffer.concat([last, Buffer.from(rest)]),
});
const executeLast = (values: Parameters<typeof textParameters>[0] = [], flags = 0): Step => ({
  code: command.STMT_EXECUTE,
  what: `execute the last, flags ${flags}`,
  body: executeBody(last, flags, values.length === 0 ? Buffer.alloc(0) : textParameters(values)),
});

describe('the statement prepared last', () => {
  it('is executed, fed, fetched from, reset and closed as directly', async () => {
    await expectSameAsDirectly(server, instance, account, [
      executeLast(),
      prepare('SELECT id, ? FROM t ORDER BY id'),
      executeLast(['first']),
      prepare('SELECT LENGTH(?)'),
      executeLast(['second']),
      onLast(command.STMT_SEND_LONG_DATA, 'long data', '\0\0hello'),
      executeLast([{ long: true }]),
      "PREPARE p FROM 'SELECT 7'",
      executeLast(['not that one']),
      prepare('SELECT id FROM t ORDER BY id'),
      executeLast([], 1),
      onLast(command.STMT_FETCH, 'fetch 3', '\x03\0\0\0'),
      onLast(command.STMT_RESET, 'reset'),
      onLast(command.STMT_CLOSE, 'close'),
      executeLast(),
    ]);
  });

  it('is none behind a preparation that failed, or a session that began anew', async () => {
    await expectSameAsDirectly(server, instance, account, [
      prepare('SELECT 1'),
      prepare('SELECT no_such_column'),
      executeLast(),
      prepare('SELECT 2'),
      { code: command.RESET_CONNECTION, what: 'RESET_CONNECTION' },
      executeLast(),
    ]);
  });

  it('is none behind a preparation that was too large to be looked at', async () => {
    const client = await instance.login();
    await client.command(command.STMT_PREPARE, Buffer.from('SELECT 1'));
    const long = Buffer.from(`SELECT '${'x'.repeat(65 * 1024 * 1024)}'`);
    expect(errorOf(await client.command(command.STMT_PREPARE, long))?.errno).toBe(1153);
    expect(errorOf(await client.command(command.STMT_EXECUTE, executeBody(last)))?.errno).toBe(1243);
  });

  it('is each session’s own, also where it is executed in the write that prepares it', async () => {
    const [one, two] = [await instance.login(), await instance.login()];
    await two.command(command.STMT_PREPARE, Buffer.from("SELECT 'of two'"));
    const preparation = Buffer.concat([Buffer.from([command.STMT_PREPARE]), Buffer.from("SELECT 'of one'")]);
    const execution = Buffer.concat([Buffer.from([command.STMT_EXECUTE]), executeBody(last)]);
    one.packets.socket.write(Buffer.concat([frame(preparation, 0), frame(execution, 0)]));
    await readReply(one.packets, 'prepare');
    expect(rowOf(await readReply(one.packets, 'results'))).toContain('of one');
    expect(rowOf(await run(two))).toContain('of two');
  });
});

const run = (client: RawClient): Promise<readonly RawPacket[]> =>
  client.command(command.STMT_EXECUTE, executeBody(last));
const rowOf = (reply: readonly RawPacket[]): string => reply.at(-2)?.payload.toString('latin1') ?? '';
