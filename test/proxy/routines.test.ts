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
  'CREATE PROCEDURE makes(n INT) BEGIN CREATE TEMPORARY TABLE IF NOT EXISTS tmp (a INT); INSERT INTO tmp VALUES (n); END',
  'CREATE PROCEDURE makes_inside(n INT) BEGIN IF n > 0 THEN CALL makes(n); END IF; END',
  'CREATE PROCEDURE takes_away() DROP TEMPORARY TABLE tmp',
  "CREATE PROCEDURE prepares() BEGIN PREPARE s FROM 'SELECT 7'; END",
  'CREATE PROCEDURE uses(q TEXT) BEGIN SET @q = q; PREPARE dyn FROM @q; EXECUTE dyn; DEALLOCATE PREPARE dyn; END',
  "CREATE PROCEDURE locks() BEGIN DO GET_LOCK('routines', 0); END",
  'CREATE PROCEDURE flushes() BEGIN INSERT INTO t (a) VALUES (1); FLUSH LOCAL TABLES t; END',
  'CREATE PROCEDURE flushes_and_locks() FLUSH LOCAL TABLES t WITH READ LOCK',
  'CREATE FUNCTION pure(n INT) RETURNS INT DETERMINISTIC RETURN n * 2',
  'CREATE FUNCTION sets_x(n INT) RETURNS INT DETERMINISTIC BEGIN SET @x = n; RETURN n; END',
  'CREATE FUNCTION sets_setting(n INT) RETURNS INT DETERMINISTIC BEGIN SET SESSION group_concat_max_len = n; RETURN n; END',
  'CREATE FUNCTION shows_x() RETURNS INT DETERMINISTIC RETURN @x',
];

/** Servers show the body of a routine to the account that it is defined by. */
function definedBy({ user }: Account, sql: string): string {
  return sql.replace(/^CREATE (PROCEDURE|FUNCTION)/, `CREATE DEFINER=${user}@'%' $1`);
}

describe.each([
  ['with session tracking', false],
  ['without session tracking', true],
])('%s', (_, isMasked) => {
  let account: Account;
  let instance: TestInstance;
  let one: RawClient;
  let two: RawClient;

  beforeEach(async () => {
    account = await server.createAccount({ maxUserConnections: 1, privileges: ['RELOAD'] });
    await server.query(`USE ${account.schema}`);
    for (const sql of programs) await server.query(definedBy(account, sql));
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

  it('defining one with a body does nothing of what is in it, and keeps nobody waiting', async () => {
    await one.query("SET @stmt = 'mine'");
    const body = "BEGIN SET @stmt = CONCAT('SELECT ', n); PREPARE ps FROM @stmt; EXECUTE ps; END;";
    await one.query(`CREATE PROCEDURE defined(IN n INT) ${body}`);
    expect(await two.rows('SELECT @stmt')).toEqual([[null]]);
    expect(await one.rows('SELECT @stmt')).toEqual([['mine']]);
    expect((await one.failure(`CREATE PROCEDURE defined(IN n INT) ${body}`)).errno).toBe(1304);
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

  it('temporary tables that procedures make are their own session’s, and keep nobody waiting', async () => {
    await one.query('CALL makes(1)');
    expect((await two.failure('SELECT * FROM tmp')).errno).toBe(1146);
    await two.query('CALL makes_inside(2)');
    expect(await one.rows('SELECT * FROM tmp')).toEqual([['1']]);
    expect(await two.rows('SELECT * FROM tmp')).toEqual([['2']]);
    await one.query('CALL takes_away()');
    expect((await one.failure('SELECT * FROM tmp')).errno).toBe(1146);
    expect(await two.rows('SELECT * FROM tmp')).toEqual([['2']]);
    expect(pins()).toEqual([]);
  });

  it('text statements that procedures prepare are their own session’s, and keep nobody waiting', async () => {
    await one.query('CALL prepares()');
    expect((await two.failure('EXECUTE s')).errno).toBe(1243);
    expect(await one.rows('EXECUTE s')).toEqual([['7']]);
    expect(pins()).toEqual([]);
  });

  it('dynamic statements that procedures clear away keep nobody waiting', async () => {
    expect(await one.rows("CALL uses('SELECT 3')")).toEqual([['3']]);
    expect(await two.rows('SELECT @q')).toEqual([[null]]);
    expect(pins()).toEqual([]);
  });

  it('dynamic statements whose effects cannot be found out keep the connection', async () => {
    await one.query("CALL uses('CREATE TEMPORARY TABLE unseen (a INT)')");
    const { reasons } = await instance.event('pinned');
    expect(reasons).toEqual(['effects that cannot be judged']);
    await one.command(command.RESET_CONNECTION);
    expect((await two.failure('SELECT * FROM unseen')).errno).toBe(1146);
  });

  it('a lock that a procedure takes keeps the connection', async () => {
    await one.query('CALL locks()');
    await instance.event('pinned');
    await one.command(command.RESET_CONNECTION);
    expect(await two.rows("SELECT IS_FREE_LOCK('routines')")).toEqual([['1']]);
  });

  it('a FLUSH in a procedure keeps the connection only where it locks', async () => {
    await one.query('CALL flushes()');
    expect(await two.rows('SELECT COUNT(*) FROM t')).toEqual([['1']]);
    expect(pins()).toEqual([]);
    await one.query('CALL flushes_and_locks()');
    expect(await instance.event('pinned')).toMatchObject({ reasons: ['effects that cannot be judged'] });
  });

  it('of a routine whose body is not shown, variables are found and tables keep the connection', async () => {
    const hidden = 'CREATE DEFINER=root@localhost PROCEDURE';
    await server.query(`${hidden} ${account.schema}.hides() SET @h = 1`);
    await server.query(`${hidden} ${account.schema}.hides_table() CREATE TEMPORARY TABLE unseen (a INT)`);
    await one.query('CALL hides()');
    expect(await two.rows('SELECT @h')).toEqual([[null]]);
    expect(await one.rows('SELECT @h')).toEqual([['1']]);
    expect(pins()).toEqual([]);
    await one.query('CALL hides_table()');
    expect(await instance.event('pinned')).toMatchObject({ reasons: ['effects that cannot be judged'] });
  });

  it('what was done is gone for a session that begins anew', async () => {
    await one.query('CALL sets(7)');
    await one.command(command.RESET_CONNECTION);
    expect(await one.rows('SELECT @p, @@group_concat_max_len')).toEqual([[null, '1048576']]);
  });
});
