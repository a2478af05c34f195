// What is provably a read, and what a query needs of its session.
import { describe, expect, it } from 'vitest';
import type { SqlMode } from '../../src/sql/types.js';
import { effects, mariadb, mysql56, mysql8, readOne } from './modes.js';

const reads = [
  'SELECT 1',
  'select * from d.t',
  '(SELECT 1) LIMIT 0',
  '((SELECT 1) UNION ALL (SELECT 2))',
  'VALUES (1),(2)',
  'TABLE d.t',
  'WITH a AS (SELECT 1) SELECT * FROM a',
  'WITH RECURSIVE a(n, m) AS (SELECT 1, 2 UNION SELECT n+1, m FROM a), b (x) AS (SELECT 1) SELECT * FROM a, b',
  'SELECT COUNT(*), MAX(a), GROUP_CONCAT(DISTINCT b ORDER BY c SEPARATOR "," ) FROM d.t GROUP BY d WITH ROLLUP',
  "SELECT * FROM d.t WHERE a IN (1, 2) AND (b = 'x' OR NOT (c)) AND d BETWEEN (1) AND (2) AND EXISTS (SELECT 1)",
  'SELECT CAST(a AS DECIMAL(10, 2)), CONVERT(b, CHAR(10)), CAST(c AS UNSIGNED) FROM d.t',
  'SELECT CASE WHEN (a) THEN (b) ELSE (c) END, (a) MOD (b), a DIV (b), a XOR (b), a IS NOT NULL FROM d.t',
  'SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b), SUM(a) OVER w FROM d.t WINDOW w AS (ORDER BY c)',
  'SELECT * FROM d.t a LEFT JOIN (d.u, d.v) ON (a.x = u.x) USE INDEX FOR JOIN (i) JOIN d.w USING (y)',
  "SELECT NOW(), RAND(), UUID(), SLEEP(1), BENCHMARK(10, MD5('a')), IF(1, 2, 3), LEFT('a', 1), REPLACE('a','b','c')",
  'SELECT `a` FROM `d`.`t` AS `Custom SQL Query` (x, y)',
  "SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a DECIMAL(5, 2) PATH '$')) j",
  "SELECT MATCH (a) AGAINST ('x' IN BOOLEAN MODE) FROM d.t",
  'SELECT /*!50000 SQL_NO_CACHE */ 1',
  'SELECT "GET_LOCK(" , \'@a:=1\' /* @b:=2 */ # @c:=3',
  'SELECT ROW (1, 2) = (1, 2), DISTINCT_NOT.a',
  'SELECT INTERVAL(1, 2), NOW() + INTERVAL (1) DAY, CHAR(65 USING utf8), TRIM(BOTH FROM a) FROM d.t',
  'SELECT @a, @@sql_mode, @@global.last_insert_id',
  'SHOW TABLES',
  'SHOW CREATE PROCEDURE p',
  'SHOW PROCEDURE STATUS',
  'DESCRIBE t',
  'DESC d.t a',
  'EXPLAIN SELECT 1',
  'EXPLAIN INSERT INTO t VALUES (1)',
  'EXPLAIN FORMAT=JSON UPDATE t SET a = 1',
  'EXPLAIN EXTENDED SELECT 1',
  'EXPLAIN ANALYZE SELECT * FROM d.t',
  'ANALYZE FORMAT=JSON SELECT 1',
  "HELP 'SELECT'",
  'SET STATEMENT max_statement_time=1 FOR SELECT 1',
];

