// SHOW STATUS: the few counters that the demo backend has.

import type { Database } from '../execute/database.js';

export function statusRows(database: Database): [name: string, value: string][] {
  const uptime = Math.floor((Date.now() - database.startedAt.getTime()) / 1000);
  return [
    ['Connections', String(Math.max(0, ...database.sessions.keys()))],
    ['Questions', String(database.statements)],
    ['Ssl_cipher', ''],
    ['Ssl_version', ''],
    ['Threads_connected', String(database.sessions.size)],
    [
      'Threads_running',
      String([...database.sessions.values()].filter((session) => session.running !== null).length),
    ],
    ['Uptime', String(uptime)],
  ];
}
