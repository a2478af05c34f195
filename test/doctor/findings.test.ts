// What the doctor makes of what it sees: the port, the backend, other machines, odd answers.
import { describe, expect, it } from 'vitest';
import { adviceFor } from '../../src/doctor/advice.js';
import { examine } from '../../src/doctor/doctor.js';
import { ClientFailure, type Connect, type Target } from '../../src/doctor/client.js';
import { cancelPhase } from '../../src/doctor/phases/cancel.js';
import { connectPhase } from '../../src/doctor/phases/connect.js';
import { sessionsPhase } from '../../src/doctor/phases/sessions.js';
import { answerWords, runCheck } from '../../src/doctor/recorder.js';
import { literal, localAddress, portTarget, quoted } from '../../src/doctor/subject.js';
import { checkBackend, checkInstance, checkPort, checkReach } from '../../src/doctor/surroundings.js';
import type { BackendConnectionStatus, InstanceStatus } from '../../src/observe/status.js';
import { settingsFor } from '../support/settings.js';
import { checkOf, instruments, outcomes, runningView, scriptedClient, stoppedView } from './instruments.js';

const settings = await settingsFor(
  { host: 'db', port: 3306 },
  { user: 'ada', password: 'p' },
  { port: 3307 },
);
const target: Target = { host: 'h', port: 1, user: 'u', password: 'p', timeoutMs: 1 };

/** A status document with only what the doctor reads. */
function statusWith(backend: readonly Partial<BackendConnectionStatus>[]): InstanceStatus {
  return { state: 'ready', reason: 'fine', pid: 1, backend } as unknown as InstanceStatus;
}

const running = runningView(statusWith([{ state: 'idle', serverVersion: '10.11' }]));
const saying = (greeting: 'mysql' | 'other' | 'silent' | 'closed', holder?: string) =>
  instruments({ greeting: () => Promise.resolve(greeting), portHolder: () => Promise.resolve(holder) });

describe('the instance', () => {
  it('is well, but wants a look, when nobody would start it again', () => {
    expect(checkInstance(settings, { ...running, pm2Runs: false })).toMatchObject({ outcome: 'warning' });
    expect(checkInstance(settings, { ...running, supervisorRuns: false })).toMatchObject({
      outcome: 'warning',
    });
    expect(checkInstance(settings, running)).toMatchObject({ outcome: 'ok', advice: [] });
  });

  it.each(['stopped', 'blocked', 'crash-looping'] as const)('has failed when it is %s', (state) => {
    expect(checkInstance(settings, { ...running, state }).outcome).toBe('failed');
  });
});

describe('the port', () => {
  it('is well when it greets and the instance runs', async () => {
    expect((await checkPort(settings, running, saying('mysql'))).outcome).toBe('ok');
  });

  it('names the program that has it instead of the instance', async () => {
    const check = await checkPort(settings, stoppedView, saying('mysql', 'mysqld (process 7)'));
    expect(check).toMatchObject({
      outcome: 'failed',
      finding: expect.stringContaining('mysqld (process 7)') as string,
    });
  });

  it.each(['other', 'silent', 'closed'] as const)(
    'has failed when it is %s, with something to do',
    async (greeting) => {
      const check = await checkPort(settings, running, saying(greeting));
      expect(check.outcome).toBe('failed');
      expect(check.advice.length).toBeGreaterThan(0);
    },
  );
});

