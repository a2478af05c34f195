// What drivers ask before they hand a connection over, while the backend is busy with another session.
import { beforeEach, expect, it } from 'vitest';
import { closedGate, type Gate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import type { RawClient } from '../support/raw-client.js';
import { expectSameAsDirectly } from '../support/transcript.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let gate: Gate;
let instance: TestInstance;
let busy: RawClient;

beforeEach(async () => {
  account = await server.createAccount();
  gate = await closedGate(server, account);
  instance = await instances.start(server, account);
  busy = await instance.login({ schema: account.schema });
  return () => gate.open();
});

const setMode = "set autocommit=1, sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES')";
const askVariables = 'SELECT @@max_allowed_packet,@@system_time_zone,@@time_zone,@@auto_increment_increment';

// latin1_swedish_ci, utf8mb3_general_ci, utf8mb4_general_ci, utf8mb4_unicode_ci
it.each([8, 33, 45, 224])(
  'MariaDB Connector/J is answered at once, in the letters of collation %i',
  async (collation) => {
    const running = busy.rows(gate.read);
    await gate.blocked();
    await expectSameAsDirectly(server, instance, { ...account, collation }, [setMode, askVariables]);
    await gate.open();
    expect(await running).toEqual([['0']]);
  },
);

it('what it has set then is in force in its first turn', async () => {
  const running = busy.rows(gate.read);
  await gate.blocked();
  const opening = await instance.login({ schema: account.schema });
  await opening.query(setMode);
  const [[, , zone] = []] = await opening.rows(askVariables);
  expect(zone).toBe('SYSTEM');
  await gate.open();
  await running;
  await busy.query("SET sql_mode = '', autocommit = 0, time_zone = '+01:00'");
  const [[mode, ...rest] = []] = await opening.rows('SELECT @@sql_mode, @@autocommit, @@time_zone');
  expect([mode?.split(',').includes('STRICT_TRANS_TABLES'), ...rest]).toEqual([true, '1', 'SYSTEM']);
});

it.each(['SELECT @@time_zone, @@version', "set autocommit=1, sql_mode = concat(@@sql_mode,',ANSI_QUOTES')"])(
  '%s waits for the backend',
  async (sql) => {
    const running = busy.rows(gate.read);
    await gate.blocked();
    const opening = await instance.login({ schema: account.schema });
    const reply = opening.query(sql);
    await until('it waits', () => instance.status().queue.waiting === 1);
    await gate.open();
    await Promise.all([running, reply]);
  },
);