const noReads = [
  'SELECT 1 INTO @a',
  "SELECT 1 INTO OUTFILE '/tmp/x'",
  'SELECT * FROM t FOR UPDATE',
  'SELECT * FROM t FOR SHARE',
  'SELECT * FROM t LOCK IN SHARE MODE',
  '(SELECT * FROM t FOR UPDATE) UNION SELECT 1',
  'SELECT * FROM t PROCEDURE ANALYSE()',
  'SELECT @a := 1',
  "SELECT GET_LOCK('a', 1)",
  "SELECT RELEASE_LOCK('a')",
  'SELECT LAST_INSERT_ID()',
  'SELECT LAST_INSERT_ID(5)',
  'SELECT ROW_COUNT()',
  'SELECT FOUND_ROWS()',
  'SELECT @@warning_count',
  'SHOW WARNINGS',
  'SELECT f()',
  'SELECT d.f(1)',
  'SELECT `f` (1)',
  'SELECT NEXTVAL(s)',
  'SELECT NEXT VALUE FOR s',
  'SELECT s.nextval',
  'WITH a AS (SELECT 1) DELETE FROM t',
  'EXPLAIN ANALYZE UPDATE t SET a = 1',
  'ANALYZE INSERT INTO t VALUES (1)',
  'ANALYZE TABLE t',
  'INSERT INTO t VALUES (1)',
  'UPDATE t SET a = 1',
  'DO 1',
  'CALL p()',
  'BEGIN',
  'nonsense',
  'SELECT /*!50000 1 INTO */ @a',
  'SELECT 1 /*! FOR UPDATE */',
  'SET STATEMENT max_statement_time=1 FOR DELETE FROM t',
  'EXPLAIN INTO @x SELECT 1',
];

describe('a read', () => {
  it.each(reads)('%s', (text) => {
    expect(readOne(text)).toMatchObject({ isRead: true, opaque: null, writes: false });
  });

  it.each(noReads)('is not: %s', (text) => {
    expect(readOne(text).isRead).toBe(false);
  });
});

const calls: [text: string, mode: SqlMode, opaque: boolean][] = [
  ['SELECT f(1)', mariadb, true],
  ['SELECT d.abs(1)', mariadb, true],
  ['SELECT abs (1)', mariadb, false],
  ['SELECT count (a) FROM t', mariadb, true],
  ['SELECT count/**/(a) FROM t', mariadb, true],
  ['SELECT count (a) FROM t', { ...mariadb, ignoreSpace: true }, false],
  ['SELECT REGEXP_LIKE(a, b) FROM t', mariadb, true],
  ['SELECT REGEXP_LIKE(a, b) FROM t', mysql8, false],
  ['SELECT NVL(a, b) FROM t', mariadb, false],
  ['SELECT NVL(a, b) FROM t', mysql8, true],
  ['SELECT X(a), CONTAINS(a, b) FROM t', mysql56, false],
  ['SELECT X(a) FROM t', mysql8, true],
  ['SELECT path(1), columns(1), minus(1), of(1)', mariadb, true],
  ['SELECT é(1)', mariadb, true],
  ['INSERT INTO t (a, b) VALUES (1, f(2))', mariadb, true],
  ['INSERT INTO t (a, b) VALUES (1, 2)', mariadb, false],
  ['INSERT INTO `d`.`t` (a) SELECT b FROM u', mariadb, false],
  ['INSERT IGNORE t(a) VALUE (1) ON DUPLICATE KEY UPDATE a = VALUES(a)', mariadb, false],
  ['INSERT INTO t VALUE (1)', mariadb, false],
  ['REPLACE d.t(a) VALUES (1)', mariadb, false],
  ['INSERT INTO t PARTITION (p0) (a) VALUES ROW(1)', mysql8, false],
  ['INSERT INTO t (a) VALUES (1) AS n(b) ON DUPLICATE KEY UPDATE a = n.b', mysql8, false],
  ["LOAD DATA INFILE 'x' INTO TABLE t (a, b)", mariadb, false],
  ["LOAD DATA INFILE 'x' INTO TABLE t CHARACTER SET utf8 (a, b)", mariadb, false],
  [
    "LOAD DATA INFILE 'x' INTO TABLE t FIELDS TERMINATED BY ',' IGNORE 1 LINES (a, @b) SET c = UPPER(@b)",
    mariadb,
    false,
  ],
  ["LOAD DATA INFILE 'x' INTO TABLE t CHARSET utf8 (@b) SET c = f(@b)", mariadb, true],
  ["SELECT * FROM JSON_TABLE(CONCAT('[', 1, ']'), '$[*]' COLUMNS (a INT PATH '$')) j", mariadb, false],
  ['SELECT JSON_TABLE(1)', mariadb, true],
  ['SELECT POINT(1)', mariadb, true],
  ['SELECT RANK() OVER (ORDER BY a) FROM t', mariadb, false],
  ['SELECT RANK(1)', mysql56, true],
  ['SELECT MEDIAN(a) OVER () FROM t', mysql8, true],
  ['SELECT 1 UNION (SELECT 2) EXCEPT (SELECT 3)', mariadb, false],
  ['SELECT HIGH_PRIORITY f(1)', mariadb, true],
  ['CREATE TABLE t (a INT, b VARCHAR(10) DEFAULT (f()), CHECK (g(a)))', mariadb, false],
  ['CREATE TABLE t (a INT) SELECT f(1) AS a', mariadb, true],
  ['CREATE INDEX i ON t (a, b(10))', mariadb, false],
  ['ALTER TABLE t ADD COLUMN (a INT), ADD INDEX foo (a)', mariadb, false],
  ['CREATE VIEW v (a) AS SELECT f(1)', mariadb, false],
  ['GRANT SELECT (a), UPDATE (b) ON d.t TO u', mariadb, false],
  ['DO f(1)', mariadb, true],
  ['SET @a = f(1)', mariadb, true],
  ['UPDATE t SET a = f(b)', mariadb, true],
  ['DELETE FROM t WHERE f(a)', mariadb, true],
  ['CREATE TABLE t (a INT) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (1))', mariadb, false],
  ['SELECT less, than(1)', mariadb, true],
];

