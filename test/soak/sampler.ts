// What a soak measures every few seconds: memory, file descriptors and sockets of each instance, and what the server keeps for it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from './site.js';
import type { Stage } from './stage.js';

export interface ProcessSample {
  readonly pid: number;
  /** MB. */
  readonly rss: number;
  readonly descriptors: number;
  readonly sockets: number;
  readonly sessions: number;
  readonly waiting: number;
}

export interface ServerSample {
  /** Connections of each user's account. */
  readonly connections: Readonly<Record<string, number>>;
  readonly preparedStatements: number;
  /** Files of temporary tables. */
  readonly temporaryFiles: number;
}

/** Looks at the process of an instance; undefined while it does not answer. Linux only, by /proc. */
export async function sampleProcess(stage: Stage, { user }: Site): Promise<ProcessSample | undefined> {
  const status = await stage.status(user).catch(() => undefined);
  if (status === undefined) return undefined;
  try {
    const { pid } = status;
    const descriptors = readdirSync(`/proc/${pid}/fd`);
    const sockets = descriptors.filter((fd) => linkOf(pid, fd).startsWith('socket:'));
    const [, rss = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return {
      ...{ pid, rss: Number(rss) / 1024, descriptors: descriptors.length, sockets: sockets.length },
      ...{ sessions: status.sessions.length, waiting: status.queue.waiting },
    };
  } catch {
    // It ended between the answer and the look.
    return undefined;
  }
}

function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return '';
  }
}

/** Asks the server; undefined while it is down. */
export async function sampleServer({ server, sites }: Stage): Promise<ServerSample | undefined> {
  try {
    const [status] = await server.query("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'");
    const [folder] = await server.query('SELECT @@tmpdir AS path');
    const connections: Record<string, number> = {};
    for (const { user, account } of sites) connections[user] = await server.connectionsOf(account.user);
    const files = readdirSync(join(String(folder?.path))).filter((name) => name.startsWith('#sql-temptable'));
    return {
      connections,
      preparedStatements: Number(status?.Value),
      temporaryFiles: files.length,
    };
  } catch {
    return undefined;
  }
}
