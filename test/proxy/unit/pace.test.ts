// Which commands are expected to be short by their kind.
import { describe, expect, it } from 'vitest';
import { readCommand } from '../../../src/proxy/command/command.js';
import { paceOf, type Pace } from '../../../src/proxy/command/pace.js';
import { assumedFacts } from '../../../src/proxy/backend/server-facts.js';
import { Session } from '../../../src/session/session.js';
import { command } from '../../support/raw-client.js';

const session = new Session(1, { capabilities: 0, collation: 45, schema: null });

function pace(code: number, text = ''): Pace {
  const payload = Buffer.concat([Buffer.from([code]), Buffer.from(text)]);
  return paceOf(readCommand({ payload, sequence: 0, lastSequence: 0, oversized: 0 }, session, assumedFacts));
}

describe('a command is short by its kind', () => {
  it.each([
    ['COM_INIT_DB', command.INIT_DB, 'sales'],
    ['COM_FIELD_LIST', command.FIELD_LIST, 't\0'],
    ['COM_STATISTICS', command.STATISTICS, ''],
    ['COM_STMT_PREPARE of a report', command.STMT_PREPARE, 'SELECT SUM(x) FROM t'],
  ])('%s', (_, code, body) => {
    expect(pace(code, body)).toBe('short');
  });
});

describe('a statement is probably short', () => {
  it.each([
    'SHOW FULL TABLES FROM `sales`',
    'SELECT 1',
    "SELECT @@version_comment, 'x'",
    "SET NAMES 'utf8mb4'",
    'USE sales',
    'DESCRIBE sales.t',
    'EXPLAIN SELECT * FROM t',
    "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'x'",
    'select * from `information_schema`.`columns` c join information_schema.tables t using (table_name)',
  ])('%s', (sql) => {
    expect(pace(command.QUERY, sql)).toBe('probably-short');
  });
});

describe('nothing is promised of', () => {
  it.each([
    'SELECT * FROM t',
    'SELECT * FROM information_schema.tables JOIN t',
    'SELECT (SELECT COUNT(*) FROM t)',
    'SELECT SLEEP(1)',
    "SELECT GET_LOCK('x', 10)",
    'SELECT BENCHMARK(1000000, MD5(1))',
    'SELECT stored_function()',
    'SET @x = (SELECT MAX(id) FROM t)',
    'EXPLAIN ANALYZE SELECT * FROM t',
    'ANALYZE SELECT * FROM t',
    'INSERT INTO t VALUES (1)',
    'SELECT 1; SELECT 2',
    'CALL p()',
  ])('%s', (sql) => {
    expect(pace(command.QUERY, sql)).toBe('unknown');
  });
});
