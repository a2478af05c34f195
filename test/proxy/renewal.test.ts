// A backend connection that is old is renewed between turns, and takes nothing of anybody's with it.
import { beforeEach, describe, expect, it } from 'vitest';
import { createSales } from '../support/fixtures.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import type { RawClient } from '../support/raw-client.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1 });
  await createSales(server, account, 5);
  // Each turn finds it too old.
  instance = await instances.start(server, account, { backend: { poolRecycleMs: 1 } });
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
});

const connects = (): number => instance.status().counters.backendConnects;

/** Has the other session ask until the connection was renewed. */
async function renew(): Promise<void> {
  const before = connects();
  await until('it was renewed', async () => {
    await two.rows('SELECT 1');
    return connects() > before;
  });
}

describe('a connection that is older than pool_recycle', () => {
  it('is renewed between turns, and no session notices', async () => {
    await renew();
    await renew();
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
    expect(instance.status().counters.backendLosses).toBe(0);
  });

  it('leaves sessions the user variables that they have only just set, and what their last statement left', async () => {
    await one.query("SET @a = 5, @b = 'kept'");
    await one.query("INSERT INTO t VALUES (77, 'x', 1), (78, 'y', 1)");
    await one.query("SELECT 1 + 'x'");
    await renew();
    expect((await one.rows('SHOW WARNINGS')).map(([, code]) => code)).toEqual(['1292']);
    expect(await one.rows('SELECT @a, @b')).toEqual([['5', 'kept']]);
  });

  it('stays while a session has temporary tables there', async () => {
    await one.query('CREATE TEMPORARY TABLE tmp AS SELECT 7 AS a');
    const before = connects();
    for (let i = 0; i < 5; i++) await two.rows('SELECT 1');
    expect(await one.rows('SELECT a FROM tmp')).toEqual([['7']]);
    expect(connects()).toBe(before);
    await one.query('DROP TEMPORARY TABLE tmp');
    await renew();
  });

  it('stays while a session has a named lock there', async () => {
    await one.rows(`SELECT GET_LOCK('${account.schema}', 0)`);
    const before = connects();
    for (let i = 0; i < 5; i++) await two.rows('SELECT 1');
    expect(connects()).toBe(before);
    await one.rows(`SELECT RELEASE_LOCK('${account.schema}')`);
    await renew();
  });

  it('stays under an open transaction', async () => {
    await one.query('BEGIN');
    await one.query('DELETE FROM t WHERE id = 1');
    const before = connects();
    for (let i = 0; i < 20; i++) await one.rows('SELECT COUNT(*) FROM t');
    expect(connects()).toBe(before);
    await one.query('COMMIT');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['4']]);
  });
});
