// The statements that BI tools send: through the port the same bytes come back as directly.
import { describe, expect, it } from 'vitest';
import { createSales } from '../support/fixtures.js';
import { useInstances } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { connectRaw, type RawClient } from '../support/raw-client.js';
import { transcribe } from '../support/transcript.js';

const server = useMariadb();
const instances = useInstances();

const query = 'SELECT a, name FROM t WHERE a IS NOT NULL';

/** The statements of the fact sheet in their order, with `d` and `t` put in. */
const statements = (d: string): readonly string[] => [
  'SET NAMES utf8',
  'SET character_set_results = NULL',
  'SET SQL_AUTO_IS_NULL = 0',
  'set @@sql_select_limit=DEFAULT',
  "SELECT `table_name`, `column_name` FROM `information_schema`.`columns` WHERE `data_type`='enum' AND `table_schema`=''",
  `SELECT \`table_name\`, \`column_name\` FROM \`information_schema\`.\`columns\` WHERE \`data_type\`='enum' AND \`table_schema\`='${d}'`,
  'DROP TABLE `#Tableau_sid_00000001_1_Connect`',
  "SHOW DATABASES LIKE '%'",
  "show variables like 'collation_server'",
  'CREATE TEMPORARY TABLE `#Tableau_sid_1_Connect_Chec` (`COL` INTEGER)',
  'DROP TABLE IF EXISTS `#Tableau_sid_1_Connect_Chec`',
  `SELECT SUM(1) AS \`cnt_ok\`, sum(\`Custom SQL Query\`.\`a\`) AS \`sum_a_ok\` FROM (${query}) \`Custom SQL Query\` HAVING (COUNT(1) > 0)`,
  `SELECT \`Custom SQL Query\`.\`a\` AS \`a\` FROM (${query}) \`Custom SQL Query\` group by 1 order by \`a\` LIMIT 1`,
  'select 1 and 0',
  `SELECT * FROM (${query}) \`Custom SQL Query\``,
  `( ${query} ) LIMIT 0`,
  `${query} /* { "tableau-query-origins": { "query-category": "RowCount" } } */`,
  `SELECT COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME, ORDINAL_POSITION, CONSTRAINT_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL AND TABLE_NAME='line' AND TABLE_SCHEMA='${d}'`,
  "SELECT NULL, NULL, NULL, SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME LIKE '%'  ORDER BY SCHEMA_NAME",
  'SELECT NULL, NULL, NULL, SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME=DATABASE()  ORDER BY SCHEMA_NAME',
  `SELECT TABLE_NAME,TABLE_COMMENT,IF(TABLE_TYPE='BASE TABLE', 'TABLE', TABLE_TYPE),TABLE_SCHEMA FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA LIKE '${d}' AND ( TABLE_TYPE='BASE TABLE' OR TABLE_TYPE='VIEW' )  ORDER BY TABLE_SCHEMA, TABLE_NAME`,
  `SELECT c.*, cs.MAXLEN FROM information_schema.COLUMNS c LEFT JOIN information_schema.CHARACTER_SETS cs ON c.CHARACTER_SET_NAME = cs.CHARACTER_SET_NAME WHERE 1=1 AND TABLE_SCHEMA = '${d}' ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  `SHOW KEYS FROM \`${d}\`.\`t\``,
  "SHOW SESSION VARIABLES LIKE 'SQL_MODE'",
  "SHOW SESSION VARIABLES LIKE 'MAX_EXECUTION_TIME'",
  'set @@max_execution_time=DEFAULT',
  'SELECT * FROM `t` LIMIT 0',
  'SELECT @@transaction_isolation',
  'SELECT @@tx_isolation',
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SELECT @@tx_isolation',
  'KILL /*!50000 QUERY */ 424242424',
  'SELECT @@max_allowed_packet, @@character_set_client, @@character_set_connection, @@license, @@sql_mode, @@lower_case_table_names, @@autocommit;',
  'SELECT TIMEDIFF(NOW(), UTC_TIMESTAMP())',
  'SHOW COLLATION',
  `SHOW FULL COLUMNS FROM \`${d}\`.\`t\``,
  `SHOW INDEX FROM \`${d}\`.\`t\``,
  `SHOW TABLE STATUS FROM \`${d}\``,
  '/* mysql-connector-java-8.0.25 */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@wait_timeout AS wait_timeout',
  `SHOW FULL TABLES FROM \`${d}\` LIKE '%'`,
  "set autocommit=1, sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES')",
  'SELECT @@sql_mode',
  'SELECT @@time_zone, @@system_time_zone',
  'SHOW WARNINGS',
  'SELECT DATABASE()',
  'SELECT VERSION()',
  `SHOW CREATE TABLE \`${d}\`.\`t\``,
  'SELECT * FROM t',
  'SELECT * FROM v ORDER BY id',
];

/** The columns of a reply with one row, whose value is another on every connection. */
const shapeOf = async (client: RawClient, sql: string) =>
  (await client.query(sql)).slice(0, -2).map(({ bytes }) => bytes.toString('latin1'));

describe('the statements of BI tools', () => {
  it('come back through the port as they do directly, byte for byte', async () => {
    const account = await server.createAccount();
    await createSales(server, account);
    const login = { ...account, attributes: { program_name: 'Tableau' } };
    const direct = await connectRaw({ host: server.host, port: server.port, ...login });
    const expected = await transcribe(direct, statements(account.schema));
    await direct.quit();

    const instance = await instances.start(server, account);
    const client = await instance.login(login);
    const actual = await transcribe(client, statements(account.schema));
    for (const [i, entry] of expected.entries()) expect(actual[i]).toEqual(entry);
  });

  it('find their own id in CONNECTION_ID(), described as the server describes it', async () => {
    const account = await server.createAccount();
    const direct = await connectRaw({ host: server.host, port: server.port, ...account });
    const instance = await instances.start(server, account);
    const client = await instance.login();
    const sql = 'SELECT CONNECTION_ID()';
    expect(await client.rows(sql)).toEqual([[String(client.greeting.threadId)]]);
    const columns = await shapeOf(client, sql);
    expect(columns).toEqual(await shapeOf(direct, sql));
    const second = await instance.login();
    expect(await second.rows(sql)).not.toEqual(await client.rows(sql));
    await direct.quit();
  });
});
