// A backend that says nothing any more: it is noticed within read_timeout where an answer takes no time, and a statement has all of it.
import { describe, expect, it } from 'vitest';
import { command, connectRaw, errorOf, type RawClient } from '../../support/raw-client.js';
import type { RawPacket } from '../../support/raw-packets.js';
import { until } from '../../support/until.js';
import { useStage } from './stage.js';

const stage = useStage();

/** Short enough for a test, and longer than any answer takes that takes no time. */
const readTimeoutMs = 400;

/** Swallows all packets while the instance believes in the connection, until it has opened another. */
async function silentUntilRenewed(): Promise<void> {
  stage.relay.swallow('to-server', 'to-client');
  const renewed = stage.relay.nextConnection();
  await renewed;
  stage.relay.pass();
}

describe('a backend that is silent', () => {
  it('over the state of a session is given up within read_timeout, and the command runs on the next connection', async () => {
    await stage.start({ readTimeoutMs });
    const answer = stage.one.query('INSERT INTO t (n) VALUES (@@time_zone = "+01:00")');
    // The state of `one` is on its way: two was there before.
    await silentUntilRenewed();
    expect(errorOf(await answer)).toBeUndefined();
    const lost = await stage.instance.event('backend-lost');
    expect(lost.reason).toContain('read_timeout');
    expect(await stage.two.rows('SELECT COUNT(*), SUM(n) FROM t')).toEqual([['6', '16']]);
    await stage.expectBothWell();
  });

  it.each<[string, (client: RawClient) => Promise<readonly RawPacket[]>]>([
    ['COM_INIT_DB', (client) => client.command(command.INIT_DB, Buffer.from('information_schema'))],
    ['COM_STATISTICS', (client) => client.command(command.STATISTICS)],
  ])('over %s is given up within read_timeout, and the command runs again', async (_, send) => {
    await stage.start({ readTimeoutMs });
    await stage.two.rows('SELECT 1');
    const answer = send(stage.two);
    await silentUntilRenewed();
    expect(errorOf(await answer)).toBeUndefined();
    expect(stage.instance.status().counters).toMatchObject({ backendLosses: 1, retriedReads: 1 });
  });

  it('while a session logs in is given up, and the session is let in', async () => {
    await stage.start({ readTimeoutMs });
    const login = stage.instance.login({ schema: 'information_schema' });
    await silentUntilRenewed();
    expect(await (await login).rows('SELECT 1')).toEqual([['1']]);
  });

  it('while a connection is made ready is given up within connect_timeout, and tried again', async () => {
    await stage.start({ connectTimeoutMs: 300 });
    // Behind the greeting and the OK of the login.
    stage.relay.cutAfterPackets(2, 'silence');
    stage.relay.reset();
    const failed = await stage.instance.event('backend-connect-failed');
    expect(failed.reason).toMatch(/connect_timeout|did not answer/);
    stage.relay.pass();
    await stage.expectBothWell();
  });

  it('in the middle of a reply that takes no time is given up, too', async () => {
    await stage.start({ readTimeoutMs });
    await stage.two.rows('SELECT 1');
    stage.relay.cutAfterBytes(7, 'silence');
    const answer = stage.two.command(command.INIT_DB, Buffer.from(stage.account.schema));
    await stage.instance.event('backend-lost');
    stage.relay.pass();
    expect(errorOf(await answer)).toBeUndefined();
    await stage.expectBothWell();
  });
});

