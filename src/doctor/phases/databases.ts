// Phase 2, the list of databases.

import type { Client } from '../client.js';
import type { Finding, Recorder } from '../recorder.js';

const system = new Set(['information_schema', 'mysql', 'performance_schema', 'sys']);

export interface Databases extends Finding {
  /** The schemas that hold the user's own tables, the one of the port map first. */
  readonly schemas: readonly string[];
}

export async function databasesPhase(
  client: Client,
  recorder: Recorder,
  preferred: string | undefined,
): Promise<Databases> {
  const shown = await recorder.query(client, "SHOW DATABASES LIKE '%'");
  await recorder.query(
    client,
    "SELECT NULL, NULL, NULL, SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME LIKE '%'  ORDER BY SCHEMA_NAME",
  );
  const all = shown.rows.map(([name]) => name ?? '');
  const own = all.filter((name) => !system.has(name.toLowerCase()));
  const schemas = [...own].sort((a, b) => Number(b === preferred) - Number(a === preferred));
  if (preferred !== undefined && !all.includes(preferred)) {
    return {
      outcome: 'failed',
      finding: `${preferred}, the database of the port map, is not among ${all.join(', ')}`,
      schemas,
      advice: ['Correct backend.database, or ask for the right to see it.'],
    };
  }
  if (schemas.length > 0)
    return { outcome: 'ok', finding: `${all.length} databases, ${schemas.length} with own tables`, schemas };
  return {
    outcome: 'warning',
    finding: 'no database but those of the system is visible',
    schemas,
    advice: ['The backend account may see no database of its own: ask for the right.'],
  };
}
