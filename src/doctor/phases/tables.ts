// Phase 3, choosing a database and listing its tables.

import type { Client } from '../client.js';
import type { Finding, Recorder } from '../recorder.js';
import { literal, quoted, type Place } from '../subject.js';

export interface Tables extends Finding {
  /** The table that the walk goes on with; null where there is none. */
  readonly place: Place | null;
}

export async function tablesPhase(
  client: Client,
  recorder: Recorder,
  schemas: readonly string[],
): Promise<Tables> {
  for (const schema of schemas) {
    await recorder.query(client, `USE ${quoted(schema)}`);
    const listed = await recorder.query(client, `SHOW FULL TABLES FROM ${quoted(schema)} LIKE '%'`);
    await recorder.query(
      client,
      "SELECT TABLE_NAME,TABLE_COMMENT,IF(TABLE_TYPE='BASE TABLE', 'TABLE', TABLE_TYPE),TABLE_SCHEMA " +
        `FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA LIKE ${literal(schema)} ` +
        "AND ( TABLE_TYPE='BASE TABLE' OR TABLE_TYPE='VIEW' )  ORDER BY TABLE_SCHEMA, TABLE_NAME",
    );
    const [first] = listed.rows;
    if (first === undefined) continue;
    const dated = await tableWithCobDate(client, recorder, schema);
    const place = { schema, table: dated ?? first[0] ?? '', hasCobDate: dated !== undefined };
    const chosen = dated === undefined ? place.table : `${place.table}, which has a cob_date`;
    return {
      outcome: 'ok',
      finding: `${schema} has ${listed.rows.length} tables; the walk goes on with ${chosen}`,
      place,
    };
  }
  return { outcome: 'warning', finding: 'there is no table to go on with', place: null };
}

async function tableWithCobDate(
  client: Client,
  recorder: Recorder,
  schema: string,
): Promise<string | undefined> {
  const found = await recorder.query(
    client,
    `SELECT TABLE_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${literal(schema)} AND COLUMN_NAME = 'cob_date' ORDER BY TABLE_NAME`,
  );
  return found.rows[0]?.[0] ?? undefined;
}
