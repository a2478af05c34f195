// Phase 5, a custom SQL query inside the wrapper that Tableau puts around it.

import type { Client } from '../client.js';
import type { Finding, Recorder } from '../recorder.js';
import { literal, quoted, type Place } from '../subject.js';

/** The custom query reads no more rows than this, so that the check is no burden on a large table. */
const ROWS = 1000;
const ORIGIN = '/* { "tableau-query-origins": { "query-category": "RowCount" } } */';

export async function customSqlPhase(
  client: Client,
  recorder: Recorder,
  { schema, table, hasCobDate }: Place,
): Promise<Finding> {
  const name = `${quoted(schema)}.${quoted(table)}`;
  const date = hasCobDate ? await someCobDate(client, recorder, name) : null;
  const filter = date === null ? '' : ` WHERE cob_date = ${literal(date)}`;
  const custom = `SELECT * FROM ${name}${filter} LIMIT ${ROWS}`;
  const wrapped = `FROM (${custom}) \`Custom SQL Query\``;
  await recorder.query(client, `SELECT * ${wrapped} LIMIT 0`);
  const counted = await recorder.query(
    client,
    `SELECT SUM(1) AS \`cnt_ok\` ${wrapped} HAVING (COUNT(1) > 0) ${ORIGIN}`,
  );
  if (date !== null) {
    await recorder.query(
      client,
      `SELECT \`Custom SQL Query\`.\`cob_date\` AS \`cob_date\` ${wrapped} group by 1 order by \`cob_date\` LIMIT 1`,
    );
  }
  await recorder.query(client, `SELECT * ${wrapped} `);
  const rows = counted.rows[0]?.[0] ?? '0';
  const where = date === null ? '' : ` of ${date}`;
  return {
    outcome: 'ok',
    finding: `${rows} rows${where} came through the wrapper (at most ${ROWS} are asked for)`,
  };
}

/** Any date that is there: the greatest one could cost a pass over the whole table. */
async function someCobDate(client: Client, recorder: Recorder, name: string): Promise<string | null> {
  const found = await recorder.query(
    client,
    `SELECT cob_date FROM ${name} WHERE cob_date IS NOT NULL LIMIT 1`,
  );
  return found.rows[0]?.[0] ?? null;
}
