// The demo backend against a real MariaDB: ordinary SQL says the same on both.
import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoBackend } from '../../src/demo/backend.js';
import { useMariadb } from '../support/mariadb.js';
import { asTexts, connectDemo, run, startDemo, type Came } from './both-servers.js';

const server = useMariadb();
let demo: DemoBackend;
let ours: Connection;
let theirs: Connection;

beforeAll(async () => {
  demo = await startDemo('user1');
  ours = await connectDemo(demo, 'user1');
  const account = await server.createAccount();
  const { host, port } = server;
  theirs = await mysql.createConnection({
    host,
    port,
    user: account.user,
    password: account.password,
    database: account.schema,
    ...asTexts,
  });
  await run(ours, `CREATE DATABASE ${account.schema}`);
  await run(ours, `USE ${account.schema}`);
  for (const connection of [ours, theirs]) {
    await run(connection, "SET NAMES utf8mb4, sql_mode = 'STRICT_TRANS_TABLES', time_zone = '+00:00'");
    for (const statement of setup) await connection.query(statement);
  }
});

afterAll(async () => {
  await Promise.all([ours.end(), theirs.end()]);
  await demo.close();
});

const setup = [
  `CREATE TABLE sales (id INT AUTO_INCREMENT PRIMARY KEY, cob_date DATE NOT NULL, region VARCHAR(20), product VARCHAR(40),
     quantity INT, amount DECIMAL(12,2), ratio DOUBLE, booked DATETIME, big BIGINT, UNIQUE KEY product_date (product, cob_date))`,
  `INSERT INTO sales (cob_date, region, product, quantity, amount, ratio, booked, big) VALUES
     ('2024-01-05', 'North', 'Desk', 3, 747.00, 0.5, '2024-01-05 10:11:12', 9007199254740993),
     ('2024-01-06', 'South', 'Lamp', 1, 34.99, 1.25, '2024-01-06 23:59:59', -9223372036854775808),
     ('2024-02-29', 'north', 'Chair', 12, 1074.00, NULL, '2024-02-29 00:00:00', 9223372036854775807),
     ('2024-12-31', 'East', 'Übung', 0, 0.10, 1e10, '2024-12-31 12:00:00', 0),
     ('2025-03-01', NULL, 'O''Hara', NULL, NULL, -3.75, NULL, NULL)`,
  'CREATE TABLE regions (region VARCHAR(20) PRIMARY KEY, manager VARCHAR(40))',
  "INSERT INTO regions VALUES ('North', 'Ada'), ('South', 'Marco'), ('West', 'Liam')",
];

