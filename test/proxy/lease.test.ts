// Holding the backend between commands: for as long as nobody else waits, and for the lease when somebody does.
import { beforeEach, describe, expect, it } from 'vitest';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, errorOf, rowsOf, type RawClient } from '../support/raw-client.js';
import type { SettingsOverrides } from '../support/settings.js';
import { executeBody, statementId } from '../support/transcript.js';

const server = useMariadb();
const instances = useInstances();
let account: Account;
let instance: TestInstance;
let one: RawClient;
let two: RawClient;

async function start(overrides: SettingsOverrides): Promise<void> {
  instance = await instances.start(server, account, overrides);
  one = await instance.login({ schema: account.schema });
  two = await instance.login({ schema: account.schema });
}

/** Leaves a cursor open on rows of `t`. */
async function openCursor(client: RawClient): Promise<void> {
  const prepared = await client.command(command.STMT_PREPARE, Buffer.from('SELECT id FROM t'));
  await client.command(command.STMT_EXECUTE, executeBody(statementId(prepared), 1));
}

beforeEach(async () => {
  account = await server.createAccount({ maxUserConnections: 1, privileges: ['RELOAD'] });
  await server.query(`CREATE TABLE ${account.schema}.t (id INT)`);
});

describe('a lease that runs out while others wait', () => {
  it('rolls the transaction back, serves the waiter, and tells the session what its driver understands', async () => {
    await start({ pinTimeoutMs: 50 });
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
    const lost = await one.failure('INSERT INTO t VALUES (2)');
    expect(lost).toMatchObject({ errno: 1213, sqlState: '40001' });
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
    expect(instance.status().counters.leasesExpired).toBe(1);
    expect((await instance.event('lease-expired')).reasons).toContain('transaction');
  });

  it.each([
    ['LOCK TABLES t WRITE', 'SELECT 1'],
    ["SET @l = GET_LOCK('lease.l', 0)", "SELECT RELEASE_LOCK('lease.l')"],
    ['HANDLER t OPEN', 'HANDLER t READ FIRST'],
  ])('after %s does not pretend that nothing was lost', async (theirs, next) => {
    await start({ pinTimeoutMs: 50 });
    await one.query(theirs);
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
    expect((await one.failure(next)).errno).toBe(1213);
    expect(await one.rows('SELECT 1')).toEqual([['1']]);
  });

  it.each([
    ['SET @mine = 7', 'SELECT @mine'],
    ['SELECT 3 + 4 INTO @mine', 'SELECT @mine'],
    ['SELECT @mine := 7', 'SELECT @mine'],
    ['SET @mine = LENGTH(UUID()) - 29', 'SELECT @mine'],
    ['CREATE TEMPORARY TABLE mine SELECT 7 AS a', 'SELECT a FROM mine'],
    ["PREPARE mine FROM 'SELECT 7'", 'EXECUTE mine'],
  ])('after %s finds what it made as it was, or hears that it is lost', async (theirs, ask) => {
    await start({ pinTimeoutMs: 50 });
    await one.query(theirs);
    const seenByTwo = await two.query(ask);
    if (errorOf(seenByTwo) === undefined) expect(rowsOf(seenByTwo)).toEqual([[null]]);
    const reply = await one.query(ask);
    if (errorOf(reply) === undefined) expect(rowsOf(reply)).toEqual([['7']]);
    else expect(errorOf(reply)).toMatchObject({ errno: 1213, sqlState: '40001' });
  });

  it.each([
    ['a handler', () => one.query('HANDLER t OPEN AS h'), 'HANDLER h READ FIRST', 1109],
    ['a cursor', () => openCursor(one), 'SELECT 1', undefined],
    ['an open transaction', () => one.query('BEGIN'), 'SELECT 1', undefined],
    ['table locks', () => one.query('LOCK TABLES t READ'), 'SELECT 1', undefined],
    ['a backup', () => one.query('BACKUP STAGE START'), 'CREATE TABLE IF NOT EXISTS u (id INT)', undefined],
    ['a backup’s lock', () => one.query('BACKUP LOCK t'), "ALTER TABLE t COMMENT = ''", undefined],
    ['an id for the next row', () => one.query('SET insert_id = 77'), 'SELECT 1', undefined],
  ])('of %s takes nothing from those who hold nothing', async (_, hold, again, errno) => {
    await start({ pinTimeoutMs: 50 });
    await server.query(`INSERT INTO ${account.schema}.t VALUES (1), (2)`);
    await two.query("SELECT GET_LOCK('lease.kept', 0)");
    await two.query('CREATE TEMPORARY TABLE kept SELECT 7 AS a');
    await hold();
    expect(await two.rows('SELECT a FROM kept')).toEqual([['7']]);
    expect(await two.rows("SELECT IS_USED_LOCK('lease.kept') = CONNECTION_ID()")).toEqual([['1']]);
    expect((await one.failure('SELECT 1')).errno).toBe(1213);
    const reply = await one.query(again);
    expect(errorOf(reply)?.errno).toBe(errno);
    expect(instance.status().counters.backendConnects).toBe(1);
  });

  it('of a temporary table that cannot step aside takes nothing from others but that', async () => {
    await start({ pinTimeoutMs: 50 });
    await two.query("SELECT GET_LOCK('lease.kept', 0)");
    // In a transaction it cannot be tried how the server renames such tables.
    for (const sql of ['BEGIN', 'CREATE TEMPORARY TABLE own (a INT)', 'COMMIT']) await one.query(sql);
    expect(await two.rows("SELECT IS_USED_LOCK('lease.kept') = CONNECTION_ID()")).toEqual([['1']]);
    expect((await one.failure('SELECT * FROM own')).errno).toBe(1213);
    for (const client of [one, two]) expect((await client.failure('SELECT * FROM own')).errno).toBe(1146);
    expect(instance.status().counters).toMatchObject({ backendConnects: 1, leasesExpired: 1 });
  });

  it('leaves nothing of its holder to the one who comes next', async () => {
    await start({ pinTimeoutMs: 50 });
    await one.query("SET @mine = 'secret'");
    await one.query('CREATE TEMPORARY TABLE mine SELECT 1 AS a');
    await one.query("DO 1 + GET_LOCK('lease.mine', 0)");
    expect(await two.rows("SELECT @mine, IS_FREE_LOCK('lease.mine')")).toEqual([[null, '1']]);
    expect((await two.failure('SELECT * FROM mine')).errno).toBe(1146);
    expect(await server.connectionsOf(account.user)).toBe(1);
  });

  it('is a new one for a new transaction', async () => {
    await start({ pinTimeoutMs: 50 });
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    await two.rows('SELECT 1');
    expect((await one.failure('COMMIT')).errno).toBe(1213);
    for (const sql of ['BEGIN', 'INSERT INTO t VALUES (2)', 'COMMIT']) await one.query(sql);
    expect(await two.rows('SELECT id FROM t')).toEqual([['2']]);
  });
});

