// PM2: the only file that loads it. Every call has a deadline, every session a client of its own.
import type * as Pm2Api from 'pm2';
import { holdLock } from '../config/lock.js';
import { FleetError } from '../errors.js';
import type { AppDefinition } from './app.js';
import { readyWithinMs } from './app.js';
import { within } from './deadline.js';
import { daemonEnvironment } from './daemon-environment.js';
import { daemonRuns, pm2Home, preparePm2Home } from './pm2-home.js';
import { readRow } from './pm2-row.js';
import type { Pm2Process } from './process.js';

/** PM2 while it is connected. Everything throws PM2_SILENT where no answer comes in time, PM2_FAILED where it refuses. */
export interface Pm2 {
  list(): Promise<Pm2Process[]>;
  /**
   * Starts a process, beside those of the same name where there are any. Resolves when PM2 believes that it is ready, which
   * may be wrong: it believes so too when the process has died, or takes too long.
   */
  start(app: AppDefinition): Promise<void>;
  /** Stops a process (waiting `stopWithinMs` for its end) and takes it off the list. No error where it is gone. */
  remove(process: Pm2Process, stopWithinMs: number): Promise<void>;
}

const connectWithinMs = 15_000;
const listWithinMs = 5_000;

/** One session at a time: the module has one client, which a session opens and closes. */
let lastSession: Promise<unknown> = Promise.resolve();

/** Runs `work` with PM2 connected; starts its daemon where none runs. Throws PM2_HOME_TOO_LONG, PM2_SILENT, PM2_FAILED. */
export function withPm2<T>(work: (pm2: Pm2) => Promise<T>): Promise<T> {
  const session = lastSession.then(() => runSession(work));
  lastSession = session.catch(() => undefined);
  return session;
}

async function runSession<T>(work: (pm2: Pm2) => Promise<T>): Promise<T> {
  const home = preparePm2Home();
  const pm2 = await loadPm2();
  try {
    await connectOnce(pm2, home);
    return await work(createSession(pm2));
  } finally {
    abandonClient(pm2);
  }
}

type Pm2Module = typeof Pm2Api;

async function loadPm2(): Promise<Pm2Module> {
  // Read when the module is loaded, so they must be there before.
  process.env.PM2_DISABLE_VERSION_CHECK = 'true';
  process.env.PM2_NO_INTERACTION = 'true';
  process.env.PM2_HOME = pm2Home();
  const { default: pm2 } = (await import('pm2')) as unknown as { default: Pm2Module };
  return pm2;
}

/** Clients that find no daemon at the same time would each start one and hang: they come one by one. */
async function connectOnce(pm2: Pm2Module, home: string): Promise<void> {
  if (await daemonRuns()) return connect(pm2);
  const release = await holdLock(`${home}/chronos-fleet`, 2 * connectWithinMs);
  try {
    await connect(pm2);
  } finally {
    await release();
  }
}

async function connect(pm2: Pm2Module): Promise<void> {
  // A daemon that is started here would keep the whole environment, secrets too, and pass its umask on to all processes.
  const environment = process.env;
  const umask = process.umask(0o077);
  process.env = daemonEnvironment(environment);
  try {
    await call('connect', connectWithinMs, (done: (error: unknown) => void) => {
      pm2.connect((error: unknown) => done(error));
    });
  } finally {
    process.env = environment;
    process.umask(umask);
  }
}

function createSession(pm2: Pm2Module): Pm2 {
  const list = async (): Promise<Pm2Process[]> => {
    const rows = await call<unknown>('list', listWithinMs, (done) => {
      pm2.list((error: unknown, found: unknown) => done(error, found));
    });
    return Array.isArray(rows) ? rows.map(readRow).filter((row) => row !== undefined) : [];
  };
  return {
    list,
    async start(app) {
      const what = `start ${app.name}`;
      const started = await call<unknown>(what, readyWithinMs + 5_000, (done) => {
        startBeside(pm2, app, done);
      });
      // An error inside the daemon is not passed on; the list of what was started is empty then.
      if (!Array.isArray(started) || started.length === 0) throw failed(what, 'nothing was started');
    },
    async remove(process, stopWithinMs) {
      const { pmId, name } = process;
      const isIt = (row: Pm2Process): boolean => row.pmId === pmId && row.name === name;
      // A process that PM2 is about to restart comes back after it was deleted.
      for (let attempt = 0; attempt < removeAttempts; attempt++) {
        const rows = await list();
        if (!rows.some(isIt)) return;
        refuseAmbiguousId(pmId, rows);
        await call(`delete ${pmId} (${name})`, stopWithinMs + 5_000, (done) => {
          pm2.delete(pmId, (error: unknown) => done(error));
        });
      }
      throw failed(`delete ${pmId} (${name})`, 'it comes back each time');
    },
  };
}

/** PM2 would restart a process of the same name; it looks for that name before it gives the process the one of `force_name`. */
function startBeside(pm2: Pm2Module, app: AppDefinition, done: Done<unknown>): void {
  const { name } = app;
  const starter = pm2 as unknown as {
    start(options: Pm2Api.StartOptions, more: { force_name: string }, done: Done<unknown>): void;
  };
  const unused = `${name}-${process.pid}-${Date.now()}`;
  starter.start({ ...app, name: unused }, { force_name: name }, (error, found) => done(error, found));
}

const removeAttempts = 5;

/** PM2 takes an id for a name or namespace that reads the same: somebody else's process. */
function refuseAmbiguousId(pmId: number, rows: readonly Pm2Process[]): void {
  const id = String(pmId);
  if (!rows.some(({ name, namespace }) => name === id || namespace === id)) return;
  throw failed(`delete ${id}`, `a process or namespace is called ${id}, too; give it another name`);
}

type Done<T> = (error: unknown, value?: T) => void;

/** A request that was sent before the daemon died is never answered, not even by a new daemon: hence the deadline. */
function call<T>(what: string, withinMs: number, send: (done: Done<T>) => void): Promise<T> {
  const answer = new Promise<T>((resolve, reject) => {
    send((error, value) => {
      if (error === null || error === undefined) resolve(value as T);
      else reject(failed(what, wordsOf(error)));
    });
  });
  const late = (): FleetError =>
    new FleetError('PM2_SILENT', { seconds: withinMs / 1000, call: what, home: pm2Home() });
  return within(answer, withinMs, late);
}

function failed(what: string, detail: string): FleetError {
  return new FleetError('PM2_FAILED', { call: what, detail, home: pm2Home() });
}

/** PM2 rejects with errors, texts, and arrays of either. */
function wordsOf(error: unknown): string {
  if (Array.isArray(error)) return error.map(wordsOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

interface ClientSocket {
  on(event: 'connect', listener: () => void): void;
  close(): void;
}

/**
 * Closes the client at once. PM2's own way waits for an end that never comes when the daemon is dead, and goes on trying to
 * reconnect; that would keep this process alive, and its client would belong to a session that is over.
 */
function abandonClient(pm2: Pm2Module): void {
  const { Client: client } = pm2 as unknown as {
    Client?: { client?: unknown; client_sock?: ClientSocket | undefined };
  };
  const socket = client?.client_sock;
  if (client === undefined || socket === undefined) return;
  socket.on('connect', () => socket.close());
  socket.close();
  client.client = null;
  client.client_sock = undefined;
}
