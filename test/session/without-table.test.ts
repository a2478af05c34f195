// Which statements leave the warnings of before as they are: those that open no table, as tried on MariaDB 10.11.
import { describe, expect, it } from 'vitest';
import { isWithoutTable } from '../../src/session/without-table.js';
import { read } from '../sql/modes.js';

const opensNone = (sql: string): boolean => isWithoutTable(read(sql), 0, Buffer.from(sql));

describe('statements that open no table', () => {
  it.each([
    'GRANT SELECT ON test.* TO somebody',
    'GRANT ALL PRIVILEGES ON *.* TO somebody WITH GRANT OPTION',
    'GRANT reader TO somebody',
    "GRANT PROXY ON root TO root@'::1'",
    'REVOKE ALL PRIVILEGES, GRANT OPTION FROM somebody',
    'RENAME USER one TO two',
    "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x')",
    'CREATE OR REPLACE DEFINER=root@localhost PROCEDURE p() SELECT 1 FROM t',
    'CREATE AGGREGATE FUNCTION f(x INT) RETURNS INT BEGIN LOOP FETCH GROUP NEXT ROW; END LOOP; END',
    "ALTER EVENT e COMMENT 'x'",
    'DROP ROLE reader',
    "PURGE BINARY LOGS BEFORE '2000-01-01'",
    'SET STATEMENT max_statement_time=1 FOR SELECT 1',
    'DESC SELECT 1 FROM DUAL',
  ])('%s', (sql) => {
    expect(opensNone(sql)).toBe(true);
  });
});

describe('statements that open tables', () => {
  it.each([
    'GRANT SELECT ON test.t TO somebody',
    'GRANT SELECT (a) ON t TO somebody',
    'GRANT EXECUTE ON PROCEDURE test.p TO somebody',
    'REVOKE SELECT ON test.t FROM somebody',
    'RENAME TABLE one TO two',
    'CREATE DEFINER=root@localhost TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @procedure = 1',
    'CREATE VIEW v AS SELECT 1',
    'DESC t',
    'EXPLAIN SELECT 1 FROM t',
    'ANALYZE TABLE t',
    'SET @a = (SELECT a FROM other.t)',
    'SET STATEMENT max_statement_time=1 FOR DELETE FROM t',
    "PREPARE p FROM 'SELECT a FROM t'",
    'BEGIN NOT ATOMIC DECLARE x INT; END',
  ])('%s', (sql) => {
    expect(opensNone(sql)).toBe(false);
  });
});
