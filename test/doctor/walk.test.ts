// The doctor's walk through the port of a real instance, in front of a real MariaDB and of the demo backend.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examine } from '../../src/doctor/doctor.js';
import type { DemoBackend } from '../../src/demo/backend.js';
import { startDemo } from '../demo/both-servers.js';
import { useInstances } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { settingsFor } from '../support/settings.js';
import { checkOf, instruments, outcomes, runningView, stoppedView } from './instruments.js';

const server = useMariadb();
const instances = useInstances();

const phases = ['connect', 'databases', 'tables', 'metadata', 'custom-sql', 'sessions', 'cancel'];
const allWell = Object.fromEntries(['instance', 'port', 'backend', ...phases].map((id) => [id, 'ok']));

describe('in front of MariaDB', () => {
  it('finds all well, and the backend sees one connection throughout', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    await server.query(`CREATE TABLE ${account.schema}.plain (a INT)`);
    await server.query(
      `CREATE TABLE ${account.schema}.facts (id INT PRIMARY KEY, cob_date DATE, amount DECIMAL(10,2))`,
    );
    await server.query(
      `INSERT INTO ${account.schema}.facts VALUES (1, '2024-01-05', 1.50), (2, '2024-01-05', 2.50), (3, '2024-01-06', 3)`,
    );
    const instance = await instances.start(server, account, { backend: { database: account.schema } });
    const watch = await server.watchConnections(account.user);
    const { checks, ok } = await examine(instance.settings, runningView(instance.status()), instruments());
    await watch.stop();
    expect(outcomes(checks)).toEqual({ ...allWell, reach: 'skipped' });
    expect(ok).toBe(true);
    expect(watch.max).toBe(1);
    expect(checkOf(checks, 'tables').finding).toContain('facts, which has a cob_date');
    expect(checkOf(checks, 'custom-sql').finding).toMatch(/^2 rows of 2024-01-05/);
    expect(checkOf(checks, 'cancel').finding).toMatch(/^it was interrupted \(error 1317\) after \d+ ms/);
    expect(checkOf(checks, 'connect').statements.map(({ statement }) => statement)).toContain(
      'SELECT CONNECTION_ID()',
    );
  });

  it('goes on without a table to look at', async () => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account);
    const { checks, ok } = await examine(instance.settings, runningView(instance.status()), instruments());
    expect(outcomes(checks)).toMatchObject({
      tables: 'warning',
      metadata: 'skipped',
      'custom-sql': 'skipped',
      cancel: 'ok',
    });
    expect(ok).toBe(true);
  });

  it('says who may log in when the login is refused, and skips what needs one', async () => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account);
    const settings = { ...instance.settings, client: { user: account.user, password: 'wrong' } };
    const { checks, ok } = await examine(settings, runningView(instance.status()), instruments());
    expect(ok).toBe(false);
    expect(checkOf(checks, 'connect')).toMatchObject({
      outcome: 'failed',
      statements: [{ outcome: 'failed', errno: 1045, sqlState: '28000' }],
    });
    expect(checkOf(checks, 'connect').advice.join(' ')).toContain('"client" entry');
    expect(outcomes(checks)).toMatchObject({ databases: 'skipped', cancel: 'skipped' });
  });

  it('asks the backend itself while the instance is stopped, and says how to start it', async () => {
    const account = await server.createAccount({ maxUserConnections: 1 });
    const settings = await settingsFor(server, account);
    const { checks, ok } = await examine(settings, stoppedView, instruments());
    rmSync(settings.folder, { recursive: true });
    expect(ok).toBe(false);
    expect(outcomes(checks)).toMatchObject({
      instance: 'failed',
      port: 'failed',
      backend: 'ok',
      connect: 'failed',
      sessions: 'skipped',
    });
    expect(checkOf(checks, 'port').advice).toContain('chronos-fleet up tester');
    expect(await server.connectionsOf(account.user)).toBe(0);
  });

  it('tells a database of the port map that is not there', async () => {
    const account = await server.createAccount();
    const instance = await instances.start(server, account);
    const settings = { ...instance.settings, backend: { ...instance.settings.backend, database: 'nowhere' } };
    const { checks } = await examine(settings, runningView(instance.status()), instruments());
    expect(checkOf(checks, 'connect').statements[0]?.errno).toBe(1044);
  });
});

describe('in front of the demo backend', () => {
  let demo: DemoBackend;
  beforeAll(async () => {
    demo = await startDemo('user1');
  });
  afterAll(() => demo.close());

  it('finds all well, and no connection was ended', async () => {
    const instance = await instances.start(demo, { user: 'user1', password: 'secret' });
    const { checks } = await examine(instance.settings, runningView(instance.status()), instruments());
    expect(outcomes(checks)).toEqual({ ...allWell, reach: 'skipped' });
    expect(checkOf(checks, 'custom-sql').finding).toMatch(/^14 rows of 2023-01-01/);
    expect(demo.dropped).toBe(0);
  });
});
