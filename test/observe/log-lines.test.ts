// What the log says of events, and what it keeps to itself.
import { describe, expect, it } from 'vitest';
import type { InstanceEvent } from '../../src/observe/events.js';
import { lineOf } from '../../src/observe/log-lines.js';

const finished = (runMs: number, error?: { errno: number; message: string }): InstanceEvent => ({
  type: 'command-finished',
  session: 7,
  fingerprint: 'select ?',
  text: "select 'hunter2'",
  waitMs: 3.4,
  runMs,
  bytes: 99,
  ...(error === undefined ? {} : { error }),
});
const logging = (logQueries: 'off' | 'slow' | 'all') => ({ logQueries, slowQueryMs: 1000 });

describe('lineOf', () => {
  it('says in plain words what happened, with the details beside it', () => {
    expect(lineOf({ type: 'session-closed', session: 3, reason: 'COM_QUIT' }, logging('off'))).toEqual({
      level: 'info',
      msg: 'session 3 closed: COM_QUIT',
      details: { session: 3, reason: 'COM_QUIT' },
    });
  });

  it.each([
    "CREATE USER a IDENTIFIED BY 'hunter2'",
    "set password for a = PASSWORD('hunter2')",
    "CHANGE MASTER TO MASTER_PASSWORD = 'hunter2'",
    "CREATE TABLE t (a INT) ENGINE=FEDERATED CONNECTION='mysql://u:hunter2@h/d/t'",
  ])('keeps a password out of the log, whatever is asked for: %s', (text) => {
    const event = { ...finished(5_000, { errno: 1064, message: `near '${text}'` }), text } as InstanceEvent;
    const line = lineOf(event, logging('all'));
    expect(line.details).toMatchObject({ fingerprint: 'select ?', errno: 1064 });
    expect(JSON.stringify(line)).not.toContain('hunter2');
  });

  it('does not take who tried to log in for the user of the port', () => {
    const line = lineOf(
      { type: 'login-failed', address: '::1', user: 'eve', reason: 'unknown' },
      logging('off'),
    );
    expect(line.level).toBe('warn');
    expect(line.details).toEqual({ address: '::1', login: 'eve', reason: 'unknown' });
  });

  it.each([
    ['client-gone', 'the end of its client'],
    ['query-timeout', 'query_timeout'],
    [4, 'session 4'],
  ] as const)('names %s as who cancelled', (by, words) => {
    expect(lineOf({ type: 'cancelled', session: 1, by }, logging('off')).msg).toContain(words);
  });

  it.each([
    ['off', 10, 'debug', false],
    ['off', 2000, 'warn', false],
    ['slow', 10, 'debug', false],
    ['slow', 2000, 'warn', true],
    ['all', 10, 'info', true],
    ['all', 2000, 'warn', true],
  ] as const)(
    'with log_queries %s, a statement of %i ms is %s, its text shown: %s',
    (queries, runMs, level, shown) => {
      const line = lineOf(finished(runMs), logging(queries));
      expect(line.level).toBe(level);
      expect(line.details.fingerprint).toBe('select ?');
      expect('text' in line.details).toBe(shown);
      expect(line.msg).not.toContain('hunter2');
    },
  );

  it("keeps a server's message, which quotes the statement, where the text is kept", () => {
    const error = { errno: 1064, message: "near 'hunter2'" };
    const quiet = lineOf(finished(10, error), logging('off'));
    expect(quiet).toMatchObject({ level: 'info', details: { errno: 1064 } });
    expect(JSON.stringify(quiet)).not.toContain('hunter2');
    expect(lineOf(finished(10, error), logging('all')).details.error).toContain('hunter2');
  });

  it('gives times to the microsecond', () => {
    expect(lineOf(finished(0.1003170000000182), logging('all')).details.runMs).toBe(0.1);
  });

  it('says how long a statement ran and waited', () => {
    expect(lineOf(finished(1500), logging('off')).msg).toBe(
      'slow statement of session 7 finished after 1500 ms, having waited 3 ms',
    );
  });
});