/** Statements whose rows, column names and error numbers are the same. */
const selects = [
  // Literals and arithmetic
  'SELECT 1, -1, 1.50, 1e3, 0.1 + 0.2, 7 DIV 2, 7 % 3, -7 % 3, 7 / 2, 1 / 3, 5.5 % 2, 2 * 3.10, 10 - 2 - 3',
  "SELECT 'a''b', \"c\", 'it\\'s', 'a' 'b', 'ü', '', NULL, TRUE, FALSE, X'4142', 0x41",
  'SELECT 1 = 1, 1 <> 1, 1 <=> NULL, NULL <=> NULL, NULL = NULL, 2 BETWEEN 1 AND 3, 2 NOT BETWEEN 1 AND 3, 1 IN (1, 2), 3 NOT IN (1, NULL)',
  'SELECT 1 AND 0, 1 OR 0, NOT 1, !0, 1 XOR 1, 1 XOR 0, NULL AND 0, NULL OR 1, 1 && 0, 5 | 2, 5 & 4, 5 ^ 1, 1 << 3, 16 >> 2',
  "SELECT 'a' = 'A', 'a' < 'B', BINARY 'a' = 'A', 'abc' LIKE 'A%', 'a_c' LIKE 'a\\_c', 'abc' LIKE 'a\\_c', 'a%' LIKE 'a|%' ESCAPE '|', 'abc' NOT LIKE '%z%'",
  "SELECT 'abc' REGEXP '^a', 'abc' RLIKE 'z', 'abc' NOT REGEXP 'b'",
  "SELECT '10' = 10, '10' + 5, '3 apples' * 2, 'x' + 1, 1 IS NULL, NULL IS NULL, 1 IS TRUE, 0 IS NOT TRUE, NULL IS UNKNOWN",
  "SELECT CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END, CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END, IF(1, 'yes', 'no'), IFNULL(NULL, 5), NULLIF(1, 1), COALESCE(NULL, NULL, 'x')",
  'SELECT -(-3), - -3, 2 + 3 * 4, (2 + 3) * 4, 100 / 10 / 5, 2 * -3',
  // Texts
  "SELECT CONCAT('a', 1, 'b'), CONCAT('a', NULL), CONCAT_WS('-', 'a', NULL, 'b'), LENGTH('ü'), CHAR_LENGTH('ü'), UPPER('straße'), LOWER('ÄB')",
  "SELECT SUBSTRING('abcdef', 2, 3), SUBSTRING('abcdef' FROM 2), SUBSTRING('abcdef', -3, 2), LEFT('abc', 2), RIGHT('abc', 2), MID('abc', 2, 1)",
  "SELECT TRIM('  a '), TRIM(BOTH 'x' FROM 'xxaxx'), TRIM(LEADING 'x' FROM 'xxaxx'), LTRIM(' a'), RTRIM('a '), LPAD('5', 3, '0'), RPAD('5', 3, '*')",
  "SELECT REPLACE('aXbX', 'X', '-'), REVERSE('abc'), REPEAT('ab', 3), INSTR('abcb', 'b'), LOCATE('b', 'abcb', 3), POSITION('c' IN 'abc'), SPACE(2)",
  "SELECT SUBSTRING_INDEX('a.b.c', '.', 2), SUBSTRING_INDEX('a.b.c', '.', -1), FIELD('b', 'a', 'b'), FIND_IN_SET('b', 'a,b'), ELT(2, 'x', 'y'), STRCMP('a', 'b')",
  "SELECT HEX('AB'), HEX(255), UNHEX('4142'), MD5('a'), SHA1('a'), SHA2('a', 256), ASCII('A'), FORMAT(1234567.891, 2)",
  // Numbers
  'SELECT ABS(-5), ABS(-1.5), CEIL(1.2), FLOOR(-1.2), ROUND(2.5), ROUND(-2.5), ROUND(1.255, 2), ROUND(1234.5, -2), TRUNCATE(1.999, 2), SIGN(-3), MOD(7, 3)',
  'SELECT GREATEST(1, 3, 2), LEAST(1, 3, 2), POW(2, 10), SQRT(16), PI(), LN(1), LOG10(1000), EXP(0), SQRT(-1), 1 / 0, 5 % 0',
  "SELECT CAST('12' AS SIGNED), CAST(1.5 AS SIGNED), CAST(-1.5 AS SIGNED), CAST('12.345' AS DECIMAL(10,2)), CAST(5 AS CHAR), CAST('2024-01-05 10:00:00' AS DATE), CONVERT('7', UNSIGNED), CAST(1.50 AS CHAR), CAST('1e2' AS DOUBLE)",
  // Dates
  "SELECT DATE('2024-01-05 10:11:12'), TIME('2024-01-05 10:11:12'), YEAR('2024-01-05'), MONTH('2024-01-05'), DAY('2024-01-05'), HOUR('10:11:12'), MINUTE('10:11:12'), SECOND('10:11:12'), QUARTER('2024-05-01')",
  "SELECT DAYOFWEEK('2024-01-05'), WEEKDAY('2024-01-05'), DAYOFYEAR('2024-12-31'), DAYNAME('2024-01-05'), MONTHNAME('2024-01-05'), LAST_DAY('2024-02-01'), TO_DAYS('2024-01-05'), FROM_DAYS(739255)",
  "SELECT DATE_ADD('2024-01-31', INTERVAL 1 MONTH), DATE_SUB('2024-03-31', INTERVAL 1 DAY), DATE '2024-02-28' + INTERVAL 2 DAY, '2024-01-05' - INTERVAL 1 YEAR, DATE_ADD('2024-01-05 10:00:00', INTERVAL 90 MINUTE), INTERVAL 1 DAY + '2024-01-01'",
  "SELECT ADDDATE('2024-01-05', 3), SUBDATE('2024-01-05', 3), DATEDIFF('2024-01-05', '2023-12-31'), TIMESTAMPDIFF(MONTH, '2024-01-31', '2024-03-01'), TIMESTAMPDIFF(HOUR, '2024-01-05 00:00:00', '2024-01-06 01:30:00'), TIMESTAMPADD(DAY, 2, '2024-01-05')",
  "SELECT DATE_FORMAT('2024-01-05 13:04:05', '%Y-%m-%d %H:%i:%s'), DATE_FORMAT('2024-01-05', '%W %M %D %y %j %a %b %e %p %h %%'), STR_TO_DATE('05.01.2024', '%d.%m.%Y'), STR_TO_DATE('2024-01-05 10:11:12', '%Y-%m-%d %H:%i:%s')",
  "SELECT WEEK('2024-01-05'), WEEK('2024-01-05', 1), WEEK('2024-01-05', 3), WEEK('2023-01-01', 2), YEARWEEK('2024-12-30'), YEARWEEK('2024-12-30', 1), WEEKOFYEAR('2024-12-30'), EXTRACT(YEAR FROM '2024-01-05'), EXTRACT(YEAR_MONTH FROM '2024-01-05')",
  "SELECT TIMEDIFF('2024-01-05 10:00:00', '2024-01-05 08:30:00'), TIMEDIFF('08:30:00', '10:00:00'), SEC_TO_TIME(3661), TIME_TO_SEC('01:01:01'), MAKEDATE(2024, 60), MAKETIME(1, 2, 3), ADDTIME('10:00:00', '01:30:00')",
  "SELECT UNIX_TIMESTAMP('2024-01-05 00:00:00'), FROM_UNIXTIME(1704412800), CONVERT_TZ('2024-01-05 10:00:00', '+00:00', '+02:00'), DATE('nonsense'), YEAR(NULL)",
  "SELECT TIMESTAMP('2024-01-05'), DATE_FORMAT(NULL, '%Y'), DATE '2024-01-05', TIME '10:11:12', TIMESTAMP '2024-01-05 10:11:12'",
  // Tables
  'SELECT * FROM sales ORDER BY id',
  'SELECT s.*, region FROM sales s WHERE s.id = 1',
  "SELECT ID, Region AS where_, sales.product FROM sales WHERE REGION = 'NORTH' ORDER BY id",
  "SELECT id FROM sales WHERE cob_date = '2024-01-05'",
  "SELECT id FROM sales WHERE cob_date >= TIMESTAMP('2024-01-06 00:00:00') ORDER BY id",
  "SELECT id FROM sales WHERE cob_date BETWEEN '2024-01-06' AND '2024-12-31 00:00:00' ORDER BY id",
  "SELECT id FROM sales WHERE cob_date IN ('2024-01-05', DATE('2024-02-29')) ORDER BY id",
  "SELECT id FROM sales WHERE booked > '2024-01-06' ORDER BY id",
  'SELECT COUNT(*), COUNT(region), COUNT(DISTINCT region), SUM(quantity), SUM(amount), AVG(quantity), AVG(amount), MIN(cob_date), MAX(booked), SUM(1) FROM sales',
  'SELECT SUM(ratio), AVG(ratio), MIN(amount), MAX(region), SUM(NULL), COUNT(NULL), MIN(big), MAX(big) FROM sales',
  'SELECT COUNT(*), SUM(amount), MAX(id) FROM sales WHERE 1 = 0',
  'SELECT region, COUNT(*) AS n, SUM(amount) AS total FROM sales GROUP BY region HAVING n > 0 ORDER BY total DESC',
  'SELECT YEAR(cob_date) AS y, MONTH(cob_date) m, SUM(quantity) FROM sales GROUP BY y, m ORDER BY 1 DESC, 2',
  'SELECT region r, COUNT(*) FROM sales GROUP BY 1 ORDER BY r',
  'SELECT DISTINCT UPPER(region) FROM sales ORDER BY 1',
  'SELECT product FROM sales ORDER BY product DESC LIMIT 2, 2',
  'SELECT id FROM sales ORDER BY id LIMIT 2 OFFSET 1',
  'SELECT id FROM sales LIMIT 0',
  'SELECT GROUP_CONCAT(product ORDER BY id SEPARATOR "; ") FROM sales WHERE id < 4',
  'SELECT region, GROUP_CONCAT(id ORDER BY id DESC) FROM sales GROUP BY region ORDER BY region',
  'SELECT s.id, r.manager FROM sales s LEFT JOIN regions r ON s.region = r.region ORDER BY s.id',
  'SELECT s.id, r.manager FROM sales s JOIN regions r USING (region) ORDER BY s.id',
  'SELECT * FROM sales JOIN regions USING (region) ORDER BY id LIMIT 1',
  'SELECT r.region, s.id FROM sales s RIGHT JOIN regions r ON s.region = r.region ORDER BY r.region, s.id',
  'SELECT a.id, b.id FROM sales a, sales b WHERE a.id < b.id AND b.id < 4 ORDER BY 1, 2',
  'SELECT id FROM sales WHERE amount > (SELECT AVG(amount) FROM sales) ORDER BY id',
  'SELECT id, (SELECT manager FROM regions WHERE regions.region = sales.region) AS m FROM sales ORDER BY id',
  'SELECT region FROM regions WHERE EXISTS (SELECT 1 FROM sales WHERE sales.region = regions.region) ORDER BY region',
  'SELECT region FROM regions WHERE region NOT IN (SELECT region FROM sales WHERE region IS NOT NULL)',
  'SELECT x.r, x.total FROM (SELECT region AS r, SUM(amount) AS total FROM sales GROUP BY region) x WHERE x.total > 100 ORDER BY x.r',
  'SELECT SUM(1) AS `cnt_ok`, SUM(`Custom SQL Query`.`a`) AS `sum_a_ok` FROM (SELECT amount AS a FROM sales) `Custom SQL Query` HAVING (COUNT(1) > 0)',
  'SELECT `Custom SQL Query`.`a` AS `a` FROM (SELECT amount AS a FROM sales) `Custom SQL Query` GROUP BY 1 ORDER BY `a` LIMIT 1',
  '( SELECT id FROM sales ) LIMIT 0',
  '(SELECT id FROM sales WHERE id = 1) UNION ALL (SELECT id FROM sales WHERE id = 2) ORDER BY id DESC',
  'SELECT 1 UNION SELECT 1 UNION ALL SELECT 2',
  'SELECT id FROM sales WHERE id < 3 UNION SELECT 99 ORDER BY id LIMIT 2',
  'WITH t AS (SELECT region, SUM(amount) AS total FROM sales GROUP BY region) SELECT COUNT(*) FROM t WHERE total > 10',
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT SUM(i) FROM n',
  'SELECT id, ROW_NUMBER() OVER (ORDER BY amount DESC) AS rn FROM sales ORDER BY id',
  'SELECT region, SUM(quantity) OVER (PARTITION BY region ORDER BY id) AS running FROM sales WHERE region IS NOT NULL ORDER BY id',
  'SELECT id FROM sales HAVING id > 3 ORDER BY id',
  'SELECT amount * 2 AS d, quantity * amount, amount / 3, amount + 1, quantity / 7, ratio * 2 FROM sales WHERE id = 1',
  'SELECT IF(quantity > 2, amount, 0) FROM sales ORDER BY id',
  'SELECT SUM(IF(region = "North", 1, 0)), SUM(CASE WHEN quantity > 2 THEN amount ELSE 0 END), AVG(quantity * 1.0) FROM sales',
  'SELECT COUNT(DISTINCT region, product) FROM sales',
  'SELECT 1 FROM DUAL WHERE 1 = 0',
  'SELECT /* comment */ 1 -- tail',
  'SELECT /*!50000 2 */ + 1 AS n # tail',
  'SELECT `id` AS `a b`, `sales`.`id` FROM `sales` LIMIT 1',
  "SELECT @a, @b := 5, @b + 1, @c := 'x'",
  'SELECT DATABASE() IS NOT NULL, CONNECTION_ID() > 0, ROW_COUNT(), FOUND_ROWS(), LAST_INSERT_ID() > 0',
  // Errors
  'SELECT nope FROM sales',
  'SELECT 1 FROM nope',
  'SELECT nope.id FROM sales',
  'SELEC 1',
  'SELECT 1 +',
  "SELECT 'open",
  'SELECT id FROM sales WHERE',
  'SELECT id FROM sales s, regions s',
  'SELECT region FROM sales, regions',
  'SELECT nope(1)',
  'SELECT @@nope',
  'SELECT * FROM (SELECT 1, 1) x',
  'SELECT LPAD(1)',
  'SELECT COUNT(*) FROM sales WHERE COUNT(*) > 1',
];

