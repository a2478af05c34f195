// The walk of a BI tool through a user's port, phase by phase; each phase that fails ends those that need it.

import type { InstanceSettings } from '../config/types.js';
import type { Client, Connect } from './client.js';
import { cancelPhase } from './phases/cancel.js';
import { connectPhase } from './phases/connect.js';
import { customSqlPhase } from './phases/custom-sql.js';
import { databasesPhase } from './phases/databases.js';
import { metadataPhase } from './phases/metadata.js';
import { sessionsPhase } from './phases/sessions.js';
import { tablesPhase } from './phases/tables.js';
import { runCheck } from './recorder.js';
import { plainCheck, type Check } from './report.js';
import { portTarget, type Place } from './subject.js';

const titles = {
  connect: '1 Connect',
  databases: '2 Databases',
  tables: '3 Tables',
  metadata: '4 Keys and columns',
  'custom-sql': '5 Custom SQL',
  sessions: '6 Four sessions at once',
  cancel: '7 Cancel',
} as const;

type Phase = keyof typeof titles;

/** Every phase of the walk as not done. @param onCheck told of each */
export function skipWalk(why: string, onCheck: (check: Check) => void): void {
  skip(Object.keys(titles) as Phase[], why, onCheck);
}

/** @param onCheck told of each check as it is done */
export async function walk(
  settings: InstanceSettings,
  connect: Connect,
  onCheck: (check: Check) => void,
): Promise<void> {
  const { user } = settings;
  const target = portTarget(settings);
  let client: Client | undefined;
  const connected = await runCheck('connect', titles.connect, user, async (recorder) => {
    const opened = await recorder.record(
      `connect to ${target.host}:${target.port} as ${target.user}`,
      () => connect(target),
      ({ connectionId }) => `connection ${connectionId}`,
    );
    client = opened;
    return connectPhase(opened, recorder);
  });
  onCheck(connected);
  if (client === undefined) {
    skip(
      ['databases', 'tables', 'metadata', 'custom-sql', 'sessions', 'cancel'],
      'there is no connection',
      onCheck,
    );
    return;
  }
  try {
    await walkData(settings, client, onCheck);
  } finally {
    await client.end();
  }
  onCheck(
    await runCheck('sessions', titles.sessions, user, (recorder) => sessionsPhase(connect, target, recorder)),
  );
  onCheck(
    await runCheck('cancel', titles.cancel, user, (recorder) => cancelPhase(connect, target, recorder)),
  );
}

async function walkData(
  { user, backend }: InstanceSettings,
  client: Client,
  onCheck: (check: Check) => void,
): Promise<void> {
  const seen: { schemas: readonly string[]; place: Place | null } = { schemas: [], place: null };
  onCheck(
    await runCheck('databases', titles.databases, user, async (recorder) => {
      const found = await databasesPhase(client, recorder, backend.database);
      seen.schemas = found.schemas;
      return found;
    }),
  );
  onCheck(
    await runCheck('tables', titles.tables, user, async (recorder) => {
      const found = await tablesPhase(client, recorder, seen.schemas);
      seen.place = found.place;
      return found;
    }),
  );
  const { place } = seen;
  if (place === null) {
    skip(['metadata', 'custom-sql'], 'there is no table to ask about', onCheck);
    return;
  }
  onCheck(
    await runCheck('metadata', titles.metadata, user, (recorder) => metadataPhase(client, recorder, place)),
  );
  onCheck(
    await runCheck('custom-sql', titles['custom-sql'], user, (recorder) =>
      customSqlPhase(client, recorder, place),
    ),
  );
}

function skip(phases: readonly Phase[], why: string, onCheck: (check: Check) => void): void {
  for (const phase of phases) onCheck(plainCheck(phase, titles[phase], 'skipped', why));
}
