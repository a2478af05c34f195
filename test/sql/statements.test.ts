// Effects of the other statements: tables, transactions, locks, KILL, PREPARE.
import { describe, expect, it } from 'vitest';
import { effects, mysql8, read, readOne } from './modes.js';

const commits = { writes: true, endsTransaction: true };
const ddl = { ...commits, usesSchema: true };
/** No other name than that of a schema's own can be meant. */
const needs = { usesSchema: true, needsSchema: true };

const tables = (created: string[], dropped: string[] = [], renamed: { from: string; to: string }[] = []) => ({
  temporaryTables: { created, dropped, renamed },
});

const created = (name: string, qualifier: string | null = null) => ({
  ...tables([name.toLowerCase()]),
  createdTables: [{ name, qualifier }],
});

const dropped = (...names: { qualifier: string | null; name: string }[]) => ({
  ...tables(
    [],
    names.map(({ name }) => name.toLowerCase()),
  ),
  droppedTables: names,
});

const change = { writes: true, mayRunTriggers: true };

const cases: [text: string, told: object][] = [
  // Temporary tables
  ['CREATE TEMPORARY TABLE t (a INT)', { ...created('t'), ...needs }],
  ['CREATE OR REPLACE TEMPORARY TABLE IF NOT EXISTS `d`.`T 1` AS SELECT 1', created('T 1', 'd')],
  ['CREATE /*!50000 TEMPORARY */ TABLE t LIKE u', { ...created('t'), ...needs }],
  ['CREATE TEMPORARY TABLE d.t LIKE u', { ...created('t', 'd'), usesSchema: true }],
  ['CREATE TEMPORARY TABLE d.t SELECT * FROM u', { ...created('t', 'd'), usesSchema: true }],
  ['CREATE TEMPORARY SEQUENCE s', { ...created('s'), ...needs }],
  ['CREATE TABLE t (a INT)', { ...ddl, ...needs }],
  ['CREATE TABLE d.t (a INT)', commits],
  ['CREATE VIEW v AS SELECT 1', ddl],
  ['CREATE DATABASE IF NOT EXISTS d', commits],
  ['CREATE USER u', commits],
  ['DROP ROLE r', commits],
  ['DROP TABLE t', { ...ddl, ...needs, ...dropped({ qualifier: null, name: 't' }) }],
  ['DROP TABLE d.t', { ...commits, ...dropped({ qualifier: 'd', name: 't' }) }],
  [
    'DROP TABLE IF EXISTS a, d.B, `c` CASCADE',
    {
      ...ddl,
      ...needs,
      ...dropped(
        { qualifier: null, name: 'a' },
        { qualifier: 'd', name: 'B' },
        { qualifier: null, name: 'c' },
      ),
    },
  ],
  [
    'DROP TEMPORARY TABLE IF EXISTS a',
    { writes: true, ...needs, ...dropped({ qualifier: null, name: 'a' }) },
  ],
  ['DROP DATABASE d', { ...commits, mayDropSchema: true }],
  ['DROP SCHEMA IF EXISTS d', { ...commits, mayDropSchema: true }],
  ['DROP VIEW v', ddl],
  [
    'ALTER TABLE a ADD COLUMN b INT, RENAME TO d.C',
    { ...ddl, ...needs, ...tables([], [], [{ from: 'a', to: 'c' }]) },
  ],
  ['ALTER IGNORE TABLE a RENAME b', { ...ddl, ...needs, ...tables([], [], [{ from: 'a', to: 'b' }]) }],
  ['ALTER TABLE a RENAME COLUMN b TO c, RENAME INDEX d TO e', { ...ddl, ...needs }],
  ['ALTER TABLE d.a ADD COLUMN b INT', ddl],
  [
    'RENAME TABLE a TO b, d.c TO e',
    {
      ...ddl,
      ...needs,
      ...tables(
        [],
        [],
        [
          { from: 'a', to: 'b' },
          { from: 'c', to: 'e' },
        ],
      ),
    },
  ],
  ['RENAME USER a TO b', ddl],
  ['TRUNCATE TABLE t', { ...ddl, ...needs }],
  ['TRUNCATE d.t', commits],
  // Transactions
  ['BEGIN', { beginsTransaction: true, endsTransaction: true }],
  ['BEGIN WORK', { beginsTransaction: true, endsTransaction: true }],
  [
    'START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT',
    { beginsTransaction: true, endsTransaction: true },
  ],
  ['COMMIT', { writes: true, endsTransaction: true }],
  ['COMMIT WORK AND CHAIN', { writes: true, endsTransaction: true, beginsTransaction: true }],
  ['COMMIT AND NO CHAIN RELEASE', { writes: true, endsTransaction: true, endsConnection: true }],
  ['COMMIT AND CHAIN RELEASE', { writes: true, endsTransaction: true, beginsTransaction: true }],
  ['COMMIT RELEASE x', { writes: true, endsTransaction: true }],
  ['COMMIT NO RELEASE', { writes: true, endsTransaction: true }],
  ['ROLLBACK', { endsTransaction: true }],
  ['ROLLBACK RELEASE', { endsTransaction: true, endsConnection: true }],
  ['ROLLBACK TO SAVEPOINT a', {}],
  ['ROLLBACK WORK TO a', {}],
  ['SAVEPOINT a', {}],
  ['RELEASE SAVEPOINT a', {}],
  ["XA START 'a'", { beginsTransaction: true, writes: true, usesSchema: true, opaque: 'XA' }],
  ["XA COMMIT 'a'", { endsTransaction: true, writes: true, usesSchema: true, opaque: 'XA' }],
  ['XA RECOVER', { isRead: true }],
  ["XA RECOVER FORMAT='SQL'", { isRead: true }],
  ['START SLAVE', ddl],
  // Locks
  ['LOCK TABLES a READ, b WRITE', { locks: ['lock-tables'], endsTransaction: true, ...needs }],
  ['UNLOCK TABLES', { locks: ['unlock-tables'], endsTransaction: true }],
  ['LOCK INSTANCE FOR BACKUP', { opaque: 'LOCK INSTANCE', writes: true, usesSchema: true }],
  ['FLUSH TABLES WITH READ LOCK', { ...ddl, locks: ['flush-read-lock'] }],
  ['FLUSH LOCAL TABLES a, b FOR EXPORT', { ...ddl, locks: ['flush-read-lock'] }],
  ['FLUSH STATUS', commits],
  ['BACKUP STAGE BLOCK_DDL', { ...commits, locks: ['backup-stage'] }],
  ['BACKUP STAGE END', { ...commits, locks: ['backup-stage-end'] }],
  ['BACKUP LOCK d.t', { ...ddl, locks: ['backup-lock'] }],
  ['BACKUP UNLOCK', { ...commits, locks: ['backup-unlock'] }],
  ['HANDLER t OPEN AS h', { locks: ['handler-open'], handler: 'h', ...needs }],
  ['HANDLER h READ FIRST', { handler: 'h', usesSchema: true }],
  ['HANDLER s.t OPEN', { locks: ['handler-open'], handler: 't', usesSchema: true }],
  ['HANDLER close CLOSE', { locks: ['handler-close'], handler: 'close', usesSchema: true }],
  [
    "DO RELEASE_LOCK('a')",
    {
      locks: ['release-lock'],
      lockCalls: [expect.objectContaining({ function: 'RELEASE_LOCK' })],
    },
  ],
  // KILL
  ['KILL 5', { kill: { what: 'connection', id: 5 } }],
  ['KILL QUERY 5', { kill: { what: 'query', id: 5 } }],
  ['KILL /*!50000 QUERY */ 42', { kill: { what: 'query', id: 42 } }],
  ['KILL HARD CONNECTION 5', { kill: { what: 'connection', id: 5 } }],
  ['kill soft query -- now\n 5', { kill: { what: 'query', id: 5 } }],
  ['KILL CONNECTION_ID()', { kill: { what: 'connection', id: 'self' }, usesConnectionId: true }],
  ['KILL QUERY CONNECTION_ID() + 1', { kill: { what: 'query', id: null }, usesConnectionId: true }],
  ['KILL 5 + 1', { kill: { what: 'connection', id: null } }],
  ['KILL 1e2', { kill: { what: 'connection', id: null } }],
  ['KILL 99999999999999999999', { kill: { what: 'connection', id: null } }],
  ["KILL '5'", { kill: { what: 'connection', id: null } }],
  ['KILL @a', { kill: { what: 'connection', id: null }, userVariables: { mentioned: ['a'], assigned: [] } }],
  ['KILL QUERY ID 5', { opaque: 'KILL by the id of a query', writes: true, usesSchema: true }],
  ['KILL USER u@h', { endsConnection: true, opaque: 'KILL USER', writes: true, usesSchema: true }],
  // Text prepared statements
  [
    "PREPARE S FROM 'SELECT ''a'', \\'b\\''",
    { prepare: { name: 's', text: `SELECT 'a', 'b'`, from: null }, usesSchema: true },
  ],
  [
    'PREPARE `s 1` FROM @x',
    {
      prepare: { name: 's 1', text: null, from: 'x' },
      usesSchema: true,
      userVariables: { mentioned: ['x'], assigned: [] },
    },
  ],
  ["PREPARE s FROM CONCAT('a', 'b')", { prepare: { name: 's', text: null, from: null }, usesSchema: true }],
  ["PREPARE s FROM 'a' 'b'", { prepare: { name: 's', text: null, from: null }, usesSchema: true }],
  ['EXECUTE S', { execute: 's', writes: true }],
  [
    'EXECUTE s USING @a',
    { execute: 's', writes: true, userVariables: { mentioned: ['a'], assigned: ['a'] } },
  ],
  ["EXECUTE IMMEDIATE 'SELECT 1'", { runs: 'SELECT 1', writes: true }],
  ["EXECUTE IMMEDIATE 'SELECT ?' USING 1", { runs: 'SELECT ?', writes: true }],
  [
    'EXECUTE IMMEDIATE @a',
    {
      opaque: 'EXECUTE IMMEDIATE',
      writes: true,
      usesSchema: true,
      userVariables: { mentioned: ['a'], assigned: ['a'] },
    },
  ],
  ['DEALLOCATE PREPARE s', { deallocate: 's' }],
  ['DROP PREPARE S', { deallocate: 's' }],
  ['SET ROLE r', { role: 'r' }],
  ['SET ROLE `a b`, s EXCEPT t;', { role: '`a b`, s EXCEPT t' }],
  // The rest
  ['USE d', { use: 'd' }],
  ['USE `d 1`', { use: 'd 1' }],
  ['INSERT INTO t VALUES (1)', { ...change, ...needs }],
  ['REPLACE DELAYED `t` SET a = 1', { ...change, ...needs }],
  ['INSERT d.t VALUES (1)', change],
  ['INSERT IGNORE INTO d.t SELECT * FROM u', { ...change, usesSchema: true }],
  ['INSERT INTO d.t SELECT * FROM d.u ON DUPLICATE KEY UPDATE a = 1', { ...change, updatesDuplicates: true }],
  ['INSERT IGNORE INTO d.t VALUES (1) ON DUPLICATE KEY UPDATE a = 1', change],
  ['UPDATE LOW_PRIORITY t SET a = 1', { ...change, ...needs }],
  ['UPDATE d.t SET a = (SELECT 1 FROM d.u)', change],
  ['UPDATE d.t SET a = (SELECT 1 FROM u)', { ...change, usesSchema: true }],
  ['UPDATE d.t JOIN u SET a = 1', { ...change, usesSchema: true }],
  ['DELETE QUICK FROM t WHERE a', { ...change, ...needs }],
  ['DELETE FROM d.t ORDER BY a LIMIT 1', change],
  ['DELETE a FROM d.t AS a', { ...change, usesSchema: true }],
  ['DELETE FROM a USING d.t AS a', { ...change, usesSchema: true }],
  ['WITH a AS (SELECT 1) UPDATE t SET b = 1', { writes: true, mayRunTriggers: true, usesSchema: true }],
  [
    "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
    { writes: true, mayRunTriggers: true, usesSchema: true, loadsLocalFile: true },
  ],
  [
    "LOAD DATA CONCURRENT /* c */ LOCAL INFILE 'x' INTO TABLE t",
    { writes: true, mayRunTriggers: true, usesSchema: true, loadsLocalFile: true },
  ],
  ["LOAD XML INFILE 'x' INTO TABLE t", { writes: true, mayRunTriggers: true, usesSchema: true }],
  ['LOAD INDEX INTO CACHE t', ddl],
  ['CALL p()', { opaque: 'CALL', writes: true, ...needs }],
  ['CALL d.p(1)', { opaque: 'CALL', writes: true }],
  ['CALL d.p((SELECT 1 FROM t))', { opaque: 'CALL', writes: true, usesSchema: true }],
  ['SHUTDOWN', { ...ddl, endsConnection: true }],
  ['GRANT ALL ON *.* TO u', ddl],
  ['SIGNAL SQLSTATE "45000"', { usesSchema: true }],
  ['RESIGNAL', { usesSchema: true, diagnostics: ['warnings'] }],
  ['CHECKSUM TABLE t', { ...needs }],
];