describe('a statement', () => {
  it('may run for longer than read_timeout', async () => {
    await stage.start({ readTimeoutMs });
    expect(await stage.one.rows('SELECT SLEEP(0.9)')).toEqual([['0']]);
    expect(stage.instance.status().counters.backendLosses).toBe(0);
  });

  it('may pause in the middle of a row, as servers do that fill their buffers with sparse rows', async () => {
    await stage.start({ readTimeoutMs });
    const rows = await stage.one.rows("SELECT SLEEP(0.5), REPEAT('x', 10000) FROM t");
    expect(rows).toHaveLength(5);
    expect(stage.instance.status().counters.backendLosses).toBe(0);
  });

  it('may wait for a lock while it is prepared', async () => {
    await stage.start({ readTimeoutMs });
    const { server, account } = stage;
    const direct = { host: server.host, port: server.port, ...account };
    const [holder, changer] = [await connectRaw(direct), await connectRaw(direct)];
    await holder.query('BEGIN');
    await holder.rows('SELECT COUNT(*) FROM t');
    const changed = changer.query('ALTER TABLE t ADD COLUMN m INT');
    const blocked = async (count: number): Promise<unknown> =>
      until(`${count} wait for a lock`, async () => {
        const rows = await server.query(
          "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = ? AND STATE LIKE '%metadata lock%'",
          [account.user],
        );
        return rows.length === count;
      });
    await blocked(1);
    const prepared = stage.one.command(command.STMT_PREPARE, Buffer.from('SELECT id FROM t'));
    await blocked(2);
    await server.query('SELECT SLEEP(0.9)');
    await holder.query('COMMIT');
    expect(errorOf(await prepared)).toBeUndefined();
    expect(errorOf(await changed)).toBeUndefined();
    expect(stage.instance.status().counters.backendLosses).toBe(0);
  });

  it('that the server should have ended long ago tells that the backend is gone', async () => {
    await stage.start({ readTimeoutMs: 200, queryTimeoutMs: 100 });
    await stage.two.rows('SELECT 1');
    stage.relay.swallow('to-server', 'to-client');
    const renewed = stage.relay.nextConnection();
    expect(await stage.two.failure('SELECT COUNT(*) FROM t')).toMatchObject({ errno: 3024 });
    await renewed;
    stage.relay.pass();
    await stage.expectBothWell();
  });

  it('whose client does not take its reply keeps the backend waiting without being taken for silent', async () => {
    await stage.start({ readTimeoutMs: 100, resultBufferBytes: 64 * 1024, spoolLimitBytes: 0 });
    stage.one.packets.socket.pause();
    const reply = stage.one.rows("SELECT REPEAT('x', 1000000) FROM t, t AS u");
    await until('the backend is held up', async () => {
      const before = stage.relay.bytesToClient;
      await stage.server.query('SELECT SLEEP(0.9)');
      return before > 0 && stage.relay.bytesToClient === before;
    });
    stage.one.packets.socket.resume();
    expect(await reply).toHaveLength(25);
    expect(stage.instance.status().counters.backendLosses).toBe(0);
  });
});

describe('an idle connection', () => {
  it('is not pinged with keepalive 0', async () => {
    await stage.start({ keepaliveMs: 0 });
    const before = stage.relay.bytesToServer;
    await stage.server.query('SELECT SLEEP(0.2)');
    expect(stage.relay.bytesToServer).toBe(before);
  });
});

describe('pool_pre_ping', () => {
  const pingBytes = 5;
  const afterIdling = async (poolPrePing: boolean): Promise<number> => {
    await stage.start({ backend: { poolPrePing } });
    await stage.one.rows('SELECT 1');
    await stage.server.query('SELECT SLEEP(1.1)');
    const before = stage.relay.bytesToServer;
    await stage.one.rows('SELECT 2');
    return stage.relay.bytesToServer - before - Buffer.byteLength('....\x03SELECT 2');
  };

  it('looks at a connection that has been idle before it is used', async () => {
    expect(await afterIdling(true)).toBe(pingBytes);
  });

  it('that is off looks at nothing', async () => {
    expect(await afterIdling(false)).toBe(0);
  });

  it('lets a write wait until there is a connection that answers', async () => {
    await stage.start({ readTimeoutMs: 200 });
    await stage.server.query('SELECT SLEEP(1.1)');
    stage.relay.swallow('to-server', 'to-client');
    const renewed = stage.relay.nextConnection();
    const written = stage.one.query('INSERT INTO t (n) VALUES (6)');
    await renewed;
    stage.relay.pass();
    expect(errorOf(await written)).toBeUndefined();
    expect(await stage.two.rows('SELECT COUNT(*) FROM t')).toEqual([['6']]);
  });
});
