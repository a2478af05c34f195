// Phase 4, keys, columns and other metadata of a table, as Tableau, ODBC, JDBC and .NET drivers ask for it.

import type { Client } from '../client.js';
import type { Finding, Recorder } from '../recorder.js';
import { literal, quoted, type Place } from '../subject.js';

export async function metadataPhase(
  client: Client,
  recorder: Recorder,
  { schema, table }: Place,
): Promise<Finding> {
  const name = `${quoted(schema)}.${quoted(table)}`;
  await recorder.query(
    client,
    'SELECT COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME, ORDINAL_POSITION, CONSTRAINT_NAME ' +
      'FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL ' +
      `AND TABLE_NAME=${literal(table)} AND TABLE_SCHEMA=${literal(schema)}`,
  );
  await recorder.query(client, `SHOW KEYS FROM ${name}`);
  const columns = await recorder.query(client, `SHOW FULL COLUMNS FROM ${name}`);
  await recorder.query(
    client,
    'SELECT c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE, cs.MAXLEN FROM information_schema.COLUMNS c ' +
      'LEFT JOIN information_schema.CHARACTER_SETS cs ON c.CHARACTER_SET_NAME = cs.CHARACTER_SET_NAME ' +
      `WHERE 1=1 AND c.TABLE_SCHEMA LIKE ${literal(schema)} AND c.TABLE_NAME LIKE ${literal(table)} ORDER BY ORDINAL_POSITION`,
  );
  await recorder.query(client, "SHOW VARIABLES LIKE 'collation_server'");
  await recorder.query(client, 'SHOW COLLATION');
  await recorder.execute(client, `SELECT * FROM ${name} LIMIT 0`);
  return { outcome: 'ok', finding: `${schema}.${table} has ${columns.rows.length} columns` };
}