describe('effects', () => {
  it.each(cases)('%s', (text, told) => {
    expect(effects(text)).toEqual({ verb: readOne(text).verb, ...told });
  });

  it.each(['nonsense', 'lbl: BEGIN NOT ATOMIC', 'IF 1 THEN SELECT 1', '`SELECT` 1', '5', 'MERGE INTO t'])(
    'of what is not known cannot be judged: %s',
    (text) => {
      expect(readOne(text).opaque).not.toBeNull();
    },
  );
});

describe('several statements in one text', () => {
  it('tells where each begins and ends', () => {
    const text = " SELECT 1 ;; /* x */ ;\n SET @a = ';' -- ;\n; ";
    const parts = read(text).map(({ start, end }) => text.slice(start, end));
    expect(parts).toEqual(['SELECT 1', "SET @a = ';'"]);
  });

  it.each(['', ' ', ';', '/* x */', '-- x', ' ; ; '])('finds none in %j', (text) => {
    expect(read(text)).toEqual([]);
  });

  it('reads the second as the sql_mode that the first sets will have it read', () => {
    const verbs = read(`SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT '\\'; DELETE FROM t; SELECT '`);
    expect(verbs.map(({ verb }) => verb)).toEqual(['SET', 'SELECT', 'DELETE', 'SELECT']);
    const [, select] = read(`SET sql_mode = 'ansi'; SELECT count (1) FROM "t"`);
    expect(select?.opaque).toBeNull();
    expect(select?.mentions('t')).toBe(true);
  });

  it('reads the second in the character set that the first sets', () => {
    const text = Buffer.concat([
      Buffer.from("SET NAMES gbk; SELECT '"),
      Buffer.from([0xb0, 0x5c]),
      Buffer.from("'; COMMIT"),
    ]);
    expect(read(text, { charset: 'latin1' }).map(({ verb }) => verb)).toEqual(['SET', 'SELECT', 'COMMIT']);
  });

  it.each(['SET sql_mode = @x', 'SET NAMES DEFAULT', 'EXECUTE s', 'SET sql_mode = 4', 'SET ROLE é'])(
    'does not judge what follows %s',
    (text) => {
      const statements = read(`${text}; SELECT 1; SELECT 2`);
      expect(statements).toHaveLength(2);
      expect(statements[1]?.opaque).not.toBeNull();
      expect(read(`${text};`)).toHaveLength(1);
    },
  );

  it.each([
    'CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END',
    "CREATE DEFINER = 'a'@'b' FUNCTION f() RETURNS INT BEGIN SET @a = 1; RETURN 1; END",
    'CREATE OR REPLACE TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN SET @a = 1; END',
    'CREATE DEFINER=CURRENT_USER EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN SELECT 1; END',
    'ALTER EVENT e DO BEGIN SELECT 1; END',
    'BEGIN NOT ATOMIC SELECT 1; SELECT 2; END',
    'WHILE 1 DO SELECT 1; END WHILE',
  ])('does not take a body apart: %s', (text) => {
    const [statement, ...more] = read(text);
    expect(more).toEqual([]);
    expect(statement?.end).toBe(text.length);
    expect(statement?.opaque).not.toBeNull();
  });

  it.each([
    'CREATE PROCEDURE p() SELECT 1',
    "CREATE AGGREGATE FUNCTION f RETURNS STRING SONAME 'x.so';",
    'CREATE DEFINER = a@b PROCEDURE p() SELECT f(1) INTO @x ; ',
  ])('judges a body without a delimiter: %s', (text) => {
    expect(readOne(text)).toMatchObject({ opaque: null, endsTransaction: true, writes: true });
  });

  it.each([
    ['SELECT 1 /*!50000 ; SELECT 2 */', {}],
    ["SELECT /*+ SET_VAR(a='*/') */ 1", mysql8],
  ])('does not judge what the server may read otherwise: %s', (text, mode) => {
    expect(read(text, mode).every(({ opaque }) => opaque !== null)).toBe(true);
  });

  it('does not judge a byte that may be white space in the character set', () => {
    const text = Buffer.from('SELECT\xa01', 'latin1');
    expect(readOne(text, { charset: 'latin2' }).opaque).not.toBeNull();
    expect(readOne(text, { charset: 'latin1' })).toMatchObject({ verb: 'SELECT', isRead: true });
  });

  it('tells a thousand statements apart and leaves the rest in one', () => {
    const statements = read('COMMIT;'.repeat(1_500));
    expect(statements).toHaveLength(1_001);
    expect(statements[1_000]?.opaque).not.toBeNull();
  });
});