/** One after the other, on tables that they change. */
const changes = [
  'CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(5) NOT NULL, n TINYINT UNSIGNED DEFAULT 7, d DATE, price DECIMAL(5,2), UNIQUE (name))',
  "INSERT INTO t (name) VALUES ('a')",
  "INSERT INTO t (name, n) VALUES ('b', 1), ('c', 2)",
  'SELECT LAST_INSERT_ID(), ROW_COUNT()',
  'SELECT * FROM t ORDER BY id',
  "INSERT INTO t VALUES (10, 'j', NULL, '2024-01-05', 1.005)",
  "INSERT INTO t SET name = 'k', d = '20240106'",
  'SELECT LAST_INSERT_ID()',
  "INSERT INTO t (name) VALUES ('a')",
  "INSERT INTO t (name) VALUES ('A')",
  "INSERT INTO t (id, name) VALUES (10, 'z')",
  'INSERT INTO t (name) VALUES (NULL)',
  'INSERT INTO t (n) VALUES (1)',
  "INSERT INTO t (name) VALUES ('toolong')",
  "INSERT INTO t (name, n) VALUES ('l', 256)",
  "INSERT INTO t (name, n) VALUES ('l', -1)",
  "INSERT INTO t (name, n) VALUES ('l', 'x')",
  "INSERT INTO t (name, d) VALUES ('l', '2024-02-30')",
  "INSERT INTO t (name, price) VALUES ('l', 1000)",
  "INSERT INTO t (name, nope) VALUES ('l', 1)",
  "INSERT INTO t (name, n) VALUES ('l')",
  "INSERT IGNORE INTO t (name) VALUES ('a'), ('m')",
  "INSERT INTO t (name, n) VALUES ('a', 5) ON DUPLICATE KEY UPDATE n = VALUES(n) + 1",
  "SELECT name, n FROM t WHERE name = 'a'",
  "INSERT INTO t (name, n) SELECT CONCAT(name, '2'), n FROM t WHERE id < 3",
  "UPDATE t SET n = 3 WHERE name IN ('b', 'c')",
  "UPDATE t SET n = 3 WHERE name = 'b'",
  "UPDATE t SET n = n + 1, d = DATE_ADD('2024-01-31', INTERVAL 1 MONTH) WHERE id = 2",
  'UPDATE t SET n = DEFAULT WHERE id = 2',
  'UPDATE t SET n = 9 ORDER BY id DESC LIMIT 1',
  'UPDATE t SET n = 300 WHERE id = 2',
  'UPDATE t SET nope = 1',
  'UPDATE nope SET a = 1',
  'DELETE FROM t WHERE n = 9',
  'DELETE FROM t ORDER BY id LIMIT 1',
  'SELECT name, n, d, price FROM t ORDER BY id',
  "REPLACE INTO t (name, n) VALUES ('new', 1)",
  'CREATE TABLE t (a INT)',
  'CREATE TABLE IF NOT EXISTS t (a INT)',
  'CREATE TABLE u LIKE t',
  'INSERT INTO u SELECT * FROM t',
  'SELECT COUNT(*) FROM u',
  'CREATE TABLE v AS SELECT id, name, price * 2 AS twice FROM t WHERE id < 12',
  'SELECT * FROM v ORDER BY id',
  "ALTER TABLE v ADD COLUMN note VARCHAR(10) NOT NULL DEFAULT 'none', DROP COLUMN twice",
  'SELECT * FROM v ORDER BY id',
  'ALTER TABLE v CHANGE note remark VARCHAR(20) FIRST, ADD UNIQUE KEY by_name (name)',
  'SELECT * FROM v ORDER BY id',
  'ALTER TABLE v DROP COLUMN nope',
  'ALTER TABLE v RENAME TO w',
  'SELECT COUNT(*) FROM v',
  'RENAME TABLE w TO v',
  'CREATE VIEW names AS SELECT id, UPPER(name) AS big FROM t',
  'SELECT * FROM names ORDER BY id LIMIT 1',
  'CREATE OR REPLACE VIEW names (x) AS SELECT 1',
  'SELECT * FROM names',
  'DROP VIEW names',
  'DROP TABLE v, nope',
  'DROP TABLE IF EXISTS v',
  'TRUNCATE TABLE u',
  'SELECT COUNT(*) FROM u',
  'CREATE TEMPORARY TABLE t (x INT)',
  'INSERT INTO t VALUES (1), (2)',
  'SELECT * FROM t',
  'DROP TEMPORARY TABLE t',
  'SELECT COUNT(*) FROM t',
  'DROP TEMPORARY TABLE t',
  'BEGIN',
  "INSERT INTO t (name) VALUES ('tx')",
  'SAVEPOINT one',
  "DELETE FROM t WHERE name = 'tx'",
  'ROLLBACK TO one',
  "SELECT name FROM t WHERE name = 'tx'",
  'ROLLBACK TO nowhere',
  'ROLLBACK',
  "SELECT COUNT(*) FROM t WHERE name = 'tx'",
  'SET autocommit = 0',
  "INSERT INTO t (name) VALUES ('ac')",
  'ROLLBACK',
  "SELECT COUNT(*) FROM t WHERE name = 'ac'",
  'SET autocommit = 1',
  'START TRANSACTION READ ONLY',
  'COMMIT AND CHAIN',
  'COMMIT',
  "SET @x = 5, @y = 'why'",
  'SELECT @x + 1, @y, @X',
  'SELECT id, name INTO @i, @n FROM t ORDER BY id LIMIT 1',
  'SELECT @n',
  'SELECT id INTO @i FROM t',
  "PREPARE p FROM 'SELECT ? + 1, ?'",
  "SET @a = 41, @b = 'text'",
  'EXECUTE p USING @a, @b',
  'EXECUTE p USING @a',
  'DEALLOCATE PREPARE p',
  'EXECUTE p USING @a, @b',
  'SET sql_select_limit = 1',
  'SELECT id FROM sales ORDER BY id',
  'SELECT id FROM sales ORDER BY id LIMIT 2',
  'SET sql_select_limit = DEFAULT',
  'SELECT SQL_CALC_FOUND_ROWS id FROM sales ORDER BY id LIMIT 2',
  'SELECT FOUND_ROWS()',
  "SET sql_mode = 'ANSI_QUOTES'",
  'SELECT "id" FROM sales ORDER BY "id" LIMIT 1',
  "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
  "SELECT 'a\\', 'b'",
  "SET sql_mode = 'STRICT_TRANS_TABLES'",
  'SET nope = 1',
  "SET autocommit = 'maybe'",
  'SET character_set_client = nope',
  'SET time_zone = "nowhere"',
  'SET version = 1',
  'SET max_connections = 5',
  'KILL 999999999',
  'DO 1 + 1',
  'CREATE DATABASE information_schema',
  "SELECT GET_LOCK('l', 0), IS_FREE_LOCK('l'), RELEASE_LOCK('l'), RELEASE_LOCK('l')",
  'DROP TABLE IF EXISTS nope',
  'SELECT @@warning_count',
  'SHOW WARNINGS',
  'SHOW COUNT(*) WARNINGS',
  'SELECT 1 FROM sales LIMIT 0',
  'SHOW WARNINGS',
  'SHOW TABLES LIKE "sal%"',
  'SHOW FULL TABLES',
  'SHOW COLUMNS FROM nope',
  'CALL nope()',
  'EXECUTE nope',
  '',
];

/** InnoDB leaves gaps behind statements that failed, so that ids differ; whether there is one does not. */
function withoutIds(came: Came): unknown {
  return 'insertId' in came ? { ...came, insertId: came.insertId > 0 } : came;
}

describe('statements that change something', () => {
  it('come to the same on the demo backend and on MariaDB, one after the other', async () => {
    const seen: unknown[] = [];
    const expected: unknown[] = [];
    for (const sql of changes) {
      seen.push({ sql, came: withoutIds(await run(ours, sql)) });
      expected.push({ sql, came: withoutIds(await run(theirs, sql)) });
    }
    expect(seen).toEqual(expected);
  });
});

describe('a SELECT on the demo backend says what it says on MariaDB', () => {
  it.each(selects)('%s', async (sql) => {
    expect(await run(ours, sql)).toEqual(await run(theirs, sql));
  });
});
