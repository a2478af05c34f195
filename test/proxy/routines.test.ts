// What procedures, functions and triggers do to a session, and what of another session they must not find.
import { beforeEach, describe, expect, it } from 'vitest';
import { startMask } from '../differential/tracking-mask.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, type RawClient } from '../support/raw-client.js';

const server = useMariadb();
const instances = useInstances();

const programs: readonly string[] = [
  'CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT)',
  'CREATE TABLE watched (id INT AUTO_INCREMENT PRIMARY KEY, a INT)',
  'CREATE TRIGGER on_watched BEFORE INSERT ON watched FOR EACH ROW SET @seen = NEW.a, NEW.a = COALESCE(@x, 0)',
  'CREATE TABLE copies (id INT AUTO_INCREMENT PRIMARY KEY, a INT)',
  'CREATE TRIGGER on_copies BEFORE INSERT ON copies FOR EACH ROW SET NEW.a = LAST_INSERT_ID()',
  'CREATE PROCEDURE sets(n INT) BEGIN SET @p = n; SET SESSION group_concat_max_len = 1000 + n; END',
  'CREATE PROCEDURE shows() SELECT @x, LAST_INSERT_ID(), (SELECT COUNT(*) FROM t)',
  "CREATE PROCEDURE fails() BEGIN SET @p = 'before'; SELECT * FROM missing; END",
  'CREATE PROCEDURE begins_and_fails() BEGIN START TRANSACTION; INSERT INTO t (a) VALUES (1); SELECT * FROM missing; END',
  'CREATE PROCEDURE executes() EXECUTE s',
  'CREATE FUNCTION pure(n INT) RETURNS INT DETERMINISTIC RETURN n * 2',
  'CREATE FUNCTION sets_x(n INT) RETURNS INT DETERMINISTIC BEGIN SET @x = n; RETURN n; END',
  'CREATE FUNCTION sets_setting(n INT) RETURNS INT DETERMINISTIC BEGIN SET SESSION group_concat_max_len = n; RETURN n; END',
  'CREATE FUNCTION shows_x() RETURNS INT DETERMINISTIC RETURN @x',
];

describe.each([
  ['with session tracking', false],
  ['without session tracking', true],
])('%s', (_, isMasked) => {
  let account: Account;
  let instance: TestInstance;
  let one: RawClient;
  let two: RawClient;

  beforeEach(async () => {
    account = await server.createAccount({ maxUserConnections: 1 });
    await server.query(`USE ${account.schema}`);
    for (const sql of programs) await server.query(sql);
    const mask = isMasked ? await startMask(server) : null;
    instance = await instances.start(mask ?? server, account);
    one = await instance.login({ schema: account.schema });
    two = await instance.login({ schema: account.schema });
    return async () => {
      expect(instance.status().counters.backendConnects).toBe(1);
      await mask?.stop();
    };
  });

  const pins = (): readonly string[] =>
    instance.events.flatMap((event) => (event.type === 'pinned' ? event.reasons : []));

  it('a function without effects keeps nobody waiting', async () => {
    expect(await one.rows('SELECT pure(4)')).toEqual([['8']]);
    expect(await two.rows('SELECT 1')).toEqual([['1']]);
    expect(pins()).toEqual([]);
  });

  it('variables that a procedure sets are its own session’s, and keep nobody waiting', async () => {
    await one.query('CALL sets(7)');
    expect(await two.rows('SELECT @p, @@group_concat_max_len')).toEqual([[null, '1048576']]);
    await two.query('CALL sets(8)');
    expect(await one.rows('SELECT @p, @@group_concat_max_len')).toEqual([['7', '1007']]);
    expect(await two.rows('SELECT @p, @@group_concat_max_len')).toEqual([['8', '1008']]);
    expect(pins()).toEqual([]);
  });

  it('variables that a function sets in a query are its own session’s', async () => {
    await two.query('SET @x = 1');
    await one.rows('SELECT sets_x(5), sets_setting(5555)');
    expect(await two.rows('SELECT @x, @@group_concat_max_len')).toEqual([['1', '1048576']]);
    expect(await one.rows('SELECT @x, @@group_concat_max_len')).toEqual([['5', '5555']]);
    expect(pins()).toEqual([]);
  });

  it('what a procedure did before it failed is its own session’s', async () => {
    expect((await one.failure('CALL fails()')).errno).toBe(1146);
    expect(await two.rows('SELECT @p')).toEqual([[null]]);
    expect(await one.rows('SELECT @p')).toEqual([['before']]);
    expect(pins()).toEqual([]);
  });

  it('a transaction that a procedure began before it failed is kept', async () => {
    await one.failure('CALL begins_and_fails()');
    expect(await instance.event('pinned')).toMatchObject({ reasons: ['transaction'] });
    await one.query('ROLLBACK');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['0']]);
  });

  it('variables that a trigger sets are its own session’s', async () => {
    await one.query('INSERT INTO watched (a) VALUES (3)');
    expect(await two.rows('SELECT @seen')).toEqual([[null]]);
    await two.query('INSERT INTO watched (a) VALUES (4)');
    expect(await one.rows('SELECT @seen')).toEqual([['3']]);
    expect(await two.rows('SELECT @seen')).toEqual([['4']]);
    expect(pins()).toEqual([]);
  });

  it('variables that programs read are its own session’s', async () => {
    await one.query('SET @x = 1');
    await two.query('SET @x = 2');
    expect((await one.rows('CALL shows()'))[0]?.[0]).toBe('1');
    expect(await two.rows('SELECT shows_x()')).toEqual([['2']]);
    await one.query('INSERT INTO watched (a) VALUES (9)');
    expect(await two.rows('SELECT a FROM watched')).toEqual([['1']]);
  });

  it('LAST_INSERT_ID() in programs is its own session’s', async () => {
    await one.query('INSERT INTO t (id) VALUES (NULL), (NULL), (NULL)');
    await one.query('INSERT INTO t (id) VALUES (NULL)');
    await two.query('INSERT INTO watched (id) VALUES (NULL)');
    expect((await one.rows('CALL shows()'))[0]?.[1]).toBe('4');
    await two.query('INSERT INTO copies (a) VALUES (0)');
    await one.query('INSERT INTO copies (a) VALUES (0)');
    expect(await one.rows('SELECT a FROM copies ORDER BY id')).toEqual([['1'], ['4']]);
  });

  it('temporary tables that programs read are its own session’s', async () => {
    await two.query('CREATE TEMPORARY TABLE t AS SELECT 1 AS a UNION SELECT 2');
    expect((await one.rows('CALL shows()'))[0]?.[2]).toBe('0');
    expect((await two.rows('CALL shows()'))[0]?.[2]).toBe('2');
  });

  it('text prepared statements that procedures execute are its own session’s', async () => {
    await one.query("PREPARE s FROM 'SELECT 1'");
    await two.query("PREPARE s FROM 'SELECT 2'");
    expect(await one.rows('CALL executes()')).toEqual([['1']]);
    expect(await two.rows('CALL executes()')).toEqual([['2']]);
    await two.query('DEALLOCATE PREPARE s');
    await one.rows('EXECUTE s');
    expect((await two.failure('CALL executes()')).errno).toBe(1243);
  });

  it('what was done is gone for a session that begins anew', async () => {
    await one.query('CALL sets(7)');
    await one.command(command.RESET_CONNECTION);
    expect(await one.rows('SELECT @p, @@group_concat_max_len')).toEqual([[null, '1048576']]);
  });
});