describe('a long statement', () => {
  const row = "(1, 'a', NULL, x'00', -5)";
  const rows = `INSERT INTO t (a, b) VALUES ${Array.from({ length: 2_000 }, () => row).join(', ')}`;

  it('of values is judged', () => {
    expect(effects(rows)).toEqual({ verb: 'INSERT', ...change, ...needs });
  });

  it('with as many parameters as there can be is judged', () => {
    const most = 65_535;
    expect(readOne(`SELECT ?${', ?'.repeat(most - 1)}`).opaque).toBeNull();
    expect(readOne(`INSERT INTO t VALUES (?)${', (?)'.repeat(most - 1)}`).opaque).toBeNull();
    expect(readOne(`INSERT INTO t VALUES (?)${', (?)'.repeat(most - 2)}, (f(?))`).opaque).not.toBeNull();
  });

  it('is judged by what stands behind its values', () => {
    expect(readOne(`${rows} ON DUPLICATE KEY UPDATE a = f(1)`).opaque).not.toBeNull();
    expect(readOne(`${rows}, (f('x'), (SELECT 1))`).opaque).not.toBeNull();
    expect(readOne(`${rows}, (@a := 1, 2)`).userVariables.assigned).toEqual(['a']);
    expect(readOne(`${rows}, (NOW(), (1), (NULL))`).opaque).toBeNull();
  });

  it('is not judged past any bound', () => {
    expect(readOne(`SELECT ${'a+'.repeat(300_000)}1`).opaque).not.toBeNull();
  });
});