describe('a lease', () => {
  it('does not run while a statement of its holder runs', async () => {
    await start({ pinTimeoutMs: 50 });
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    const long = one.rows('SELECT SLEEP(0.3)');
    const waiter = two.rows('SELECT COUNT(*) FROM t');
    expect(await long).toEqual([['0']]);
    await one.query('COMMIT');
    expect(await waiter).toEqual([['1']]);
    expect(instance.status().counters.leasesExpired).toBe(0);
  });

  it('does not run while nobody waits', async () => {
    await start({ pinTimeoutMs: 20 });
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    // Time passes on the server, for somebody who does not need this instance.
    await server.query('SELECT SLEEP(0.2)');
    expect(await one.rows('SELECT COUNT(*) FROM t')).toEqual([['1']]);
    await one.query('COMMIT');
    expect(instance.status().counters.leasesExpired).toBe(0);
  });

  it('is named to those whom it makes wait too long: who holds, and why', async () => {
    await start({ pinTimeoutMs: 10_000, backend: { queueTimeoutMs: 100 } });
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    const error = await two.failure('SELECT 1 FROM t');
    expect(error.errno).toBe(1205);
    expect(error.message).toContain(`session ${one.greeting.threadId}`);
    expect(error.message).toContain('transaction');
    await one.query('COMMIT');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['1']]);
  });

  it('shows in the status document while it is held, and not afterwards', async () => {
    await start({});
    await one.query('BEGIN');
    await one.query('INSERT INTO t VALUES (1)');
    expect(instance.status().backend[0]?.pinnedBy).toMatchObject({
      session: one.greeting.threadId,
      reasons: ['transaction'],
    });
    await one.query('COMMIT');
    expect(instance.status().backend[0]?.pinnedBy).toBeUndefined();
  });

  it('is given back when its holder goes, however it goes', async () => {
    await start({});
    for (const leave of ['quit', 'reset'] as const) {
      const holder = await instance.login({ schema: account.schema });
      await holder.query('BEGIN');
      await holder.query('INSERT INTO t VALUES (1)');
      const waiter = two.rows('SELECT COUNT(*) FROM t');
      await holder[leave]();
      expect(await waiter).toEqual([['0']]);
    }
    await one.quit();
  });
});
