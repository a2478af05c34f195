// The statements that BI tools and their drivers are known to send, and what each does.
import { describe, expect, it } from 'vitest';
import type { Statement } from '../../src/sql/types.js';
import { effects } from './modes.js';

const literal = (name: string, sql: string) => ({ name, value: { kind: 'literal' as const, sql } });
const set = (...assigns: Statement['assigns']) => ({ verb: 'SET', assigns });
const read = { verb: 'SELECT', isRead: true };
const show = { verb: 'SHOW', isRead: true };
const ddl = { writes: true, endsTransaction: true, usesSchema: true };
const dropped = (name: string) => ({
  verb: 'DROP',
  ...ddl,
  needsSchema: true,
  temporaryTables: { created: [], dropped: [name.toLowerCase()], renamed: [] },
  droppedTables: [{ qualifier: null, name: name }],
});

const inner = "SELECT * FROM `d`.`t` WHERE cob_date = DATE '2024-01-31'";
const origins = '/* { "tableau-query-origins": { "query-category": "RowCount" } } */';

const statements: [text: string, told: object][] = [
  [
    'SET NAMES utf8',
    set(
      literal('character_set_client', "'utf8'"),
      literal('character_set_results', "'utf8'"),
      literal('character_set_connection', "'utf8'"),
      { name: 'collation_connection', value: { kind: 'expression' } },
    ),
  ],
  ['SET character_set_results = NULL', set(literal('character_set_results', 'NULL'))],
  ['SET SQL_AUTO_IS_NULL = 0', set(literal('sql_auto_is_null', '0'))],
  ['set @@sql_select_limit=DEFAULT', set({ name: 'sql_select_limit', value: { kind: 'default' } })],
  ['set @@sql_select_limit=1000', set(literal('sql_select_limit', '1000'))],
  ['SET SQL_SELECT_LIMIT = 0', set(literal('sql_select_limit', '0'))],
  ['SELECT CONNECTION_ID()', { ...read, usesConnectionId: true }],
  [
    "SELECT `table_name`, `column_name` FROM `information_schema`.`columns` WHERE `data_type`='enum' AND `table_schema`=''",
    read,
  ],
  ['DROP TABLE `#Tableau_sid_00000001_1_Connect` ', dropped('#Tableau_sid_00000001_1_Connect')],
  ["SHOW DATABASES LIKE '%'", show],
  ["show variables like 'collation_server'", show],
  [
    'CREATE TEMPORARY TABLE `#Tableau_sid_1_Connect_Chec` (`COL` INTEGER)',
    {
      verb: 'CREATE',
      usesSchema: true,
      needsSchema: true,
      temporaryTables: { created: ['#tableau_sid_1_connect_chec'], dropped: [], renamed: [] },
      createdTables: [{ qualifier: null, name: '#Tableau_sid_1_Connect_Chec' }],
    },
  ],
  ['DROP TABLE IF EXISTS `#Tableau_sid_1_Connect_Chec`', dropped('#Tableau_sid_1_Connect_Chec')],
  [
    `SELECT SUM(1) AS \`cnt_ok\`, sum(\`Custom SQL Query\`.\`a\`) AS \`sum_a_ok\` FROM (${inner}) \`Custom SQL Query\` HAVING (COUNT(1) > 0)`,
    read,
  ],
  [
    `SELECT \`Custom SQL Query\`.\`a\` AS \`a\` FROM (${inner}) \`Custom SQL Query\` group by 1 order by \`a\` LIMIT 1`,
    read,
  ],
  ['select 1 and 0', read],
  [`SELECT * FROM (${inner}) \`Custom SQL Query\` `, read],
  [`( ${inner} ) LIMIT 0`, read],
  [`${inner} ${origins}`, read],
  [
    "SELECT COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME, ORDINAL_POSITION, CONSTRAINT_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL AND TABLE_NAME='t' AND TABLE_SCHEMA='d'",
    read,
  ],
  [
    "SELECT NULL, NULL, NULL, SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME LIKE '%'  ORDER BY SCHEMA_NAME",
    read,
  ],
  [
    'SELECT NULL, NULL, NULL, SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME=DATABASE()  ORDER BY SCHEMA_NAME',
    { ...read, asksOfSchema: ['name'] },
  ],
  [
    "SELECT TABLE_NAME,TABLE_COMMENT,IF(TABLE_TYPE='BASE TABLE', 'TABLE', TABLE_TYPE),TABLE_SCHEMA FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA LIKE 'd' AND ( TABLE_TYPE='BASE TABLE' OR TABLE_TYPE='VIEW' )  ORDER BY TABLE_SCHEMA, TABLE_NAME",
    read,
  ],
  [
    'SELECT c.COLUMN_NAME FROM information_schema.COLUMNS c LEFT JOIN information_schema.CHARACTER_SETS cs ON c.CHARACTER_SET_NAME = cs.CHARACTER_SET_NAME WHERE 1=1 ORDER BY ORDINAL_POSITION',
    read,
  ],
  ['SHOW KEYS FROM `d`.`t` ', show],
  ["SHOW SESSION VARIABLES LIKE 'SQL_MODE'", show],
  ["SHOW SESSION VARIABLES LIKE 'MAX_EXECUTION_TIME'", show],
  ['set @@max_execution_time=DEFAULT', set({ name: 'max_execution_time', value: { kind: 'default' } })],
  ['SELECT * FROM `t` LIMIT 0', { ...read, usesSchema: true, needsSchema: true }],
  ['SELECT @@transaction_isolation', read],
  ['SELECT @@tx_isolation', read],
  [
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    set(literal('tx_isolation', "'READ-COMMITTED'")),
  ],
  ['KILL /*!50000 QUERY */ 42', { verb: 'KILL', kill: { what: 'query', id: 42 } }],
  ['KILL QUERY 42', { verb: 'KILL', kill: { what: 'query', id: 42 } }],
  [
    'SELECT @@max_allowed_packet, @@character_set_client, @@character_set_connection, @@license, @@sql_mode, @@lower_case_table_names, @@autocommit;',
    read,
  ],
  ['SELECT TIMEDIFF(NOW(), UTC_TIMESTAMP())', read],
  ['SHOW COLLATION', show],
  ['SHOW FULL COLUMNS FROM `d`.`t` ', show],
  ['SHOW INDEX FROM `d`.`t` ', show],
  ['SHOW TABLE STATUS FROM `d` ', show],
  [
    '/* mysql-connector-java-8.0.25 */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@wait_timeout AS wait_timeout',
    read,
  ],
  ["SHOW FULL TABLES FROM `d` LIKE '%'", show],
  [
    "set autocommit=1, sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES')",
    {
      ...set(literal('autocommit', '1'), { name: 'sql_mode', value: { kind: 'expression' } }),
      endsTransaction: true,
    },
  ],
  ['SELECT @@time_zone, @@system_time_zone', read],
  ['SHOW WARNINGS', { verb: 'SHOW', diagnostics: ['warnings'] }],
  ['SELECT DATABASE()', { ...read, asksOfSchema: ['name'] }],
  ['SELECT VERSION()', read],
  ['SHOW CREATE TABLE `d`.`t` ', show],
  ["/* ApplicationName=DBeaver 24.0 - Metadata */ SHOW VARIABLES LIKE 'lower_case_%'", show],
];

describe('a BI tool', () => {
  it.each(statements)('sends %s', (text, told) => {
    expect(effects(text)).toEqual(told);
  });
});
