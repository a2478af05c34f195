// What the log says of each event: its level, plain words, and the details beside them.
import type { InstanceEvent } from './events.js';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly level: Level;
  readonly msg: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Which statements are logged with their text, and from when (ms) one is slow. */
export interface QueryLogging {
  readonly logQueries: 'off' | 'slow' | 'all';
  readonly slowQueryMs: number;
}

type Of<T extends InstanceEvent['type']> = Extract<InstanceEvent, { type: T }>;
type Words = readonly [Level, string];
type Table = { readonly [T in Exclude<InstanceEvent['type'], 'command-finished'>]: (event: Of<T>) => Words };

const table: Table = {
  listening: ({ address }) => ['info', `listening on ${address}`],
  'session-opened': ({ session, address }) => ['info', `session ${session} opened from ${address}`],
  'session-closed': ({ session, reason }) => ['info', `session ${session} closed: ${reason}`],
  'session-refused': ({ address, reason }) => ['warn', `connection from ${address} refused: ${reason}`],
  'login-failed': ({ user, address, reason }) => [
    'warn',
    `login of '${user}' from ${address} failed: ${reason}`,
  ],
  'command-started': ({ session, waitMs }) => ['trace', `session ${session} has its turn after ${waitMs} ms`],
  'command-refused': ({ session, message }) => [
    'warn',
    `session ${session} was refused a command: ${message}`,
  ],
  cancelled: ({ session, by }) => ['info', `command of session ${session} cancelled by ${canceller(by)}`],
  pinned: ({ session, reasons }) => ['debug', `session ${session} holds the backend: ${reasons.join(', ')}`],
  unpinned: ({ session, heldMs }) => ['debug', `session ${session} let the backend go after ${heldMs} ms`],
  'lease-expired': ({ session, idleMs, reasons }) => [
    'warn',
    `session ${session} lost the backend after ${idleMs} ms of idling while others waited: ${reasons.join(', ')}`,
  ],
  'backend-connecting': ({ attempt }) => ['debug', `connecting to the backend, attempt ${attempt}`],
  'backend-connected': ({ serverVersion, threadId, ms }) => [
    'info',
    `connected to the backend (${serverVersion}, thread ${threadId}) in ${ms} ms`,
  ],
  'backend-connect-failed': ({ attempt, reason, retryInMs }) => [
    'warn',
    `attempt ${attempt} to reach the backend failed: ${reason}; next in ${(retryInMs / 1000).toFixed(1)} s`,
  ],
  'backend-lost': ({ reason }) => ['error', `backend connection lost: ${reason}`],
  'backend-closed': ({ reason }) => ['info', `backend connection closed: ${reason}`],
  'read-retried': ({ session }) => ['info', `a read of session ${session} is run again after a loss`],
  'password-changed': ({ session }) => [
    'warn',
    `session ${session} gave the account another password: it serves until the next start; put it into the port map (chronos-fleet set <user> --password-stdin)`,
  ],
  'state-lost': ({ session, lost, reason }) => ['warn', `session ${session} lost ${lost}: ${reason}`],
  'spool-failed': ({ reason }) => ['error', `a file of the spool failed: ${reason}`],
  draining: ({ reason }) => ['info', `stopping, running commands may finish: ${reason}`],
  stopped: () => ['info', 'stopped'],
  'internal-error': ({ where, message }) => ['error', `internal error in ${where}: ${message}`],
};

function canceller(by: Of<'cancelled'>['by']): string {
  if (by === 'client-gone') return 'the end of its client';
  return by === 'query-timeout' ? 'query_timeout' : `session ${by}`;
}

/** The line for an event. Statements are fingerprints, unless `logging` asks for their text. */
export function lineOf(event: InstanceEvent, logging: QueryLogging): LogLine {
  if (event.type === 'command-finished') return finishedLine(event, logging);
  // Each entry takes the event of its own name; TypeScript cannot follow that through the lookup.
  const [level, msg] = (table[event.type] as (event: InstanceEvent) => Words)(event);
  return { level, msg, details: detailsOf(event) };
}

/** `user` is the port map's user in every line; who tried to log in goes by another name. */
function detailsOf(event: InstanceEvent): Readonly<Record<string, unknown>> {
  if (event.type === 'login-failed') {
    return { address: event.address, login: event.user, reason: event.reason };
  }
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'type'));
}

/** Words of statements in which passwords are: CREATE USER, SET PASSWORD, CHANGE MASTER, CREATE SERVER; and addresses with one. */
const secrets = /password|identified|:\/\/[^\s/@]*:[^\s@]*@/i;

function finishedLine(event: Of<'command-finished'>, logging: QueryLogging): LogLine {
  const slow = event.runMs > logging.slowQueryMs;
  const { session, fingerprint, waitMs, runMs, bytes, error, text } = event;
  const isAsked = logging.logQueries === 'all' || (logging.logQueries === 'slow' && slow);
  const withText = isAsked && !secrets.test(`${fingerprint} ${text ?? ''}`);
  const took = `after ${Math.round(runMs)} ms, having waited ${Math.round(waitMs)} ms`;
  const ended = error === undefined ? 'finished' : `failed with ${error.errno}`;
  return {
    level: slow ? 'warn' : isAsked || error !== undefined ? 'info' : 'debug',
    msg: `${slow ? 'slow ' : ''}statement of session ${session} ${ended} ${took}`,
    details: {
      ...{ session, fingerprint, waitMs: rounded(waitMs), runMs: rounded(runMs), bytes },
      ...(withText && text !== undefined ? { text } : {}),
      // A server quotes the statement and its values in messages, so they are kept where the text is.
      ...(error === undefined ? {} : { errno: error.errno, ...(withText ? { error: error.message } : {}) }),
    },
  };
}

/** To the microsecond: clocks give more digits than they know. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
