// Statements whose effects are hidden (programs, dynamic SQL), several in one, transactions and locks.
import type { Random } from '../sql/random.js';

const programs: readonly string[] = [
  'CALL sets_variables(7)',
  'CALL makes_table()',
  'CALL gives_rows(@n)',
  'CALL fails_late()',
  'CALL prepares()',
  'CALL begins()',
  'CALL {schema}.missing()',
  'CALL {schema}.sets_variables(8)',
  'CALL {schema}.gives_rows(@n)',
  'SELECT {schema}.pure(6), DATABASE()',
  'INSERT INTO {schema}.watched (a) VALUES (4)',
  'INSERT INTO {schema}.log (what) SELECT b FROM {schema}.t LIMIT 1',
  'SELECT adds(4)',
  'SELECT pure(4)',
  'SELECT pure(a) FROM t ORDER BY id',
  'DO adds(1)',
  'SET @f = adds(2), @s = pure(3)',
  "BEGIN NOT ATOMIC SET @s = 'block'; SET SESSION sql_select_limit = 4; SELECT @s; END",
  "EXECUTE IMMEDIATE 'SET @s = ?' USING 'immediate'",
  "EXECUTE IMMEDIATE 'CREATE TEMPORARY TABLE tmp (a INT)'",
];

const textPrepared: readonly string[] = [
  "PREPARE p FROM 'SELECT id, b FROM t WHERE id >= ? ORDER BY id LIMIT 2'",
  "PREPARE p FROM 'SET @a = ?'",
  "PREPARE q FROM 'SELECT @a, DATABASE(), ? AS x'",
  "PREPARE q FROM 'INSERT INTO t (a) VALUES (?)'",
  'SET @text = "SELECT COUNT(*) FROM t WHERE id > ?"',
  'PREPARE p FROM @text',
  "PREPARE q FROM 'CREATE TEMPORARY TABLE tmp AS SELECT ? AS a'",
  "PREPARE broken FROM 'SELEC'",
  "PREPARE q FROM 'INSERT INTO {schema}.t (id, a) VALUES (1, 10), (2, 21) ON DUPLICATE KEY UPDATE a = VALUES(a)'",
  'EXECUTE q',
  'EXECUTE p USING @a',
  'EXECUTE q USING @b',
  'EXECUTE p',
  'EXECUTE Q USING 3',
  'DEALLOCATE PREPARE p',
  'DROP PREPARE q',
];

const several: readonly string[] = [
  'SET @a = 1; SET sql_select_limit = 1; SELECT id FROM t; SELECT * FROM missing; SET @a = 2',
  'USE {second}; SELECT * FROM missing',
  'SELECT DATABASE(); USE {second}; SELECT DATABASE()',
  'USE {second}; SELECT DATABASE(); SELECT * FROM t ORDER BY id',
  'INSERT INTO t (b) VALUES (1); SELECT LAST_INSERT_ID(); SELECT ROW_COUNT()',
  'CREATE TEMPORARY TABLE tmp (a INT PRIMARY KEY); INSERT INTO tmp VALUES (1), (1); SELECT 1',
  "SET NAMES latin1; SET time_zone = '+09:00'; SELECT missing",
  'SET sql_mode = \'ANSI_QUOTES\'; SELECT "id" FROM t ORDER BY id',
  "SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT 'x\\'; SET @b = 4; -- '",
  'BEGIN; INSERT INTO t (a) VALUES (600); SELECT missing FROM t',
  'BEGIN; UPDATE t SET b = 1; COMMIT; SELECT b FROM t WHERE id = 1',
  "DROP TEMPORARY TABLE IF EXISTS tmp; SELECT 1 + 'x'; SHOW WARNINGS",
  'SET autocommit = 0; SELECT COUNT(*) FROM t; SELECT missing',
  "SELECT 1; PREPARE p FROM 'SELECT 5'; EXECUTE p",
  'SELECT 1; ; SELECT 2',
  'SELECT SQL_CALC_FOUND_ROWS id FROM t LIMIT 1; SELECT FOUND_ROWS()',
  'SELECT 1;',
  'USE {second}; SELECT @@character_set_database, @@collation_database; USE {schema}; SELECT missing',
  "SET @a = 3; SET STATEMENT max_statement_time = 5 FOR SELECT @a; SET sql_mode = 'wrong'; SET @a = 4",
  'CREATE TEMPORARY TABLE tmp (a INT); USE {second}; CREATE TEMPORARY TABLE tmp (b INT); SELECT a FROM tmp',
  'INSERT INTO watched (a) VALUES (2); SELECT @trigger; UPDATE missing SET a = 1',
  // Where another session is in a schema that is dropped, it cannot be brought there again.
  'CREATE DATABASE IF NOT EXISTS {third}; USE {third}; SELECT DATABASE(); DROP DATABASE {third}',
  'SET character_set_results = NULL; SELECT b FROM t ORDER BY id; CALL fails_late(); SELECT 3',
  'CALL gives_rows(@n); SELECT @n',
];

const transactions: readonly string[] = [
  'BEGIN',
  'START TRANSACTION READ ONLY',
  'START TRANSACTION WITH CONSISTENT SNAPSHOT',
  'START TRANSACTION; INSERT INTO log (what) VALUES ("in transaction")',
  'SAVEPOINT here',
  'ROLLBACK TO here',
  'COMMIT',
  'ROLLBACK',
  'COMMIT AND CHAIN',
  'ROLLBACK AND NO CHAIN',
  'SELECT * FROM t WHERE id = 1 FOR UPDATE',
  'SELECT @@in_transaction',
  'CREATE TABLE IF NOT EXISTS made (a INT)',
  'DROP TABLE IF EXISTS made',
];

const locks: readonly string[] = [
  'LOCK TABLES t WRITE, t AS x READ',
  'LOCK TABLE log READ',
  'INSERT INTO log (what) VALUES ("locked")',
  'SELECT COUNT(*) FROM t AS x',
  'UNLOCK TABLES',
  "SELECT GET_LOCK('{schema}.a', 0)",
  "SELECT GET_LOCK('{schema}.a', 0), 1 AS one",
  "DO GET_LOCK('{schema}.b', 0)",
  "SELECT RELEASE_LOCK('{schema}.a')",
  "DO RELEASE_LOCK('{schema}.b')",
  "SELECT IS_FREE_LOCK('{schema}.a')",
  "SELECT GET_LOCK('{schema}.a', 0), GET_LOCK('{schema}.b', 0) AS b, GET_LOCK('{schema}.A', 0)",
  "SELECT RELEASE_LOCK('{schema}.a'), RELEASE_LOCK('{schema}.b'), IS_FREE_LOCK('{schema}.b')",
  'DO RELEASE_ALL_LOCKS()',
  'SELECT RELEASE_ALL_LOCKS()',
  'HANDLER t OPEN AS h',
  'HANDLER h READ FIRST',
  'HANDLER h READ NEXT LIMIT 2',
  'HANDLER h CLOSE',
];

export const programStatement = (random: Random): string => random.pick(programs);
export const textPreparedStatement = (random: Random): string => random.pick(textPrepared);
export const severalStatements = (random: Random): string => random.pick(several);
export const transactionStatement = (random: Random): string => random.pick(transactions);
export const lockStatement = (random: Random): string => random.pick(locks);
