// What BI tools send, statement by statement, to the demo backend: through mysql2 and through the mariadb command line.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoBackend } from '../../src/demo/backend.js';
import { findProgram } from '../support/programs.js';
import { connectDemo, run, startDemo, type Came } from './both-servers.js';

let demo: DemoBackend;
let client: Connection;

beforeAll(async () => {
  demo = await startDemo('user1', 'user2');
  client = await connectDemo(demo, 'user1', 'sales');
});

afterAll(async () => {
  await client.end();
  await demo.close();
});

const wrapper = '(SELECT * FROM sales WHERE cob_date = "2023-05-05") `Custom SQL Query`';
const isDone: Partial<Came> = { affected: 0 };
const rows = (...expected: unknown[]): unknown => expect.objectContaining({ rows: expected });
const anyRows: unknown = expect.objectContaining({ rows: expect.anything() as unknown });
const oneRow = (...cells: unknown[]): unknown => rows(cells);
const anyText: unknown = expect.any(String);
const containsRow = (...cells: unknown[]): unknown =>
  expect.objectContaining({ rows: expect.arrayContaining([cells]) as unknown });

/** The statements of the design's facts by their numbers, with what they come to. */
const statements: readonly (readonly [number: number, sql: string, expected: unknown])[] = [
  [1, 'SET NAMES utf8', expect.objectContaining(isDone)],
  [2, 'SET character_set_results = NULL', expect.objectContaining(isDone)],
  [3, 'SET SQL_AUTO_IS_NULL = 0', expect.objectContaining(isDone)],
  [4, 'set @@sql_select_limit=DEFAULT', expect.objectContaining(isDone)],
  [5, 'SELECT CONNECTION_ID()', oneRow(expect.stringMatching(/^\d+$/))],
  [
    6,
    "SELECT `table_name`, `column_name` FROM `information_schema`.`columns` WHERE `data_type`='enum' AND `table_schema`=''",
    { columns: ['table_name', 'column_name'], rows: [] },
  ],
  [
    6,
    "SELECT `table_name`, `column_name` FROM `information_schema`.`columns` WHERE `data_type`='enum' AND `table_schema`='sales'",
    oneRow('sales', 'channel'),
  ],
  [7, 'DROP TABLE `#Tableau_sid_00000001_1_Connect`', { errno: 1051 }],
  [8, "SHOW DATABASES LIKE '%'", rows(['information_schema'], ['sales'])],
  [9, "show variables like 'collation_server'", oneRow('collation_server', 'utf8mb4_0900_ai_ci')],
  [
    10,
    'CREATE TEMPORARY TABLE `#Tableau_sid_1_Connect_Chec` (`COL` INTEGER)',
    expect.objectContaining(isDone),
  ],
  [10, 'DROP TABLE IF EXISTS `#Tableau_sid_1_Connect_Chec`', expect.objectContaining(isDone)],
  [
    11,
    `SELECT SUM(1) AS \`cnt_ok\`, sum(\`Custom SQL Query\`.\`amount\`) AS \`sum_a_ok\` FROM ${wrapper} HAVING (COUNT(1) > 0)`,
    oneRow('14', expect.stringMatching(/^\d+\.\d\d$/)),
  ],
  [
    12,
    `SELECT \`Custom SQL Query\`.\`cob_date\` AS \`a\` FROM ${wrapper} group by 1 order by \`a\` LIMIT 1`,
    { columns: ['a'], rows: [['2023-05-05']] },
  ],
  [13, 'select 1 and 0', { columns: ['1 and 0'], rows: [['0']] }],
  [14, `SELECT * FROM ${wrapper} `, anyRows],
  [15, '( SELECT * FROM sales ) LIMIT 0', expect.objectContaining({ rows: [] })],
  [16, 'select 1 and 0 /* { "tableau-query-origins": { "query-category": "RowCount" } } */', oneRow('0')],
  [
    17,
    "SELECT COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME, ORDINAL_POSITION, CONSTRAINT_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL AND TABLE_NAME='sales' AND TABLE_SCHEMA='sales'",
    oneRow('region', 'regions', 'region', '1', 'sales_region'),
  ],
  [
    18,
    "SELECT NULL, NULL, NULL, SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME LIKE '%'  ORDER BY SCHEMA_NAME",
    {
      columns: ['NULL', 'NULL', 'NULL', 'SCHEMA_NAME'],
      rows: [
        [null, null, null, 'information_schema'],
        [null, null, null, 'sales'],
      ],
    },
  ],
  [
    19,
    'SELECT NULL, NULL, NULL, SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME=DATABASE()  ORDER BY SCHEMA_NAME',
    oneRow(null, null, null, 'sales'),
  ],
  [
    20,
    "SELECT TABLE_NAME,TABLE_COMMENT,IF(TABLE_TYPE='BASE TABLE', 'TABLE', TABLE_TYPE),TABLE_SCHEMA FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA LIKE 'sales' AND ( TABLE_TYPE='BASE TABLE' OR TABLE_TYPE='VIEW' )  ORDER BY TABLE_SCHEMA, TABLE_NAME",
    containsRow('sales', 'Sales by day', 'TABLE', 'sales'),
  ],
  [
    21,
    "SELECT c.COLUMN_NAME, c.COLUMN_TYPE, cs.MAXLEN FROM information_schema.COLUMNS c LEFT JOIN information_schema.CHARACTER_SETS cs ON c.CHARACTER_SET_NAME = cs.CHARACTER_SET_NAME WHERE 1=1 AND c.TABLE_SCHEMA = 'sales' AND c.TABLE_NAME = 'sales' ORDER BY ORDINAL_POSITION",
    containsRow('region', 'varchar(20)', '4'),
  ],
  [22, 'SHOW KEYS FROM `sales`.`sales`', anyRows],
  [
    24,
    "SHOW SESSION VARIABLES LIKE 'SQL_MODE'",
    oneRow('sql_mode', expect.stringContaining('STRICT_TRANS_TABLES')),
  ],
  [25, "SHOW SESSION VARIABLES LIKE 'MAX_EXECUTION_TIME'", oneRow('max_execution_time', '0')],
  [26, 'set @@max_execution_time=DEFAULT', expect.objectContaining(isDone)],
  [27, 'SELECT * FROM `sales` LIMIT 0', expect.objectContaining({ rows: [] })],
  [28, 'SELECT @@transaction_isolation', oneRow('READ-COMMITTED')],
  [28, 'SELECT @@tx_isolation', oneRow('READ-COMMITTED')],
  [29, 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', expect.objectContaining(isDone)],
  [31, 'KILL /*!50000 QUERY */ 4200', { errno: 1094 }],
  [
    32,
    'SELECT @@max_allowed_packet, @@character_set_client, @@character_set_connection, @@license, @@sql_mode, @@lower_case_table_names, @@autocommit;',
    oneRow('67108864', 'utf8mb3', 'utf8mb3', 'MIT', anyText, '2', '1'),
  ],
  [33, 'SELECT TIMEDIFF(NOW(), UTC_TIMESTAMP())', oneRow(expect.stringMatching(/^-?\d\d:\d\d:\d\d$/))],
  [34, 'SHOW COLLATION', containsRow('utf8mb4_general_ci', 'utf8mb4', '45', '', 'Yes', '1', 'PAD SPACE')],
  [
    36,
    'SHOW FULL COLUMNS FROM `sales`.`sales`',
    containsRow('cob_date', 'date', null, 'NO', 'MUL', null, '', anyText, 'Close of business'),
  ],
  [36, 'SHOW INDEX FROM `sales`.`sales`', anyRows],
  [37, 'SHOW TABLE STATUS FROM `sales`', anyRows],
  [
    38,
    '/* mysql-connector-java-8.0.25 */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@wait_timeout AS wait_timeout',
    {
      columns: ['auto_increment_increment', 'character_set_client', 'wait_timeout'],
      rows: [['1', 'utf8mb3', '28800']],
    },
  ],
  [
    39,
    "SHOW FULL TABLES FROM `sales` LIKE '%'",
    {
      columns: ['Tables_in_sales (%)', 'Table_type'],
      rows: [
        ['regions', 'BASE TABLE'],
        ['sales', 'BASE TABLE'],
      ],
    },
  ],
  [
    40,
    "set autocommit=1, sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES')",
    expect.objectContaining(isDone),
  ],
  [41, 'SELECT @@time_zone, @@system_time_zone', oneRow('SYSTEM', anyText)],
  [41, 'SHOW WARNINGS', { columns: ['Level', 'Code', 'Message'], rows: [] }],
  [42, 'SELECT DATABASE()', oneRow('sales')],
  [42, 'SELECT VERSION()', oneRow(expect.stringContaining('8.0'))],
  [
    42,
    'SHOW CREATE TABLE `sales`.`sales`',
    oneRow('sales', expect.stringContaining('`cob_date` date NOT NULL')),
  ],
];

describe('the demo backend answers BI tools', () => {
  it.each(statements)('%i: %s', async (_, sql, expected) => {
    expect(await run(client, sql)).toEqual(expected);
  });

  const mariadb = findProgram('mariadb', 'mysql');
  it.skipIf(mariadb === undefined)('all of them in one go through the mariadb command line', async () => {
    const script = statements.map(([, sql]) => `${sql.replace(/;$/, '')};`).join('\n');
    const args = ['-h', demo.host, '-P', String(demo.port), '-u', 'user2', '--force', '--comments', 'sales'];
    const running = promisify(execFile)(mariadb ?? '', args, {
      env: { ...process.env, MYSQL_PWD: 'secret' },
    });
    running.child.stdin?.end(script);
    // It goes on after an error, and yet ends with one.
    const { stdout, stderr } = await running.catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    );
    expect(stdout).toContain('cnt_ok\tsum_a_ok\n14\t');
    // Nothing is refused but what has to be: the table that is not there, and the thread.
    expect([...stderr.matchAll(/ERROR (\d+)/g)].map(([, errno]) => errno)).toEqual(['1051', '1094']);
  });
});

describe('the sample data', () => {
  it('is the same on every start', async () => {
    const { rows: found } = (await run(
      client,
      'SELECT COUNT(*), SUM(amount), MIN(cob_date), MAX(cob_date), SUM(quantity * id) FROM sales',
    )) as { rows: unknown };
    expect(found).toEqual([['10000', '8585489.51', '2023-01-01', '2024-12-30', anyText]]);
    const again = await startDemo('user1');
    const other = await connectDemo(again, 'user1', 'sales');
    const checksum =
      'SELECT MD5(GROUP_CONCAT(id, cob_date, region, product, customer, quantity, amount ORDER BY id)) FROM sales';
    expect(await run(other, checksum)).toEqual(await run(client, checksum));
    await other.end();
    await again.close();
  });
});