describe('a call of what may be a stored function', () => {
  it.each(calls)('in %s', (text, mode, opaque) => {
    expect(readOne(text, mode).opaque !== null).toBe(opaque);
  });
});

const schemas: [text: string, usesSchema: boolean][] = [
  ['SELECT 1', false],
  ['SELECT 1 FROM DUAL', false],
  ['SELECT DATABASE()', false],
  ['SELECT SCHEMA()', false],
  ['SELECT @@collation_database', false],
  ['SELECT * FROM t', true],
  ['SELECT * FROM d.t', false],
  ['SELECT * FROM `d` . `t`', false],
  ['SELECT * FROM d.t, u', true],
  ['SELECT * FROM d.t, d.u AS x, (d.v, d.w)', false],
  ['SELECT * FROM d.t, (d.v, w)', true],
  ['SELECT * FROM d.t JOIN d.u ON f.a = b', false],
  ['SELECT * FROM d.t STRAIGHT_JOIN u', true],
  ['SELECT STRAIGHT_JOIN a FROM d.t', false],
  ['SELECT * FROM (SELECT a, b FROM d.t WHERE a IN (1, 2)) x', false],
  ['SELECT * FROM (SELECT a, b FROM t) x', true],
  ['SELECT (SELECT 1 FROM t) FROM d.t', true],
  ['SELECT EXTRACT(YEAR FROM a), TRIM(LEADING 0 FROM b) FROM d.t', false],
  ['SELECT a, b FROM d.t ORDER BY a, b', false],
  ['SELECT a, b FROM d.t GROUP BY a, b UNION SELECT c, d FROM d.u', false],
  ['SELECT a, b FROM d.t GROUP BY a, b UNION SELECT c, d FROM u', true],
  ['SELECT a FROM d.t WHERE b = (SELECT MAX(c) FROM d.u WHERE e)', false],
  ['SELECT a FROM d.t window, u', true],
  ['SELECT * FROM d.t USE INDEX FOR ORDER BY (a), u', true],
  ['SELECT * FROM d.t IGNORE INDEX FOR GROUP BY (a) JOIN u', true],
  ['SELECT * FROM d.t USE INDEX FOR JOIN (a)', false],
  ['SELECT * FROM d.g x JOIN d.g y ON x.group = y.group JOIN u', true],
  ['SELECT * FROM d.order, u', true],
  ['SELECT * FROM d.t FOR SYSTEM_TIME FROM a TO b', false],
  ['SELECT * FROM { OJ d.t LEFT OUTER JOIN d.u ON a = b }', false],
  ['SELECT * FROM { OJ d.t LEFT OUTER JOIN u ON a = b }', true],
  ["SELECT 1 INTO OUTFILE 'x'", true],
  ['CREATE TABLE d.m (a INT) ENGINE = MERGE UNION = (t)', true],
  ['CREATE TABLE d.m (a INT DEFAULT NEXTVAL(s))', true],
  ['SHOW OPEN TABLES', false],
  ['SHOW CREATE PACKAGE BODY d.p', false],
  ['TABLE t', true],
  ['TABLE d.t', false],
  ['WITH a AS (SELECT 1) SELECT * FROM d.t', false],
  ['SHOW TABLES', true],
  ['SHOW TABLES FROM d', false],
  ['SHOW FULL TABLES IN d WHERE 1 IN (1)', false],
  ['SHOW TABLES WHERE 1 IN (1)', true],
  ['SHOW TABLE STATUS', true],
  ['SHOW COLUMNS FROM t', true],
  ['SHOW COLUMNS FROM t FROM d', false],
  ['SHOW INDEX FROM d.t', false],
  ['SHOW CREATE TABLE t', true],
  ['SHOW CREATE TABLE d.t', false],
  ['SHOW CREATE DATABASE d', false],
  ['SHOW VARIABLES', false],
  ["SHOW VARIABLES LIKE 'character_set_%'", false],
  ["SHOW VARIABLES LIKE 'collation_server'", false],
  ['SHOW STATUS WHERE Variable_name IN (SELECT a FROM t)', true],
  ['DESCRIBE t', true],
  ['DESCRIBE d.t', false],
  ['EXPLAIN SELECT * FROM d.t', false],
  ['EXPLAIN SELECT * FROM t', true],
  ['SET NAMES utf8', false],
  ['SET CHARACTER SET utf8', false],
  ['SET @a = (SELECT MAX(a) FROM t)', true],
  ['SET @a = DATABASE()', false],
  ['KILL 5', false],
  ['COMMIT', false],
  ['INSERT INTO t VALUES (1)', true],
  ['CALL p()', true],
];