describe('the backend', () => {
  const never: Connect = () => Promise.reject(new Error('a second connection'));

  it('is never asked directly while the instance runs', async () => {
    const check = await checkBackend(settings, running, instruments({ connect: never }));
    expect(check).toMatchObject({ outcome: 'ok', finding: expect.stringContaining('10.11') as string });
  });

  it('is told from the instance when it is down', async () => {
    const view = runningView(statusWith([{ state: 'down', lastError: 'connect ECONNREFUSED' }]));
    const check = await checkBackend(settings, view, instruments({ connect: never }));
    expect(check).toMatchObject({
      outcome: 'failed',
      finding: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('is not asked when a process is there that says nothing', async () => {
    const view = { ...stoppedView, pid: 7, state: 'blocked' as const };
    expect(await checkBackend(settings, view, instruments({ connect: never }))).toMatchObject({
      outcome: 'skipped',
    });
  });
});

describe('an instance whose backend is away', () => {
  const away = runningView(statusWith([{ state: 'down', lastError: 'connect ECONNREFUSED' }]));

  it('is told at once, and not walked through: every statement would wait', async () => {
    const never: Connect = () => Promise.reject(new Error('a session'));
    const all = instruments({ connect: never, greeting: () => Promise.resolve('mysql') });
    const { checks, ok } = await examine(settings, { ...away, state: 'degraded' }, all);
    expect(ok).toBe(false);
    expect(outcomes(checks)).toMatchObject({ backend: 'failed', connect: 'skipped', cancel: 'skipped' });
    expect(checkOf(checks, 'databases').finding).toBe('the backend is away');
  });
});

describe('other machines', () => {
  it('are only let in with a password', async () => {
    const open = { ...settings, client: { user: 'ada', password: '' } };
    expect((await checkReach(open, instruments())).advice[0]).toContain('client.password_file=');
    expect((await checkReach(settings, instruments())).advice[0]).toMatch(/listen=0\.0\.0\.0$/);
  });

  const open = { ...settings, listen: '0.0.0.0' };
  it('are let in where an address of the machine answers, with a hint at the firewall', async () => {
    const all = instruments({
      greeting: (host) => Promise.resolve(host === '10.0.0.5' ? 'mysql' : 'closed'),
      outsideAddresses: () => ['10.0.0.4', '10.0.0.5'],
    });
    const check = await checkReach(open, all);
    expect(check).toMatchObject({
      outcome: 'ok',
      finding: expect.stringContaining('10.0.0.5:3307') as string,
    });
    expect(check.advice.join(' ')).toContain('3307');
  });

  it('are kept out where none answers', async () => {
    const all = instruments({
      greeting: () => Promise.resolve('closed'),
      outsideAddresses: () => ['10.0.0.4'],
    });
    expect((await checkReach(open, all)).outcome).toBe('warning');
  });
});

describe('a phase', () => {
  it('fails when CONNECTION_ID() is not the one of the greeting', async () => {
    const client = scriptedClient(5, () => Promise.resolve(['6']));
    const check = await runCheck('connect', 'Connect', 'ada', (recorder) => connectPhase(client, recorder));
    expect(check).toMatchObject({
      outcome: 'failed',
      finding: expect.stringContaining('is 6, the greeting said 5') as string,
    });
  });

  it('fails when a session sees the variable of another', async () => {
    let id = 0;
    const connect: Connect = () => Promise.resolve(scriptedClient(++id, () => Promise.resolve(['4', '1'])));
    const check = await runCheck('sessions', 'Sessions', 'ada', (recorder) =>
      sessionsPhase(connect, target, recorder),
    );
    expect(check).toMatchObject({ outcome: 'failed', finding: 'session 1 saw the variable of another' });
  });

  it('fails with the refusal of the third session, and ends the other two', async () => {
    let opened = 0;
    let ended = 0;
    const connect: Connect = () => {
      if (++opened >= 3)
        return Promise.reject(new ClientFailure('Too many connections', 'ER_CON_COUNT_ERROR', 1040, '08004'));
      return Promise.resolve({
        ...scriptedClient(opened, () => Promise.resolve(['1'])),
        end: () => {
          ended++;
          return Promise.resolve();
        },
      });
    };
    const check = await runCheck('sessions', 'Sessions', 'ada', (recorder) =>
      sessionsPhase(connect, target, recorder),
    );
    expect(check).toMatchObject({ outcome: 'failed', finding: 'error 1040 (08004): Too many connections' });
    expect(check.advice.join(' ')).toContain('max_sessions');
    expect(ended).toBe(2);
  });

  it('fails when the cancelled session is lost', async () => {
    const lost = new ClientFailure('Connection lost', 'PROTOCOL_CONNECTION_LOST', null, null);
    const connect: Connect = () =>
      Promise.resolve(
        scriptedClient(1, (sql) => (sql.includes('SLEEP') ? Promise.reject(lost) : Promise.resolve(['1']))),
      );
    const check = await runCheck('cancel', 'Cancel', 'ada', (recorder) =>
      cancelPhase(connect, target, recorder),
    );
    expect(check).toMatchObject({ outcome: 'failed', finding: 'Connection lost (PROTOCOL_CONNECTION_LOST)' });
  });
});

describe('words', () => {
  it.each([
    [{ columns: [], rows: [], affectedRows: 0 }, 'ok'],
    [{ columns: [], rows: [], affectedRows: 2 }, 'ok, 2 rows affected'],
    [{ columns: ['a'], rows: [], affectedRows: 0 }, '0 rows'],
    [{ columns: ['a', 'b'], rows: [['1', null]], affectedRows: 0 }, '1 row: 1, NULL'],
    [
      { columns: ['a', 'b', 'c', 'd', 'e'], rows: [['1', '2', '3', '4', '5'], []], affectedRows: 0 },
      '2 rows, first: 1, 2, 3, 4, ...',
    ],
    [{ columns: ['a'], rows: [['x'.repeat(80)]], affectedRows: 0 }, `1 row: ${'x'.repeat(57)}...`],
  ])('say what came: %j', (answer, words) => {
    expect(answerWords(answer)).toBe(words);
  });

  it('advise for any error', () => {
    expect(adviceFor(new ClientFailure('?', 'SOMETHING', 4711, 'HY000'), 'ada')).toEqual([
      'See "chronos-fleet logs ada --since 10m" for what the instance saw.',
    ]);
    expect(adviceFor(new ClientFailure('?', 'ECONNREFUSED', null, null), 'ada')[0]).toContain(
      'chronos-fleet up ada',
    );
  });

  it('quote names and texts of any table', () => {
    expect(quoted('a`b')).toBe('`a``b`');
    expect(literal("O'Hara")).toBe("'O''Hara'");
  });

  it('ask a port of all addresses on loopback, with TLS where the port has it', () => {
    expect(localAddress('0.0.0.0')).toBe('127.0.0.1');
    expect(localAddress('::')).toBe('::1');
    expect(localAddress('10.0.0.4')).toBe('10.0.0.4');
    const secure = { ...settings, tls: { certFile: 'c', keyFile: 'k', required: true } };
    expect(portTarget(secure)).toMatchObject({ tls: true, user: 'ada', port: 3307 });
    expect(portTarget(settings).tls).toBeUndefined();
  });
});
