// Packets of 16 MB and more, both ways, on a server of its own: a general log with them in it would slow every other test down.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { startMariadb, type Account } from '../support/mariadb.js';
import { findProgram } from '../support/programs.js';
import { expectSameAsDirectly, type Step } from '../support/transcript.js';

const hasServer = findProgram('mariadbd', 'mysqld') !== undefined;

describe.skipIf(!hasServer)('long packets (needs mariadbd on this machine)', () => {
  const instances = useInstances();
  let server: Awaited<ReturnType<typeof startMariadb>>;
  let account: Account;
  let instance: TestInstance;
  beforeAll(async () => (server = await startMariadb({ generalLog: false })));
  afterAll(() => server.destroy());
  beforeEach(async () => {
    account = await server.createAccount();
    instance = await instances.start(server, account);
  });
  const sameAsDirectly = (steps: readonly Step[]): Promise<void> =>
    expectSameAsDirectly(server, instance, account, steps);

  const megabytes = 20_000_000;

  it('of more than 16 MB come back whole', async () => {
    await sameAsDirectly([`SELECT REPEAT('x', ${megabytes}) AS long_value, 1 AS next`, 'SELECT 1']);
  });

  it('of more than 16 MB, and of exactly 16 MB, reach the server whole', async () => {
    const statement = (length: number): string => {
      const head = "SELECT LENGTH('";
      return `${head}${'y'.repeat(length - head.length - 2)}')`;
    };
    await sameAsDirectly([statement(megabytes), statement(0xffffff - 1), statement(0xffffff), 'SELECT 1']);
  });

  it('which only what is put in would make longer than 16 MB are refused: their replies would be numbered otherwise', async () => {
    const head = "SELECT CONNECTION_ID() > 0, LENGTH('";
    const statement = (length: number): string => `${head}${'y'.repeat(length - head.length - 2)}')`;
    const client = await instance.login();
    const { errno, message } = await client.failure(statement(0xffffff - 5));
    expect([errno, message]).toEqual([1153, expect.stringContaining('needs 2 packets instead of 1')]);
    const bytes = Number(/(\d+) bytes shorter/.exec(message)?.[1]);
    await sameAsDirectly([statement(0xffffff - 5 - bytes), statement(0xffffff + 5)]);
  });

  it('of more than max_allowed_packet are refused, and neither session loses its connection', async () => {
    const [client, other] = [await instance.login(), await instance.login()];
    const tooLong = `SELECT LENGTH('${'z'.repeat(65 * 1024 * 1024)}')`;
    expect(await client.failure(tooLong)).toMatchObject({ errno: 1153, sqlState: '08S01' });
    expect(await other.rows('SELECT 1')).toEqual([['1']]);
    expect(await client.rows('SELECT 2')).toEqual([['2']]);
    expect(instance.status().counters.backendConnects).toBe(1);
  });
});
