// Scripts that once showed a difference, each with what it was about; shrunk by the long run.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useMariadb } from '../support/mariadb.js';
import { compareScript } from './compare.js';
import { createFixture } from './fixture.js';
import { stageFor } from './stage.js';
import type { Login, Script, Step } from './step.js';

const server = useMariadb();

const plain: Login = { schema: '{schema}', collation: 45, with: [], without: [] };
const general: Login = { ...plain, collation: 46 };
const nowhere: Login = { ...plain, schema: null };
const said = (session: number, sql: string): Script['lines'][number] => ({
  session,
  step: { do: 'query', sql },
});
const did = (session: number, step: Step): Script['lines'][number] => ({ session, step });
const run = (session: number, slot: number): Script['lines'][number] =>
  did(session, { do: 'execute', slot, values: [], bind: false, cursor: false });

interface Found {
  readonly about: string;
  readonly lines: Script['lines'];
  readonly logins: readonly Login[];
}

const scripts: readonly (readonly [about: string, lines: Script['lines'], logins?: readonly Login[]])[] = [
  [
    "another's temporary table is not seen by PREPARE",
    [said(0, 'CREATE TEMPORARY TABLE t (x INT)'), said(1, "PREPARE p FROM 'SELECT id FROM t'")],
  ],
  [
    "another's temporary table is not seen in a transaction that came with autocommit = 0",
    [
      said(0, 'CREATE TEMPORARY TABLE tmp SELECT 1 AS a'),
      said(1, 'SET autocommit = 0; SELECT COUNT(*) FROM t; SELECT missing'),
      said(1, 'SELECT * FROM tmp'),
    ],
  ],
  [
    'temporary tables make room before a session locks tables or only reads',
    [
      said(0, 'CREATE TEMPORARY TABLE typed (x INT)'),
      said(1, 'LOCK TABLES t WRITE'),
      said(1, 'SHOW CREATE TABLE typed'),
      said(1, 'UNLOCK TABLES'),
      said(1, 'SET SESSION TRANSACTION READ ONLY'),
      said(1, 'SHOW CREATE TABLE typed'),
    ],
  ],
  [
    'a temporary table does not commit the transaction that it is made in',
    [
      said(0, 'SET autocommit = 0'),
      said(0, 'CREATE TEMPORARY TABLE tmp AS SELECT 1 AS a'),
      said(0, 'INSERT INTO t (a) VALUES (600)'),
      said(0, 'ROLLBACK'),
      said(0, 'SELECT COUNT(*) FROM t'),
    ],
  ],
  [
    "another's warnings are not shown after a statement that needs no table",
    [said(0, 'SELECT * FROM missing'), said(1, 'DO 1'), said(1, 'SHOW WARNINGS'), said(0, 'SHOW WARNINGS')],
  ],
  [
    'warnings outlast the statements that keep them',
    [
      said(0, 'DROP TABLE IF EXISTS never_there'),
      said(0, 'SET collation_connection = DEFAULT'),
      said(1, 'SELECT * FROM t'),
      said(0, 'SHOW WARNINGS'),
      said(0, 'UPDATE missing SET a = 1'),
      said(1, 'SELECT * FROM t'),
      said(0, 'SELECT @@warning_count, @@error_count'),
    ],
  ],
  [
    'FOUND_ROWS() belongs to the first statement of a text only',
    [said(0, 'SELECT SQL_CALC_FOUND_ROWS id FROM t LIMIT 1; SELECT FOUND_ROWS()')],
  ],
  [
    'a preparation of SHOW WARNINGS is answered as one',
    [
      said(0, 'SELECT * FROM missing'),
      said(1, 'DO 1'),
      did(0, { do: 'prepare', slot: 0, sql: 'SHOW WARNINGS' }),
    ],
  ],
  [
    'what a routine did before it failed is not left to others',
    [said(0, 'CALL fails_late()'), did(0, { do: 'reset-connection' }), said(1, 'SELECT @p')],
  ],
  [
    'what a trigger did is not left to others',
    [
      said(0, 'INSERT INTO watched (a) VALUES (3)'),
      did(0, { do: 'reset-connection' }),
      said(1, 'SELECT @trigger'),
    ],
  ],
  [
    "the id for one session's next row is not given to another's",
    [
      said(0, 'SET insert_id = 77'),
      said(0, 'SELECT 1'),
      did(0, { do: 'change-user', schema: '{schema}' }),
      said(1, 'INSERT INTO watched (a) VALUES (3)'),
    ],
  ],
  [
    'SET TRANSACTION waits for a transaction of its own session',
    [
      said(0, 'SET TRANSACTION READ ONLY'),
      said(0, "PREPARE p FROM 'SET @a = ?'"),
      did(0, { do: 'reset-connection' }),
      said(1, 'DELETE FROM plain'),
    ],
  ],
  [
    'LAST_INSERT_ID() is its own though RETURNING did not tell it',
    [
      said(0, 'INSERT INTO t (a) VALUES (700) RETURNING id'),
      said(1, 'SELECT LAST_INSERT_ID()'),
      said(0, 'SELECT LAST_INSERT_ID()'),
    ],
  ],
  [
    'a session without a schema is never in that of another',
    [
      said(1, 'SELECT * FROM t'),
      said(0, 'USE no_such_schema'),
      said(1, 'SELECT 1'),
      said(0, 'DELETE FROM plain'),
      said(0, 'BEGIN'),
      said(0, 'SELECT * FROM t'),
    ],
    [nowhere, plain],
  ],
  [
    'a schema changed by a text that failed is where the session is',
    [
      said(0, 'USE {second}; SELECT * FROM missing'),
      said(0, 'SELECT * FROM t'),
      said(1, 'SELECT DATABASE()'),
    ],
  ],
  [
    'strings of the difference keep their letters under a wide character set',
    [
      said(0, "SET time_zone = '-05:30'"),
      said(1, 'SET character_set_connection = ucs2'),
      said(0, 'SELECT @@time_zone'),
    ],
  ],
  [
    'warnings are found on the connection that was renewed for their session’s next statement',
    [
      said(1, 'SET time_zone = DEFAULT'),
      said(0, 'SET sql_mode = NULL'),
      said(0, 'SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED'),
      said(0, 'SHOW WARNINGS LIMIT 1'),
    ],
    [{ ...plain, schema: null }, plain],
  ],
  [
    'SET CHARACTER SET is nothing that SET NAMES leads back to',
    [said(0, 'SET CHARACTER SET latin1'), said(0, 'SELECT 1'), said(1, "SELECT 'x'")],
    [
      { ...plain, collation: 46 },
      { ...plain, collation: 46 },
    ],
  ],
  [
    'the id of an inserted row is gone after COM_RESET_CONNECTION',
    [
      said(0, 'INSERT INTO t (a) VALUES (NULL)'),
      did(0, { do: 'reset-connection' }),
      said(0, 'SELECT LAST_INSERT_ID(), @@last_insert_id, @@identity'),
    ],
  ],
  [
    'a function whose name begins with FROM reads no table, and leaves the warnings',
    [
      said(0, 'INSERT IGNORE INTO t (a) VALUES (10), (99)'),
      said(1, 'DO adds(1)'),
      said(0, 'SELECT FROM_UNIXTIME(1700000000), DATE_FORMAT(FROM_UNIXTIME(0), "%M")'),
      said(0, 'SHOW WARNINGS LIMIT 1'),
    ],
  ],
  [
    'what SET STATEMENT sets is not taken for what the session has',
    [
      said(0, "SET STATEMENT sql_mode = '' FOR SET @s = 'in statement'"),
      said(1, 'SELECT * FROM t'),
      said(0, 'SELECT @@sql_mode'),
    ],
  ],
  [
    'SET NAMES in a text that failed is taken back for others',
    [said(0, 'SET NAMES latin1; SELECT missing'), said(1, "SELECT b, 'x' FROM t ORDER BY id")],
    [plain, { ...plain, collation: 46 }],
  ],
  [
    'IGNORE_SPACE of the login is gone after COM_RESET_CONNECTION',
    [did(0, { do: 'reset-connection' }), said(0, 'SELECT @@sql_mode')],
    [{ ...plain, with: ['IGNORE_SPACE'] }],
  ],
  [
    'out arguments of a prepared CALL have their result set',
    [
      did(0, { do: 'prepare', slot: 0, sql: 'CALL gives_rows(?)' }),
      did(0, { do: 'execute', slot: 0, values: [1], bind: true, cursor: false }),
    ],
  ],
  [
    'a prepared statement finds the counts of its own session',
    [
      did(0, {
        do: 'prepare',
        slot: 0,
        sql: 'SELECT FOUND_ROWS(), ROW_COUNT() AS r, LAST_INSERT_ID(), ? AS x',
      }),
      said(0, 'SELECT id FROM t LIMIT 3'),
      said(1, 'SELECT id FROM t LIMIT 2'),
      did(0, { do: 'execute', slot: 0, values: [1], bind: true, cursor: false }),
      said(0, "INSERT INTO t (b) VALUES ('m'), ('n')"),
      said(1, 'DELETE FROM plain'),
      did(0, { do: 'execute', slot: 0, values: [2], bind: false, cursor: false }),
      did(0, { do: 'execute', slot: 0, values: [3], bind: false, cursor: false }),
    ],
  ],
  [
    'flags of the session are told in answers of the instance, too',
    [
      said(0, "SET sql_mode = 'ANSI_QUOTES'"),
      did(0, { do: 'ping' }),
      said(0, 'START TRANSACTION READ ONLY'),
      did(0, { do: 'set-option', multi: false }),
    ],
  ],
  [
    'replies name the collation of their session after another has set character_set_results',
    [
      said(0, 'SET character_set_results = NULL; SELECT b FROM t ORDER BY id; CALL fails_late(); SELECT 3'),
      said(1, 'SELECT * FROM t ORDER BY 1'),
      said(0, "SET character_set_results = 'utf8mb4'"),
      said(0, 'SELECT b FROM t ORDER BY id'),
      said(1, 'SELECT b FROM t ORDER BY id'),
      said(0, 'SELECT b FROM t ORDER BY id'),
    ],
    [general, general],
  ],
  [
    'a number without a sign stays one while another uses its name, and NULL what it was NULL of',
    [
      said(1, 'SET max_error_count = @@max_sort_length + 1, @n = @@max_error_count'),
      said(1, 'SET @c = 1'),
      said(1, 'SET @c = NULL'),
      said(0, 'SET @n = 1, @c = 2'),
      said(1, 'SELECT @n, COERCIBILITY(@c), @c'),
    ],
  ],
  [
    "a statement that is only prepared makes its session's variables, and no other's",
    [
      did(1, { do: 'prepare', slot: 1, sql: "SET @a := 1e3, @c = 'x' COLLATE utf8mb4_bin" }),
      said(0, 'SELECT @a'),
      said(1, 'SELECT @a, COLLATION(@c)'),
      said(0, "PREPARE p FROM 'SET @a = ?'"),
      said(1, 'SELECT @a'),
      said(0, 'SELECT @a'),
    ],
  ],
  [
    'temporary tables make room between sessions that only read',
    [
      said(1, 'CREATE TEMPORARY TABLE typed AS SELECT 1 AS a'),
      said(0, 'SET SESSION TRANSACTION READ ONLY'),
      said(0, 'SELECT 1'),
      said(0, "BEGIN NOT ATOMIC SET @s = 'block'; SELECT @s; END"),
    ],
  ],
  [
    'a text that is executed at once does what it says',
    [
      said(0, "EXECUTE IMMEDIATE 'CREATE TEMPORARY TABLE tmp (a INT)'"),
      said(1, 'SELECT * FROM tmp'),
      said(1, "EXECUTE IMMEDIATE 'SET @s = ?' USING 'one'"),
      said(0, 'SELECT @s'),
      said(0, 'SELECT * FROM tmp'),
    ],
  ],
  [
    'a text from a variable is prepared again',
    [
      said(0, "SET @text = 'SELECT 5, ?'"),
      said(0, 'PREPARE p FROM @text'),
      said(1, "PREPARE p FROM 'SELECT 6'"),
      said(0, 'EXECUTE p USING @text'),
      said(1, 'EXECUTE p'),
      said(0, 'PREPARE p FROM @undefined'),
      said(0, 'EXECUTE p'),
    ],
  ],
  [
    'an id that was only set is kept, and the warnings over a statement that needs no table',
    [
      said(1, 'SELECT LAST_INSERT_ID(55)'),
      said(0, "INSERT INTO t (b) VALUES ('m'), ('n')"),
      said(1, 'SELECT last_insert_id()'),
      said(0, 'ROLLBACK TO here'),
      said(0, 'VALUES (1), (2)'),
      said(0, 'SET CHARSET DEFAULT'),
      said(1, 'UNLOCK TABLES'),
      said(0, 'SELECT @@session.warning_count'),
    ],
  ],
  [
    'locks are counted in a column as wide as the server has it',
    [said(0, "SELECT GET_LOCK('{schema}.a', 0)"), said(1, 'SELECT RELEASE_ALL_LOCKS()'), said(0, 'SELECT 1')],
  ],
  [
    'what a SET STATEMENT sets is not told of later',
    [
      said(0, `SET STATEMENT sql_mode = "ANSI_QUOTES" FOR INSERT INTO log (what) VALUES (@@sql_mode)`),
      did(0, { do: 'ping' }),
    ],
  ],
  [
    'a lock is its own in any expression',
    [
      said(0, "SELECT GET_LOCK('{schema}.a', 0)"),
      said(0, "SELECT COUNT(*) FROM t WHERE IS_USED_LOCK('{schema}.a') = CONNECTION_ID()"),
      said(1, "SELECT IS_USED_LOCK('{schema}.a') = CONNECTION_ID(), IS_FREE_LOCK('{schema}.a') + 0"),
    ],
  ],
  [
    "what a transaction was to be is not the next session's",
    [
      said(1, 'SET TRANSACTION READ ONLY'),
      said(1, 'LOCK TABLES log READ'),
      said(1, 'UNLOCK TABLES'),
      said(0, "INSERT INTO t (b) VALUES ('m'), ('n')"),
      said(1, 'SET autocommit = 0'),
      said(1, 'START TRANSACTION READ ONLY'),
      said(1, 'SELECT id FROM t'),
      said(1, 'SET autocommit = 1'),
      said(0, 'SELECT adds(4)'),
    ],
  ],
  [
    'warnings outlive the connection that is renewed for a session without a schema',
    [said(0, "SELECT 1 + 'x'"), said(1, 'SELECT COUNT(*) FROM t'), said(0, 'SHOW COUNT(*) WARNINGS')],
    [plain, nowhere],
  ],
  [
    'temporary tables of several statements are in the schemas of their statements, also where the last one fails',
    [
      said(
        0,
        'CREATE TEMPORARY TABLE tmp (a INT); USE {second}; CREATE TEMPORARY TABLE tmp (b INT); SELECT a FROM tmp',
      ),
      said(0, 'CREATE OR REPLACE TEMPORARY TABLE tmp AS SELECT @a AS a'),
      said(1, 'DESCRIBE tmp'),
      said(0, 'SELECT * FROM {schema}.tmp'),
    ],
  ],
  [
    'a table that was prepared in one schema is made there, wherever its session is by then',
    [
      did(0, { do: 'prepare', slot: 0, sql: 'CREATE TEMPORARY TABLE tmp (a INT)' }),
      said(0, "PREPARE p FROM 'CREATE TEMPORARY TABLE typed (a INT)'"),
      said(0, 'USE {second}'),
      did(0, { do: 'execute', slot: 0, values: [], bind: false, cursor: false }),
      said(0, 'EXECUTE p'),
      said(1, 'CREATE TEMPORARY TABLE tmp (b INT)'),
      said(1, 'SELECT * FROM typed'),
      said(0, 'SELECT * FROM {schema}.tmp'),
      said(1, 'SELECT * FROM tmp'),
    ],
  ],
  [
    'variables are saved under letters of two bytes that nothing converts',
    [
      said(0, 'SET character_set_connection = ucs2'),
      said(0, 'SET character_set_results = NULL'),
      said(0, "SET @p = _latin1 'before'"),
      said(1, 'SET @p = 1'),
      said(0, 'SELECT @p'),
    ],
  ],
  [
    'a prepared statement knows its schema, also when its session has none any more',
    [
      did(1, { do: 'prepare', slot: 0, sql: 'SELECT id, a, b FROM t WHERE id >= ? ORDER BY id' }),
      said(1, 'CREATE DATABASE IF NOT EXISTS {third}; USE {third}; SELECT DATABASE(); DROP DATABASE {third}'),
      said(0, 'SELECT 1 FROM t'),
      did(1, { do: 'execute', slot: 0, values: [2], bind: true, cursor: false }),
      said(1, 'SELECT DATABASE()'),
      said(1, 'SELECT * FROM t'),
    ],
  ],
  [
    'a session without a schema stays without one, though it has a text prepared statement from before',
    [
      said(1, "PREPARE q FROM 'SELECT @a, DATABASE(), ? AS x'"),
      said(1, 'CREATE DATABASE IF NOT EXISTS {third}; USE {third}; SELECT DATABASE(); DROP DATABASE {third}'),
      said(0, 'SELECT 1 FROM t'),
      said(1, 'CALL gives_rows(@n); SELECT @n'),
    ],
  ],
  [
    'results that are not converted keep the collation of SET NAMES, and give it back',
    [
      said(0, 'SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci'),
      said(0, 'SET character_set_results = NULL; CALL fails_late()'),
      did(0, { do: 'prepare', slot: 0, sql: 'SELECT ? AS x' }),
      said(1, 'SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci'),
      said(1, "SELECT 'x'"),
      did(0, { do: 'execute', slot: 0, values: [''], bind: true, cursor: false }),
      said(1, "SELECT 'x'"),
    ],
  ],
  [
    'the id of the next row waits for a row that has one',
    [
      said(0, 'SET insert_id = 77'),
      said(0, 'INSERT INTO plain VALUES (1)'),
      said(0, 'INSERT INTO t (a) VALUES (99)'),
      said(1, 'INSERT INTO t (a) VALUES (98)'),
    ],
  ],
  [
    'rows of SHOW WARNINGS count for ROW_COUNT(), wherever they come from',
    [
      said(0, 'SELECT * FROM missing'),
      said(1, 'SELECT 1'),
      said(0, 'SHOW WARNINGS'),
      said(0, 'SELECT ROW_COUNT()'),
    ],
  ],
  [
    'warnings of one of several statements outlive the others',
    [
      said(1, 'CREATE DATABASE {third}'),
      said(0, 'CREATE DATABASE IF NOT EXISTS {third}; USE {third}; SELECT DATABASE(); DROP DATABASE {third}'),
      said(1, 'SELECT 1'),
      said(0, 'SHOW WARNINGS LIMIT 1'),
    ],
  ],
  [
    'what is left of a session is there again after the loss of the connection',
    [
      said(0, "SET @a = CONCAT('x', 1), sql_select_limit = 2"),
      did(0, { do: 'prepare', slot: 0, sql: 'SELECT id, @a FROM t WHERE id > ? ORDER BY id' }),
      said(1, "PREPARE p FROM 'SELECT @a, DATABASE()'"),
      said(1, 'SELECT missing'),
      did(0, { do: 'cut' }),
      did(0, { do: 'execute', slot: 0, values: [1], bind: true, cursor: false }),
      said(1, 'SHOW ERRORS'),
      said(1, 'EXECUTE p'),
      said(0, 'SELECT @a, @@sql_select_limit'),
    ],
  ],
  [
    'the schema stays over COM_RESET_CONNECTION, and its character set does not',
    [
      did(0, { do: 'reset-connection' }),
      said(1, 'SELECT @@collation_database'),
      said(0, 'SELECT @@collation_database, DATABASE()'),
      said(0, 'SET CHARACTER SET latin1'),
      said(0, "SHOW VARIABLES LIKE 'character_set_c%'"),
      said(0, 'USE {schema}'),
      said(0, 'SELECT @@collation_database'),
    ],
  ],
  [
    'the collation of the schema is what a session has set, until it goes to one',
    [
      said(0, 'SET collation_database = latin1_bin'),
      said(1, 'SELECT @@collation_database'),
      said(1, 'USE {second}'),
      said(1, 'SET character_set_database = latin1, collation_database = latin1_bin'),
      said(0, 'SELECT @@collation_database, @@character_set_database, DATABASE()'),
      said(1, 'SELECT @@collation_database, DATABASE()'),
      did(0, { do: 'init-db', schema: '{schema}' }),
      said(1, 'SELECT 1'),
      said(0, 'SELECT @@collation_database'),
      said(1, 'SET collation_database = DEFAULT'),
      said(0, 'SELECT @@collation_database'),
      said(1, 'SELECT @@collation_database'),
      said(
        0,
        'SET collation_database = latin1_bin; USE {second}; SET collation_database = utf8mb4_bin; SELECT missing',
      ),
      said(1, 'SELECT @@collation_database'),
      said(0, 'SELECT @@collation_database'),
    ],
  ],
  [
    'SET CHARACTER SET is no SET NAMES with the collation of the schema',
    [
      said(0, 'SET collation_database = latin1_bin'),
      said(0, 'SET CHARACTER SET latin1'),
      said(1, 'SELECT 1'),
      said(0, "SELECT 'x', @@collation_connection"),
    ],
  ],
  [
    'the way back from the schema of a prepared statement is asked for where it is not known',
    [
      did(0, { do: 'prepare', slot: 2, sql: 'SELECT LENGTH(?), CHARSET(?)' }),
      did(1, { do: 'change-user', schema: null }),
      said(1, 'SELECT * FROM tmp'),
      said(0, 'CREATE DATABASE IF NOT EXISTS {third}; USE {third}; SELECT DATABASE(); DROP DATABASE {third}'),
      did(0, { do: 'execute', slot: 2, values: ['é', '2'], bind: true, cursor: false }),
    ],
  ],
  [
    'a session without a schema costs nobody a temporary table or a lock',
    [
      said(1, 'CREATE TEMPORARY TABLE tmp AS SELECT 5 AS a'),
      said(1, "SELECT GET_LOCK('{schema}.a', 0)"),
      said(0, 'SELECT * FROM t ORDER BY 1'),
      said(0, 'SHOW TABLES'),
      said(0, 'SHOW WARNINGS'),
      said(0, 'SELECT COUNT(*) FROM (SELECT id FROM t) AS x'),
      did(0, { do: 'prepare', slot: 2, sql: 'SHOW TABLES' }),
      said(0, 'SHOW COUNT(*) ERRORS'),
      said(0, 'SELECT COUNT(*) FROM {schema}.t'),
      ...[
        'SELECT DATABASE(), SCHEMA( ) AS `s`',
        'SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()',
        'SET @s = DATABASE()',
        'SELECT @s, @@collation_database, @@character_set_database',
        "SHOW VARIABLES LIKE 'c%_database'",
        'SET CHARACTER SET latin1',
        "SELECT 'x', @@collation_connection",
        'INSERT INTO t (a) VALUES (NULL)',
        'INSERT INTO t (a) VALUES (NULL',
        "UPDATE t SET b = 'u' WHERE id < 3",
        'DELETE FROM t',
        'TRUNCATE t',
        'CREATE TEMPORARY TABLE tmp (a INT)',
        'ALTER TABLE tmp RENAME TO tmp2',
        'RENAME TABLE tmp TO tmp2',
        'DROP TABLE IF EXISTS tmp, tmp2',
        'DROP TEMPORARY TABLE IF EXISTS tmp',
        'LOCK TABLES t READ',
        'CALL sets_variables(7)',
        'CALL {schema}.sets_variables(7)',
        'SELECT @a, @b',
        'SET @n = (SELECT COUNT(*) FROM t)',
        'DO (SELECT COUNT(*) FROM t)',
        'INSERT INTO {schema}.log (what) SELECT b FROM {schema}.t LIMIT 2',
        'CREATE TEMPORARY TABLE {second}.tmp (a INT)',
        'INSERT INTO {second}.tmp VALUES (1), (2)',
        'SELECT * FROM {second}.tmp',
        'DROP TEMPORARY TABLE {second}.tmp',
        'START TRANSACTION',
        'SELECT DATABASE(), (SELECT COUNT(*) FROM {schema}.t) AS n',
        'SELECT * FROM t',
        'COMMIT',
      ].map((sql) => said(0, sql)),
      said(0, 'SET character_set_connection = ucs2'),
      said(0, 'SELECT COUNT(*) FROM log'),
      said(0, "SELECT 'x', @@collation_connection"),
      said(0, 'SET NAMES utf8mb4'),
      did(0, { do: 'set-option', multi: true }),
      did(0, { do: 'prepare', slot: 0, sql: 'SELECT DATABASE(), ? AS x' }),
      did(0, { do: 'prepare', slot: 1, sql: 'BEGIN' }),
      said(0, 'USE {second}'),
      did(0, { do: 'execute', slot: 0, values: [2], bind: true, cursor: false }),
      said(1, 'SELECT * FROM tmp'),
      said(0, "SELECT IS_FREE_LOCK('{schema}.a')"),
    ],
    [nowhere, plain],
  ],
  [
    'a lock that is not to be had takes the warnings of before away',
    [
      said(0, 'SELECT missing'),
      said(1, "SELECT GET_LOCK('{schema}.a', 0)"),
      said(0, "SELECT GET_LOCK('{schema}.a', 0), GET_LOCK('{schema}.b', 0) AS b"),
      said(0, 'SHOW COUNT(*) WARNINGS'),
      said(0, 'SHOW WARNINGS'),
      said(0, 'SELECT missing'),
      said(0, "SELECT RELEASE_LOCK('{schema}.b')"),
      said(0, 'SHOW WARNINGS'),
    ],
  ],
  [
    'UNLOCK TABLES uses up the settings of the next transaction only where tables are locked',
    [
      said(0, 'SET TRANSACTION READ ONLY'),
      said(0, 'UNLOCK TABLES'),
      said(0, "EXECUTE IMMEDIATE 'CREATE TEMPORARY TABLE tmp (a INT)'"),
      said(0, 'COMMIT'),
      said(1, 'CREATE TEMPORARY TABLE tmp (b INT)'),
    ],
  ],
  [
    'SET autocommit = 1 uses up the settings of the next transaction only where it was 0',
    [
      said(0, 'SET TRANSACTION READ ONLY'),
      said(0, 'SET autocommit = 1'),
      did(0, { do: 'prepare', slot: 2, sql: 'CREATE TABLE IF NOT EXISTS made (a INT)' }),
      said(0, 'COMMIT'),
    ],
  ],
  [
    'a sequence takes the warnings of before away',
    [said(0, 'SELECT missing'), said(0, 'SELECT NEXTVAL(s)'), said(0, 'SHOW WARNINGS LIMIT 1')],
  ],
  [
    'a decimal number without a point stays one',
    [
      said(0, 'SET @a = 18446744073709551615, @b = CAST(5 AS DECIMAL(3))'),
      said(0, 'SELECT @a := COALESCE(@a, 0) + 1'),
      said(1, 'CALL sets_variables(7)'),
      said(0, 'SELECT @a, @b'),
    ],
  ],
  [
    'columns of an execution are named after the text that was prepared',
    [
      did(0, { do: 'prepare', slot: 0, sql: 'SELECT Connection_id( ) > 0, ? AS x' }),
      did(0, { do: 'execute', slot: 0, values: [2], bind: true, cursor: false }),
    ],
  ],
  [
    'the tables of an ended session go, though it only read',
    [
      said(0, 'CREATE TEMPORARY TABLE tmp (a INT)'),
      said(0, 'SET SESSION TRANSACTION READ ONLY'),
      did(0, { do: 'change-user', schema: '{schema}' }),
      said(1, 'START TRANSACTION READ ONLY'),
      said(1, 'SHOW CREATE TABLE tmp'),
      said(1, 'COMMIT'),
      said(1, 'SHOW CREATE TABLE tmp'),
    ],
  ],
  [
    'a session that holds the connection needs no schema for what has none',
    [
      said(0, "PREPARE q FROM 'SELECT 1'"),
      said(1, 'CREATE TEMPORARY TABLE tmp (a INT)'),
      said(1, 'SELECT * FROM tmp'),
      said(0, 'SET TRANSACTION READ ONLY'),
      said(0, 'DEALLOCATE PREPARE p'),
      said(0, 'EXECUTE p'),
      said(0, "PREPARE p FROM 'SELECT ? AS x'"),
      said(0, 'EXECUTE p USING 5'),
      said(0, "EXECUTE IMMEDIATE 'SELECT 7'"),
      said(0, 'COMMIT'),
      said(0, "EXECUTE IMMEDIATE 'SELECT * FROM t'"),
      said(0, 'EXECUTE p USING 5'),
      said(1, 'SELECT * FROM tmp'),
      said(0, 'BEGIN'),
      said(0, "PREPARE q FROM 'SELECT * FROM t'"),
      said(0, 'SHOW WARNINGS'),
      said(0, 'EXECUTE q'),
      said(0, 'CREATE DATABASE IF NOT EXISTS {third} CHARACTER SET latin1'),
      said(0, 'DROP DATABASE {third}'),
      said(1, 'SELECT * FROM tmp'),
    ],
    [nowhere, plain],
  ],
  [
    'a function that needs a schema is what is missing first',
    [
      said(1, 'SELECT COUNT(*) FROM t'),
      said(0, 'SELECT pure(a) FROM t ORDER BY id'),
      said(0, 'INSERT INTO t (a) VALUES (pure(1))'),
    ],
    [nowhere, plain],
  ],
  [
    'a table is made in the schema of its prepared statement, also once the session has none',
    [
      did(1, { do: 'prepare', slot: 0, sql: 'CREATE TEMPORARY TABLE tmp AS SELECT ? AS a' }),
      said(0, 'CREATE TEMPORARY TABLE tmp (a INT)'),
      said(1, 'CREATE DATABASE IF NOT EXISTS {third}; USE {third}; SELECT DATABASE(); DROP DATABASE {third}'),
      said(0, 'SELECT * FROM tmp'),
      did(1, { do: 'execute', slot: 0, values: ['2'], bind: true, cursor: false }),
      said(1, 'SELECT * FROM {second}.tmp'),
      said(0, 'SELECT * FROM tmp'),
    ],
    [plain, { ...plain, schema: '{second}' }],
  ],
  [
    'a variable keeps its type while the text that is to assign it is prepared again',
    [
      said(1, "PREPARE p FROM 'SET @a = ?'"),
      did(1, { do: 'prepare', slot: 0, sql: 'SET @a = (SELECT MAX(id) FROM t)' }),
      said(0, 'CALL fails_late()'),
      said(1, 'SET @f = adds(2), @s = pure(3)'),
      said(1, "BEGIN NOT ATOMIC SET @s = 'block'; SELECT @s; END"),
      said(1, 'SELECT @a'),
    ],
  ],
  [
    'a statement that was prepared without a schema has none where it is prepared again',
    [
      did(0, { do: 'prepare', slot: 2, sql: 'SELECT ? AS x, DATABASE()' }),
      said(1, 'SET insert_id = 77'),
      did(1, { do: 'reconnect', login: plain }),
      said(1, 'SELECT DATABASE()'),
      did(0, { do: 'execute', slot: 2, values: [-3], bind: true, cursor: false }),
    ],
    [nowhere, plain],
  ],
  [
    'warnings are counted also past those that the server keeps',
    [
      said(0, 'SET max_error_count = 1'),
      said(0, 'SET character_set_results = NULL; SELECT b FROM t ORDER BY id; CALL fails_late(); SELECT 3'),
      said(0, 'SELECT @@session.warning_count'),
      said(0, "SELECT CAST('12y' AS SIGNED), CAST('12z' AS SIGNED) FROM t"),
      said(1, 'SELECT missing'),
      said(0, 'SHOW COUNT(*) WARNINGS'),
      said(0, 'SHOW WARNINGS'),
    ],
  ],
  [
    'columns of a cursor keep also the original names of what was asked of the session',
    [
      did(0, {
        do: 'prepare',
        slot: 0,
        sql: 'SELECT CONNECTION_ID() > ? AS x, DATABASE(), connection_id() > 1',
      }),
      did(0, { do: 'execute', slot: 0, values: [2], bind: true, cursor: true }),
    ],
    [nowhere, plain],
  ],
  [
    'what may need a schema is run where nothing is, before it costs others what they have',
    [
      said(1, 'CREATE TEMPORARY TABLE tmp (a INT)'),
      said(1, 'SELECT * FROM tmp'),
      ...[
        'CHECKSUM TABLE {schema}.log',
        "ALTER TABLE {schema}.t COMMENT 'x'",
        'CREATE DATABASE IF NOT EXISTS {third}; USE {third}; SELECT DATABASE(); DROP DATABASE {third}',
        'SELECT DATABASE()',
        'BEGIN',
        'CREATE DATABASE IF NOT EXISTS {third}; USE {third}; SELECT DATABASE(); DROP DATABASE {third}',
        "SELECT 'x' AS x, {schema}.pure(4)",
        'SELECT DATABASE(), @@collation_database',
        'USE {third}; SELECT 1',
        'SELECT DATABASE()',
      ].map((sql) => said(0, sql)),
      said(1, 'SELECT * FROM tmp'),
      said(0, 'SELECT * FROM t'),
    ],
    [nowhere, plain],
  ],
  [
    'a session that began anew is where the schema that it dropped has left it',
    [
      said(0, 'CREATE DATABASE IF NOT EXISTS {third}; USE {third}; SELECT DATABASE(); DROP DATABASE {third}'),
      did(0, { do: 'reset-connection' }),
      said(0, 'SELECT DATABASE()'),
    ],
  ],
  [
    'what opens no table keeps the warnings of before',
    [
      'SHOW CREATE DATABASE {schema}',
      'SHOW PROCESSLIST LIMIT 0',
      'SHOW  PRIVILEGES',
      'SHOW CREATE TABLE t',
      'CREATE DATABASE IF NOT EXISTS {third}',
      'ALTER DATABASE {third} CHARACTER SET latin1',
      'DROP DATABASE {third}',
      "HELP 'nothing like this'",
      'FLUSH TABLES t',
      'CREATE TABLE IF NOT EXISTS made (a INT)',
      'DROP TABLE made',
    ].flatMap((sql) => [
      said(0, 'SELECT missing'),
      said(0, sql),
      said(1, 'SELECT 1'),
      said(0, 'SHOW COUNT(*) ERRORS'),
    ]),
  ],
  [
    'a session that only reads can drop what it has prepared to write',
    [
      said(0, "PREPARE q FROM 'INSERT INTO t (a) VALUES (?)'"),
      said(0, 'SET SESSION TRANSACTION READ ONLY'),
      said(1, 'CALL fails_late()'),
      said(0, 'DROP PREPARE q'),
      said(0, 'EXECUTE q USING 1'),
    ],
  ],
  [
    'to prepare a CALL takes the warnings of before away where its routine uses tables',
    ['CALL begins()', 'CALL sets_variables(1)'].flatMap((sql) => [
      said(0, 'EXECUTE q USING @b'),
      did(0, { do: 'prepare', slot: 1, sql }),
      said(0, 'SHOW COUNT(*) ERRORS'),
    ]),
  ],
  [
    'a temporary table that is aside is not taken for dropped',
    [
      said(0, "EXECUTE IMMEDIATE 'CREATE TEMPORARY TABLE tmp (a INT)'"),
      said(0, 'CREATE TEMPORARY TABLE t (a INT, only_here INT)'),
      said(1, 'SET @a = (SELECT MAX(id) FROM t)'),
      said(0, "EXECUTE IMMEDIATE 'CREATE TEMPORARY TABLE tmp (a INT)'"),
      said(0, 'SELECT * FROM t'),
      said(1, 'SELECT COUNT(*) FROM t'),
      said(0, 'CALL makes_table()'),
      said(0, 'SELECT * FROM t'),
    ],
  ],
  [
    'a session without a schema is not where a routine, a trigger or a prepared statement comes back to',
    [
      ...[
        'CALL {schema}.sets_variables(1)',
        'SELECT {schema}.pure(3)',
        'DO {schema}.adds(3)',
        'INSERT INTO {schema}.watched (a) VALUES (3)',
        'SET @x = {schema}.pure(3)',
        'CALL {schema}.gives_rows(@n)',
      ].flatMap((sql) => [
        said(1, 'SELECT 1 FROM t LIMIT 1'),
        said(0, sql),
        said(0, 'SELECT DATABASE()'),
        said(0, 'SELECT COUNT(*) FROM t'),
      ]),
      said(1, 'USE {schema}'),
      said(1, 'SELECT 1 FROM t LIMIT 1'),
      did(0, { do: 'prepare', slot: 0, sql: "INSERT INTO {schema}.log (what) VALUES ('x')" }),
      said(0, "PREPARE p FROM 'DO 1'"),
      said(1, 'USE {second}'),
      said(1, 'SELECT 1 FROM t LIMIT 1'),
      did(0, { do: 'execute', slot: 0, values: [], bind: true, cursor: false }),
      said(0, 'SELECT DATABASE()'),
      said(1, 'SELECT 1 FROM t LIMIT 1'),
      said(0, 'EXECUTE p'),
      said(0, 'SELECT DATABASE()'),
      said(0, 'DELETE FROM t'),
      said(1, 'CREATE TEMPORARY TABLE tmp (a INT)'),
      said(1, 'SELECT * FROM tmp'),
      said(0, 'CHECKSUM TABLE {schema}.log; CALL {schema}.sets_variables(1)'),
      said(0, 'SELECT DATABASE(), @@collation_database'),
    ],
    [nowhere, { ...plain, schema: '{second}' }],
  ],
  [
    'no table of another session’s schema is behind what looks like the end of the tables',
    [
      'SELECT COUNT(*) FROM {second}.t USE INDEX FOR ORDER BY (PRIMARY), t',
      'INSERT INTO {second}.t SELECT 5000 + t.id, t.a FROM {second}.t x USE INDEX FOR ORDER BY (PRIMARY) JOIN t ON x.id = 1',
      'UPDATE {second}.t SET c = (SELECT MAX(t.a) FROM {second}.t x IGNORE INDEX FOR ORDER BY (PRIMARY) JOIN t)',
      'SELECT COUNT(*) FROM {second}.order, t',
      'CREATE TABLE {second}.d (a INT DEFAULT NEXTVAL(s))',
      'CREATE TABLE {second}.d SELECT DATABASE() AS e',
      'SELECT * FROM {second}.d',
      'CREATE TABLE {second}.d2 (a INT); SELECT DATABASE()',
      'SELECT DATABASE() ORDER BY `DATABASE()`',
      'SELECT `DATABASE()` FROM (SELECT DATABASE()) x',
      "SELECT * FROM (SELECT SCHEMA() UNION SELECT 'x') y ORDER BY `SCHEMA()`",
      'SELECT DATABASE(); USE {second}',
    ].flatMap((sql) => [said(1, 'SELECT 1 FROM t LIMIT 1'), said(0, sql)]),
    [nowhere, plain],
  ],
  [
    'a query whose tables are all qualified needs no schema, however it is written',
    [
      said(1, 'CREATE TEMPORARY TABLE tmp (a INT)'),
      ...[
        'SELECT * FROM { OJ {second}.t a LEFT OUTER JOIN {second}.t b ON a.id = b.id }',
        'SELECT id, RANK() OVER w1 AS r, RANK() OVER w2 AS s FROM {second}.t WINDOW w1 AS (ORDER BY id), w2 AS (ORDER BY c)',
        'SELECT id FROM {second}.t EXCEPT VALUES (1), (3)',
        'SELECT @@collation_database',
        'SHOW CREATE TABLE {second}.t',
        'CHECK TABLE t',
        'DESCRIBE t',
        'EXPLAIN SELECT * FROM t',
        'HANDLER t OPEN',
        "PREPARE p FROM 'SELECT 7'",
        "SELECT * FROM t; PREPARE p FROM 'SELECT 1'",
        'EXECUTE p',
      ].flatMap((sql) => [said(1, 'SELECT * FROM tmp'), said(0, sql)]),
      said(1, 'SELECT * FROM tmp'),
    ],
    [nowhere, plain],
  ],
  [
    'what an EXECUTE inserts holds nobody up, and is counted as each client asked for it',
    [
      said(
        0,
        "PREPARE p FROM 'INSERT INTO t (id, a) VALUES (1, 10), (2, 21) ON DUPLICATE KEY UPDATE a = VALUES(a)'",
      ),
      said(0, 'EXECUTE p'),
      said(1, 'SELECT a FROM t ORDER BY id'),
      said(0, 'EXECUTE p'),
      said(0, 'SELECT ROW_COUNT()'),
      said(1, "EXECUTE IMMEDIATE 'INSERT INTO log (what) VALUES (''x'')'"),
      said(0, 'SELECT COUNT(*) FROM log'),
    ],
  ],
  [
    'handlers are closed though tables are locked',
    [
      said(0, 'HANDLER t OPEN AS h'),
      said(0, 'LOCK TABLE log READ'),
      did(0, { do: 'reconnect', login: plain }),
      said(1, 'HANDLER h READ FIRST'),
    ],
  ],
  [
    'warnings are shown in the letters that several statements have set before one failed',
    [
      said(0, 'SET character_set_results = NULL; SELECT missing FROM t; CALL fails_late(); SELECT 3'),
      said(0, 'SHOW WARNINGS'),
      said(1, 'SELECT 1'),
      said(0, 'SHOW WARNINGS'),
    ],
  ],
  [
    'a session without a schema goes nowhere by a DROP DATABASE, a USE in a routine, or a USE that was prepared elsewhere',
    [
      said(1, 'SELECT COUNT(*) FROM t'),
      said(0, 'DROP DATABASE IF EXISTS {third}'),
      said(0, 'CALL {schema}.sets_variables(1)'),
      said(0, 'SELECT DATABASE()'),
      said(0, 'DELETE FROM t'),
      said(1, "CREATE PROCEDURE {schema}.goes() EXECUTE IMMEDIATE 'USE {second}'"),
      said(1, 'USE {schema}'),
      said(1, 'SELECT COUNT(*) FROM t'),
      said(0, 'CALL {schema}.goes()'),
      said(0, 'SELECT DATABASE()'),
      said(0, 'SELECT COUNT(*) FROM t'),
      said(1, 'SELECT DATABASE(), COUNT(*) FROM t'),
      did(0, { do: 'prepare', slot: 0, sql: 'USE {second}' }),
      said(0, "PREPARE p FROM 'USE {second}'"),
      said(1, 'CREATE DATABASE {third}; USE {third}; CREATE TABLE t (z INT)'),
      did(0, { do: 'execute', slot: 0, values: [], bind: true, cursor: false }),
      said(0, 'SELECT DATABASE(), (SELECT COUNT(*) FROM t) AS n'),
      said(0, 'USE {schema}'),
      said(0, 'EXECUTE p'),
      said(0, 'SELECT DATABASE()'),
      said(1, 'SELECT DATABASE()'),
      said(0, 'SELECT COUNT(*) FROM t'),
    ],
    [nowhere, { ...plain, schema: '{second}' }],
  ],
  [
    'a text that goes to a schema takes a session without one there, also from where it cannot be without',
    [
      said(1, 'CREATE TEMPORARY TABLE tmp (a INT)'),
      said(1, 'SELECT * FROM tmp'),
      said(0, "PREPARE p FROM 'USE {second}'"),
      said(0, 'EXECUTE p'),
      said(0, 'SELECT DATABASE()'),
      said(0, 'SELECT COUNT(*) FROM t'),
      said(1, 'SELECT * FROM tmp'),
    ],
    [nowhere, plain],
  ],
  [
    'an EXECUTE whose table has a trigger holds nobody up',
    [
      said(0, "PREPARE p FROM 'INSERT INTO watched (a) VALUES (?)'"),
      said(0, 'EXECUTE p USING 3'),
      said(1, 'SELECT COUNT(*) FROM watched'),
      said(0, "EXECUTE IMMEDIATE 'INSERT INTO watched (a) VALUES (4)'"),
      said(1, 'SELECT @trigger'),
      said(0, 'SELECT @trigger'),
    ],
  ],
  [
    'what is not there to be shown leaves the count of rows',
    [
      'DESCRIBE missing',
      'SHOW TABLES FROM {third}',
      'SHOW INDEX FROM missing',
      'SHOW CREATE TABLE missing',
      'EXPLAIN SELECT * FROM missing',
      'SHOW COLUMNS FROM',
    ].flatMap((sql) => [
      said(0, "INSERT INTO log (what) VALUES ('x'), ('y')"),
      said(0, sql),
      said(1, 'DO adds(1)'),
      said(0, 'SELECT ROW_COUNT()'),
      said(1, 'SELECT 1'),
      said(0, 'CREATE TABLE IF NOT EXISTS made (a INT)'),
      said(1, sql),
      said(1, 'SELECT ROW_COUNT()'),
    ]),
  ],
  [
    'what is set alone has the default collation, the rest what SET NAMES gave',
    [
      'SET character_set_results = latin1',
      'SET character_set_client = utf8mb4',
      'SET CHARACTER SET utf8mb4',
    ].flatMap((sql) => [
      said(1, 'SET NAMES utf8mb4 COLLATE utf8mb4_bin'),
      said(1, sql),
      said(0, 'SELECT 1'),
      did(1, { do: 'prepare', slot: 1, sql: 'SELECT ?, ?, 3' }),
      did(1, { do: 'execute', slot: 1, values: ['', 1], bind: false, cursor: false }),
      said(1, 'SET NAMES latin1; SET character_set_results = NULL'),
      said(0, 'SELECT 1'),
      did(1, { do: 'execute', slot: 1, values: ['', 1], bind: false, cursor: false }),
      said(1, "SELECT 'x'"),
    ]),
    [general, plain],
  ],
  [
    'an execution without a cursor closes that of the one before',
    [
      did(0, { do: 'prepare', slot: 0, sql: 'SELECT id FROM t ORDER BY id' }),
      did(0, { do: 'execute', slot: 0, values: [], bind: false, cursor: true }),
      did(0, { do: 'fetch', slot: 0, rows: 1 }),
      did(0, { do: 'execute', slot: 0, values: [], bind: false, cursor: false }),
      said(1, 'SELECT 1'),
      did(0, { do: 'fetch', slot: 0, rows: 1 }),
    ],
  ],
  [
    'a name that is prepared anew before it is executed need not be brought back',
    [
      said(1, "PREPARE p FROM 'SELECT id FROM t'"),
      said(0, "PREPARE p FROM 'SELECT 1'"),
      said(1, 'LOCK TABLES log READ'),
      said(1, "SELECT 1; PREPARE p FROM 'SELECT 5'; EXECUTE p"),
      said(1, 'UNLOCK TABLES'),
      said(0, 'EXECUTE p'),
      said(1, "SELECT missing; PREPARE p FROM 'SELECT 6'; EXECUTE p"),
      said(1, 'EXECUTE p'),
      said(0, "SELECT 1; DEALLOCATE PREPARE p; SELECT missing; PREPARE p FROM 'SELECT 8'"),
      said(1, 'EXECUTE p'),
      said(0, 'EXECUTE p'),
      said(0, "SELECT 1; PREPARE p FROM 'SELECT 7'; SELECT missing; DEALLOCATE PREPARE p"),
      said(1, 'EXECUTE p'),
      said(0, 'EXECUTE p'),
    ],
  ],
  [
    'a text that is prepared anew is what the next statement executes',
    [
      said(0, "PREPARE p FROM 'SELECT 1'"),
      said(0, "PREPARE p FROM 'CREATE TEMPORARY TABLE tmp AS SELECT 7 AS a'; EXECUTE p"),
      said(1, 'SELECT * FROM tmp'),
      said(0, 'SELECT * FROM tmp'),
      said(0, "PREPARE p FROM 'SET @@sql_select_limit = 1'; EXECUTE p"),
      said(1, 'SELECT id FROM t'),
      said(0, 'SELECT id FROM t'),
    ],
  ],
  [
    'warnings outlast also definitions of programs, what runs as a text, and what is explained without a table',
    [
      'CREATE PROCEDURE made() SELECT id FROM t',
      'CREATE OR REPLACE PROCEDURE made() BEGIN END',
      "ALTER PROCEDURE made COMMENT 'x'",
      'DROP PROCEDURE made',
      'CREATE FUNCTION makes() RETURNS INT RETURN (SELECT COUNT(*) FROM t)',
      'DROP FUNCTION makes',
      'CREATE TRIGGER on_plain AFTER DELETE ON plain FOR EACH ROW SET @x = 1',
      'SHOW CREATE TRIGGER on_plain',
      'DROP TRIGGER on_plain',
      "PREPARE p FROM 'DO 1'",
      'EXECUTE p',
      "PREPARE p FROM 'SELECT COUNT(*) FROM t'",
      'EXECUTE p',
      'DROP PREPARE p',
      "EXECUTE IMMEDIATE 'SELECT 1'",
      'EXPLAIN SELECT 1',
      'EXPLAIN FORMAT=JSON SELECT 1 FROM t',
      'ANALYZE SELECT 1',
      'ANALYZE TABLE t',
      'SET @a = (SELECT 1)',
      'SET @a = (SELECT COUNT(*) FROM {second}.t)',
    ].flatMap((sql) => [
      said(0, "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'mine'"),
      said(1, 'SELECT COUNT(*) FROM t'),
      said(0, sql),
      said(1, 'SELECT COUNT(*) FROM t'),
      said(0, 'SHOW WARNINGS'),
    ]),
  ],
  [
    'words in a text or a name say nothing of tables',
    [
      'SET @text = "SELECT COUNT(*) FROM t WHERE id > ?"',
      "SELECT 'greetings from home'",
      'SELECT 1 AS `from`',
      'SELECT /* from t */ 1',
      "DO 'select it\\'s 1 from t'",
    ].flatMap((sql) => [
      said(0, 'SELECT * FROM missing'),
      said(1, sql),
      said(1, 'SHOW WARNINGS'),
      said(0, 'SHOW WARNINGS'),
    ]),
  ],
  [
    'a text that is refused as a whole sets no names',
    [
      did(1, { do: 'set-option', multi: false }),
      said(1, 'SET SESSION collation_connection = utf8mb4_unicode_ci'),
      said(1, "SET NAMES latin1; SET time_zone = '+09:00'; SELECT missing"),
      said(0, 'SELECT 1'),
      did(1, { do: 'field-list', table: 't' }),
      did(1, { do: 'set-option', multi: true }),
      said(1, 'SET NAMES latin1; SELECT missing; SET NAMES utf8'),
      said(0, 'SELECT 1'),
      did(1, { do: 'field-list', table: 't' }),
    ],
  ],
  [
    'what a preparation warned of is shown behind it, another session having come between or not',
    [
      did(0, { do: 'prepare', slot: 0, sql: 'SELECT 1 INTO @a' }),
      said(0, 'SHOW WARNINGS'),
      did(0, { do: 'prepare', slot: 1, sql: 'SELECT COUNT(*) FROM t PROCEDURE ANALYSE()' }),
      said(0, 'SHOW WARNINGS'),
      said(0, 'SELECT missing FROM t'),
      did(0, { do: 'prepare', slot: 0, sql: 'SELECT COUNT(*) FROM t INTO @a' }),
      said(1, 'SELECT missing FROM t'),
      said(0, 'SHOW WARNINGS'),
      said(0, 'SELECT @@warning_count, @@error_count'),
      did(0, { do: 'prepare', slot: 0, sql: 'SELECT COUNT(*) FROM t' }),
      said(1, 'SHOW WARNINGS'),
      said(0, 'SHOW WARNINGS'),
    ],
  ],
  [
    'a prepared SHOW WARNINGS finds its own, another session having come between or not',
    [
      did(0, { do: 'prepare', slot: 0, sql: 'SHOW WARNINGS' }),
      did(0, { do: 'prepare', slot: 1, sql: 'SHOW ERRORS LIMIT 1' }),
      did(1, { do: 'prepare', slot: 0, sql: ' show warnings limit 1, 2;' }),
      said(0, 'CALL fails_late()'),
      run(0, 0),
      run(0, 1),
      said(1, "SELECT 1 + 'x', 2 + 'y', 3 + 'ü'"),
      said(0, 'SELECT COUNT(*) FROM t'),
      run(1, 0),
      run(0, 0),
      said(1, 'SELECT COUNT(*) FROM t'),
      run(1, 0),
      said(0, "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'mine: ü', MYSQL_ERRNO = 65000"),
      said(1, 'SELECT missing'),
      run(0, 0),
      said(0, 'SELECT ROW_COUNT()'),
      run(0, 1),
    ],
  ],
];

const found = scripts.map(([about, lines, logins = [plain, plain]]): Found => ({ about, lines, logins }));

describe.each([
  ['that tells of its sessions', false],
  ['that tells nothing', true],
])('on a server %s', (_, untracked) => {
  let stage: Awaited<ReturnType<typeof stageFor>>;
  beforeAll(async () => (stage = await stageFor(server, await createFixture(server), untracked)));
  afterAll(() => stage.close());

  it.each(found)('$about', async ({ lines, logins }) => {
    const verdict = await compareScript(stage, { logins, lines });
    if (verdict.same === false) {
      const step = lines[verdict.at];
      expect({ step, reply: verdict.throughPort }).toEqual({ step, reply: verdict.directly });
    }
    if (verdict.same === 'blocked') expect(verdict.holds).toEqual([]);
    expect(verdict).toMatchObject({ same: true });
  });
});
