// KILL in the forms that drivers and scripts give it: prepared, bound, executed from a text, behind many statements.
import { beforeEach, describe, expect, it } from 'vitest';
import { closedGate, type Gate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, errorOf, type RawClient } from '../support/raw-client.js';
import { capability, usualCapabilities } from '../support/raw-login.js';
import { executeBody, expectSameAsDirectly, statementId, textParameters } from '../support/transcript.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let gate: Gate;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

beforeEach(async () => {
  account = await server.createAccount();
  gate = await closedGate(server, account);
  instance = await instances.start(server, account);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({
    schema: account.schema,
    capabilities: usualCapabilities | capability.MULTI_STATEMENTS,
  });
  return () => gate.open();
});

const interrupted = { errno: 1317, sqlState: '70100' };

/** What the account's statements that reached the server have to do with KILL. */
const killsThere = async (): Promise<readonly string[]> =>
  (await server.statementsOf(account.user)).filter((text) => /^(DO 0;)*KILL/.test(text));

describe('KILL QUERY of a session of the port, while the backend is busy', () => {
  const { STMT_PREPARE, STMT_EXECUTE } = command;

  it.each<[string, (killer: RawClient, id: string) => Promise<unknown>]>([
    ['EXECUTE IMMEDIATE', (killer, id) => killer.query(`EXECUTE IMMEDIATE 'KILL QUERY ${id}'`)],
    [
      'EXECUTE IMMEDIATE among others',
      (killer, id) => killer.query(`EXECUTE IMMEDIATE /* ${'-'.repeat(80)} */ 'KILL QUERY ${id}'; DO 1`),
    ],
    [
      'a prepared statement with a parameter',
      async (killer, id) => {
        const prepared = await killer.command(STMT_PREPARE, Buffer.from('KILL QUERY ?'));
        const body = executeBody(statementId(prepared), 0, textParameters([id]));
        expect(errorOf(await killer.command(STMT_EXECUTE, body))).toBeUndefined();
      },
    ],
  ])('by %s reaches it, and nobody behind the port', async (_, kill) => {
    const running = one.failure(gate.read);
    await gate.blocked();
    const killing = kill(two, String(one.greeting.threadId));
    expect(await running).toMatchObject(interrupted);
    await gate.open();
    await killing;
    expect(await two.rows('SELECT 2')).toEqual([['2']]);
    expect(await killsThere()).toEqual([]);
  });

  it('by the EXECUTE of a text statement is answered at once, with or without several statements', async () => {
    const id = one.greeting.threadId;
    const three = await instance.login({ capabilities: usualCapabilities & ~capability.MULTI_STATEMENTS });
    for (const killer of [two, three]) {
      await killer.query(`PREPARE s FROM '/* ${'-'.repeat(20)} */ KILL QUERY ${id}'`);
      expect(errorOf(await killer.query('EXECUTE s'))).toBeUndefined();
      expect(
        errorOf(await killer.query(`EXECUTE s ${' '.repeat(60)} /* ${' '.repeat(60)} */`)),
      ).toBeUndefined();
    }
    expect(await killsThere()).toEqual([]);
  });
});

describe('a prepared KILL', () => {
  const id = 0xfffffffe;

  it.each(['KILL ?', 'KILL QUERY ?'])('%s is answered byte for byte as the server does it', async (sql) => {
    const { STMT_PREPARE, STMT_EXECUTE } = command;
    const execute = (parameters: Buffer) => ({
      code: STMT_EXECUTE,
      what: 'execute',
      bodyFrom: ([prepared = []]: readonly (readonly { payload: Buffer }[])[]) =>
        executeBody(prepared[0]?.payload.subarray(1, 5) ?? Buffer.alloc(4), 0, parameters),
    });
    // The second leaves its types out, as drivers do.
    const again = Buffer.concat([Buffer.from([0, 0]), Buffer.from([10]), Buffer.from(String(id))]);
    await expectSameAsDirectly(server, instance, account, [
      { code: STMT_PREPARE, body: Buffer.from(sql), what: sql },
      execute(textParameters([String(id)])),
      execute(again),
    ]);
  });
});

describe('what would end a connection on the server', () => {
  it.each([
    `${'DO 0;'.repeat(1_001)}KILL QUERY 7`,
    `${'DO 0;'.repeat(1_001)}COMMIT RELEASE`,
    `${'DO 0;'.repeat(1_001)}SHUTDOWN`,
    'SET sql_mode = @@sql_mode; KILL 7',
    'KILL USER CURRENT_USER()',
  ])('is refused where it cannot be carried out here: ...%s', async (sql) => {
    await two.query("SET @kept = 'kept'");
    expect(await two.failure(sql)).toMatchObject({ errno: 1227 });
    expect(await two.rows('SELECT @kept')).toEqual([['kept']]);
    expect(await killsThere()).toEqual([]);
    expect(instance.status().counters.backendConnects).toBe(1);
  });

  it('and only looks like it is run, behind a thousand statements', async () => {
    const sql = `${'DO 0;'.repeat(1_001)}COMMIT NO RELEASE; SELECT 'KILL 7' AS a; RELEASE SAVEPOINT x`;
    expect(errorOf(await two.query(sql))?.errno).toBe(1305);
  });
});
