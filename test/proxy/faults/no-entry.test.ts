// A server that does not let the instance in again, or in only to read: all wait, are told, and go on when it is mended.
import { describe, expect, it } from 'vitest';
import { connectRaw, errorOf } from '../../support/raw-client.js';
import { errorPayload, toPackets } from '../../support/raw-packets.js';
import { useStage } from './stage.js';

const stage = useStage();

const greetingOf = (errno: number, message: string): Buffer =>
  toPackets(errorPayload({ errno, sqlState: errno === 1040 ? '08004' : '42000', message }));

describe('after a loss, a server', () => {
  it.each([
    [1040, 'Too many connections'],
    [1203, 'User already has more than max_user_connections active connections'],
    [1226, 'User has exceeded the max_user_connections resource'],
  ])('that says %i for a while is asked often, and what waited goes on', async (errno, message) => {
    await stage.start();
    stage.relay.refuse(greetingOf(errno, message));
    await stage.lose(() => stage.relay.reset());
    const answers = [stage.one.rows('SELECT @@time_zone'), stage.two.rows('SELECT @@time_zone')];
    const failed = await stage.instance.event('backend-connect-failed', ({ attempt }) => attempt === 6);
    expect(failed.reason).toContain(message);
    // The old slot is free as soon as the server notices.
    expect(failed.retryInMs).toBeLessThanOrEqual(1_000);
    expect(stage.instance.status()).toMatchObject({ state: 'degraded', queue: { waiting: 2 } });
    stage.relay.accept();
    expect(await Promise.all(answers)).toEqual([[['+01:00']], [['+02:00']]]);
  });

  it('that still counts the old connection of an account with MAX_USER_CONNECTIONS 1 is asked until it does not', async () => {
    await stage.server.query(`ALTER USER ${stage.account.user}@'%' WITH MAX_USER_CONNECTIONS 1`);
    await stage.start();
    const answer = stage.one.rows('SELECT @@time_zone, SLEEP(0)');
    await answer;
    let free = (): void => undefined;
    await stage.lose(() => (free = stage.relay.orphan()));
    const waiting = stage.two.rows('SELECT @@time_zone');
    const failed = await stage.instance.event('backend-connect-failed', ({ attempt }) => attempt === 3);
    expect(failed.reason).toContain('max_user_connections');
    expect(stage.instance.status().reason).toContain('max_user_connections');
    free();
    expect(await waiting).toEqual([['+02:00']]);
    await stage.expectBothWell();
  });
});

describe('credentials that are changed', () => {
  const change = (password: string): Promise<unknown> =>
    stage.server.query(`ALTER USER ${stage.account.user}@'%' IDENTIFIED BY '${password}'`);

  it('under a live connection disturb nobody', async () => {
    await stage.start();
    await change('another');
    await stage.expectBothWell();
    await change(stage.account.password);
  });

  it('while it is away are tried rarely, said, and all go on when they are mended', async () => {
    await stage.start();
    await change('another');
    await stage.lose(() => stage.relay.reset());
    const waiting = stage.one.rows('SELECT @@time_zone');
    const failed = await stage.instance.event('backend-connect-failed');
    expect(failed.reason).toContain('Access denied');
    expect(failed.retryInMs).toBeGreaterThanOrEqual(5_000);
    expect(stage.instance.status().reason).toContain('Access denied');
    const tried = stage.relay.total;
    await change(stage.account.password);
    expect(await waiting).toEqual([['+01:00']]);
    expect(stage.relay.total).toBe(tried + 1);
    await stage.expectBothWell();
  });
});

describe('a server that only reads', () => {
  it('tells each write so, with its own error, and nothing breaks', async () => {
    await stage.start();
    // For one transaction, so that the tests beside this one may write.
    const direct = await connectRaw({ host: stage.server.host, port: stage.server.port, ...stage.account });
    await direct.query('SET tx_read_only = 1');
    const own = await direct.failure('INSERT INTO t (n) VALUES (6)');
    await stage.one.query('SET tx_read_only = 1');
    expect(await stage.one.failure('INSERT INTO t (n) VALUES (6)')).toEqual(own);
    expect(errorOf(await stage.two.query('INSERT INTO t (n) VALUES (6)'))).toBeUndefined();
    expect(await stage.one.rows('SELECT COUNT(*) FROM t')).toEqual([['6']]);
    expect(stage.instance.status().counters.backendLosses).toBe(0);
  });
});