describe('the need of a current schema', () => {
  it.each(schemas)('of %s is %s', (text, usesSchema) => {
    expect(readOne(text).usesSchema).toBe(usesSchema);
  });
});

const questions: [text: string, asksOfSchema: string[]][] = [
  ['SELECT DATABASE(), SCHEMA()', ['name']],
  ['SET @a = DATABASE()', ['name']],
  ['SELECT @@collation_database, @@session.character_set_database', ['collation']],
  ['SELECT DATABASE(), @@collation_database', ['name', 'collation']],
  ['SHOW VARIABLES', ['collation']],
  ["SHOW VARIABLES LIKE 'character_set_%'", ['collation']],
  ["SHOW VARIABLES LIKE 'collation_server'", []],
  ['SET CHARACTER SET utf8', ['collation']],
  ['SET NAMES utf8', []],
  ['SELECT database FROM t', []],
];

describe('what is asked of the current schema', () => {
  it.each(questions)('by %s is %j', (text, asksOfSchema) => {
    expect(readOne(text).asksOfSchema).toEqual(asksOfSchema);
  });
});

const sessionMatters: [text: string, told: object][] = [
  ['SELECT LAST_INSERT_ID()', { diagnostics: ['last-insert-id'] }],
  ['SELECT @@last_insert_id, @@identity', { diagnostics: ['last-insert-id'] }],
  ['SELECT @@session.warning_count + @@error_count', { diagnostics: ['warnings'] }],
  ['SELECT ROW_COUNT(), FOUND_ROWS()', { diagnostics: ['row-count', 'found-rows'] }],
  ['SHOW COUNT(*) WARNINGS', { diagnostics: ['warnings'] }],
  ['SHOW ERRORS LIMIT 1', { diagnostics: ['warnings'] }],
  ["SHOW VARIABLES LIKE '%insert\\_id'", { diagnostics: ['last-insert-id'] }],
  ["SHOW VARIABLES LIKE 'pseudo_thread_id'", { usesConnectionId: true, isRead: true }],
  ["SHOW VARIABLES LIKE 'sql\\_mode'", { diagnostics: [], isRead: true }],
  [
    "SHOW VARIABLES WHERE Variable_name = 'a' OR Variable_name IN ('b', 'identity')",
    { diagnostics: ['last-insert-id'] },
  ],
  ["SHOW VARIABLES WHERE Variable_name <> 'a'", { diagnostics: ['last-insert-id', 'warnings'] }],
  ['SHOW VARIABLES', { diagnostics: ['last-insert-id', 'warnings'], usesConnectionId: true }],
  ['SHOW GLOBAL VARIABLES', { diagnostics: [], usesConnectionId: false }],
  ['SELECT CONNECTION_ID()', { usesConnectionId: true }],
  ['SELECT * FROM information_schema.`PROCESSLIST`', { usesConnectionId: true }],
  ['SHOW FULL PROCESSLIST', { usesConnectionId: true, processes: 'full' }],
  ['/* a tool */ show /*!50000 processlist */ ;', { usesConnectionId: true, processes: 'short' }],
  ['SHOW PROCESSLIST LIMIT 1', { processes: null }],
  ['SHOW EXPLAIN FOR 5', { usesConnectionId: true }],
  ['EXPLAIN FOR CONNECTION 5', { usesConnectionId: true }],
  ["SELECT IS_USED_LOCK('a')", { usesConnectionId: true }],
  [
    'SELECT LAST_INSERT_ID(a) FROM t',
    { assigns: [{ name: 'last_insert_id', value: { kind: 'expression' } }] },
  ],
  ['SELECT @A, @`b`, @b', { userVariables: { mentioned: ['a', 'b'], assigned: [] } }],
  ['SELECT @a := @b + 1', { userVariables: { mentioned: ['a', 'b'], assigned: ['a'] } }],
  ['SELECT 1, 2 INTO @a, @"b c"', { userVariables: { mentioned: ['a', 'b c'], assigned: ['a', 'b c'] } }],
  ['SELECT @a INTO @b', { userVariables: { mentioned: ['a', 'b'], assigned: ['b'] } }],
  ['CALL p(@a, @b)', { userVariables: { mentioned: ['a', 'b'], assigned: ['a', 'b'] } }],
  [
    "LOAD DATA INFILE 'x' INTO TABLE t (@a) SET b = @a",
    { userVariables: { mentioned: ['a'], assigned: ['a'] } },
  ],
  [
    'GET DIAGNOSTICS @n = NUMBER',
    { userVariables: { mentioned: ['n'], assigned: ['n'] }, diagnostics: ['warnings'] },
  ],
  ["GRANT SELECT ON *.* TO 'u'@'h', root@localhost", { userVariables: { mentioned: [], assigned: [] } }],
  ["SELECT GET_LOCK('a', 0), RELEASE_ALL_LOCKS()", { locks: ['get-lock', 'release-all-locks'] }],
];

describe('what a statement has to do with its session', () => {
  it.each(sessionMatters)('%s', (text, told) => {
    expect(readOne(text)).toMatchObject(told);
  });

  it('tells which identifiers are mentioned, quoted or not, in lower case', () => {
    const { mentions } = readOne('SELECT `Tmp 1`.a FROM d.Tmp2 /* tmp3 */ WHERE b = "tmp4"');
    expect(['tmp 1', 'tmp2', 'd', 'a'].every(mentions)).toBe(true);
    expect(['tmp3', 'tmp4', 'tmp'].some(mentions)).toBe(false);
  });

  it('looks for mentions in its own part of the text only', () => {
    const [first, second] = [readOne('SELECT a'), readOne('/**/ SELECT b')];
    expect([first.mentions('a'), first.mentions('b'), second.mentions('b')]).toEqual([true, false, true]);
  });

  it('finds no effects in plain queries', () => {
    expect(effects('SELECT 1')).toEqual({ verb: 'SELECT', isRead: true });
  });
});
