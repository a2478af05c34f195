// Every way to lose a backend, against every thing that a session may be doing: nobody is disconnected, and all go on by themselves.
import { describe, expect, it } from 'vitest';
import { closedGate, type Gate } from '../../support/gate.js';
import { errorOf } from '../../support/raw-client.js';
import { errorPayload, okPayload, toPackets } from '../../support/raw-packets.js';
import { until } from '../../support/until.js';
import { useStage } from './stage.js';

const stage = useStage();

/** Ends the connection now. */
const ends: readonly (readonly [string, () => unknown])[] = [
  ['is reset', () => stage.relay.reset()],
  ['is closed', () => stage.relay.close()],
  ['is reset, and connecting is refused for a while', () => refusedForAWhile()],
  ['is reset, and new connections are for a while, too', () => resetForAWhile()],
  ['is killed by an administrator', () => killByAdministrator()],
  ['sends bytes that nobody asked for', () => stage.relay.garbage(Buffer.from('deadbeef'.repeat(8), 'hex'))],
  ['says that it shuts down', () => stage.relay.garbage(shutdownWords)],
];

const shutdownWords = toPackets(
  errorPayload({ errno: 1053, sqlState: '08S01', message: 'Server shutdown in progress' }),
);

async function refusedForAWhile(): Promise<void> {
  await stage.relay.unlisten();
  stage.relay.reset();
  await stage.instance.event('backend-connect-failed');
  await stage.relay.listen();
}

async function resetForAWhile(): Promise<void> {
  stage.relay.refuse();
  stage.relay.reset();
  await stage.instance.event('backend-connect-failed', ({ attempt }) => attempt === 2);
  stage.relay.accept();
}

async function killByAdministrator(): Promise<void> {
  for (const thread of await stage.server.threadsOf(stage.account.user)) await stage.server.kill(thread);
}

function expectNobodyEnded(): void {
  const types = stage.instance.events.map(({ type }) => type);
  expect(types).not.toContain('session-closed');
  expect(types).not.toContain('internal-error');
}

describe.each(ends)('a backend connection that %s', (_, end) => {
  it('while nobody uses it is renewed, and each session finds its state', async () => {
    await stage.start();
    await stage.lose(end);
    await stage.expectBothWell();
    expectNobodyEnded();
  });

  it('under a read, with another session waiting, costs neither of them anything', async () => {
    const gate = await closedGate(stage.server, stage.account);
    await stage.start();
    const read = stage.one.rows(gate.read);
    await gate.blocked();
    const write = stage.two.query('INSERT INTO t (n) VALUES (@@time_zone = "+02:00")');
    await stage.waiting(1);
    await stage.lose(end);
    await gate.open();
    expect(await read).toEqual([['0']]);
    expect(errorOf(await write)).toBeUndefined();
    expect(await stage.one.rows('SELECT COUNT(*), MAX(id), SUM(n) FROM t')).toEqual([['6', '6', '16']]);
    await stage.expectBothWell();
    expectNobodyEnded();
  });

  it('under a write gives that one 2013, once, and the rest nothing', async () => {
    const gate = await closedGate(stage.server, stage.account);
    await stage.start();
    const write = stage.one.failure(gate.write);
    await gate.blocked();
    const waiting = stage.two.rows('SELECT @@time_zone');
    await stage.waiting(1);
    await stage.lose(end);
    expect(await write).toMatchObject({ errno: 2013, sqlState: 'HY000' });
    expect(await waiting).toEqual([['+02:00']]);
    await openAndCount(gate);
    await stage.expectBothWell();
    expectNobodyEnded();
  });
});

async function openAndCount(gate: Gate): Promise<void> {
  await gate.open();
  const { server, account } = stage;
  await until('the old connection has ended', async () => (await server.connectionsOf(account.user)) <= 1);
  expect(await gate.written()).toBeLessThanOrEqual(1);
}

describe('a reply that is spoilt on its way', () => {
  const long = "SELECT id, REPEAT('x', 60000) FROM t";
  const wrongNumber = Buffer.from([1, 0, 0, 77, 1]);
  const endless = Buffer.from([0xff, 0xff, 0xff, 1, 5]);

  it.each([
    ['half a packet, then a reset', 9, 'reset' as const],
    ['half a packet, then the end', 9, 'end' as const],
    ['garbage from its first byte on', 0, Buffer.from('deadbeef'.repeat(8), 'hex')],
    ['a packet of a wrong number', 0, wrongNumber],
    ['a first packet without end', 0, endless],
  ])('by %s, before a row of it is with the client, is asked for again', async (_, bytes, then) => {
    await stage.start();
    await stage.one.rows('SELECT 1');
    stage.relay.cutAfterBytes(bytes, then);
    expect(await stage.one.rows('SELECT id FROM t')).toHaveLength(5);
    expect(stage.instance.status().counters).toMatchObject({ backendLosses: 1, retriedReads: 1 });
    await stage.expectBothWell();
    expectNobodyEnded();
  });

  it.each([
    ['half a row, then a reset', 'reset' as const],
    ['half a row, then the end', 'end' as const],
  ])(
    'by %s, when rows are with the client, ends with 2013 where the client looks for it',
    async (_, then) => {
      await stage.start();
      await stage.one.rows('SELECT 1');
      stage.relay.cutAfterBytes(200_000, then);
      const reply = await stage.one.query(long);
      expect(errorOf(reply)).toMatchObject({ errno: 2013, sqlState: 'HY000' });
      await stage.expectBothWell();
      expectNobodyEnded();
    },
  );

  it('by bytes between two rows that came in one piece is asked for again', async () => {
    await stage.start();
    await stage.one.rows('SELECT 1');
    stage.relay.cutAfterPackets(6, wrongNumber);
    expect(await stage.one.rows('SELECT id, n FROM t')).toHaveLength(5);
    expect(stage.instance.status().counters).toMatchObject({ backendLosses: 1, retriedReads: 1 });
    await stage.expectBothWell();
  });

  it('that answers a write tells nothing of it, and the write is not sent again', async () => {
    await stage.start();
    await stage.one.rows('SELECT 1');
    stage.relay.cutAfterBytes(0, wrongNumber);
    const error = await stage.one.failure('INSERT INTO t (n) VALUES (6)');
    expect(error).toMatchObject({ errno: 2013, sqlState: 'HY000' });
    expect(await stage.two.rows('SELECT COUNT(*) FROM t')).toEqual([['6']]);
  });

  it('in pieces of three bytes is the same', async () => {
    await stage.start();
    stage.relay.dribble(3);
    expect(await stage.one.rows('SELECT id, n FROM t ORDER BY id')).toEqual(
      [1, 2, 3, 4, 5].map((n) => [String(n), String(n)]),
    );
    await stage.expectBothWell();
    stage.relay.reset();
    await stage.expectBothWell();
    expectNobodyEnded();
  });

  it('by an OK that the server did not send is trusted by nobody once another comes', async () => {
    await stage.start();
    await stage.lose(() => stage.relay.garbage(toPackets(okPayload(), 1)));
    await stage.expectBothWell();
  });
});
