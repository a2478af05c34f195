// A connection that is cut behind every single packet of a reply: a session gets all of it or an error in its place, and goes on.
import { describe, expect, it } from 'vitest';
import { command, errorOf, type RawClient } from '../../support/raw-client.js';
import type { RawPacket } from '../../support/raw-packets.js';
import type { CutEnd } from '../../support/relay.js';
import { executeBody, statementId, textParameters } from '../../support/transcript.js';
import { useStage } from './stage.js';

const stage = useStage();

type Reply = readonly RawPacket[];
type Send = () => Promise<Reply>;

interface Case {
  readonly what: string;
  /** Gets what is to be cut ready, and answers with how it is sent. */
  readonly prepare: (client: RawClient) => Promise<Send>;
  /** How often a run of it adds a row to `t`. */
  readonly writes: number;
  /** It keeps the connection to itself, so that `two` would have to wait. */
  readonly holds?: true;
}

const query =
  (sql: string): Case['prepare'] =>
  (client) =>
    Promise.resolve(() => client.query(sql));

const cases: readonly Case[] = [
  { what: 'a result set', prepare: query('SELECT id, n FROM t ORDER BY id'), writes: 0 },
  { what: 'an error', prepare: query('SELECT nothing FROM t'), writes: 0 },
  { what: 'several result sets', prepare: query('SELECT 1; SELECT n FROM t; DO 1; SELECT 2'), writes: 0 },
  { what: 'a write', prepare: query('INSERT INTO t (n) VALUES (9)'), writes: 1 },
  {
    what: 'several writes',
    prepare: query('INSERT INTO t (n) VALUES (9); SELECT 1; INSERT INTO t (n) VALUES (9)'),
    writes: 2,
  },
  {
    what: 'a procedure with result sets',
    prepare: async (client) => {
      await stage.server.query(
        `CREATE OR REPLACE PROCEDURE ${stage.account.schema}.p() BEGIN SELECT 1; INSERT INTO t (n) VALUES (9); SELECT 2; END`,
      );
      return () => client.query('CALL p()');
    },
    writes: 1,
    holds: true,
  },
  {
    what: 'the preparation of a statement',
    prepare: (client) =>
      Promise.resolve(() =>
        client.command(command.STMT_PREPARE, Buffer.from('SELECT id, n, ? FROM t WHERE n > ?')),
      ),
    writes: 0,
  },
  {
    what: 'the execution of a read',
    prepare: async (client) => {
      const id = statementId(
        await client.command(command.STMT_PREPARE, Buffer.from('SELECT id, ? FROM t ORDER BY id')),
      );
      return () => client.command(command.STMT_EXECUTE, executeBody(id, 0, textParameters(['x'])));
    },
    writes: 0,
  },
  {
    what: 'the execution of a write',
    prepare: async (client) => {
      const id = statementId(
        await client.command(command.STMT_PREPARE, Buffer.from('INSERT INTO t (n) VALUES (?)')),
      );
      return () => client.command(command.STMT_EXECUTE, executeBody(id, 0, textParameters(['9'])));
    },
    writes: 1,
  },
];

const rowCount = async (): Promise<number> => {
  const [row] = await stage.server.query(`SELECT COUNT(*) AS n FROM ${stage.account.schema}.t`);
  return Number(row?.n);
};

/** What of a reply must be the same whenever it comes: not the ids of statements, and not what auto_increment gave. */
function comparable(reply: Reply): string[] {
  const isPrepared = reply[0]?.payload[0] === 0 && reply.length > 1;
  return reply.map(({ payload, sequence }, i) => {
    const text = payload.toString('latin1');
    if (isPrepared && i === 0) return text.slice(5);
    return payload[0] === 0 && payload.length < 16 ? `OK ${sequence}` : `${sequence} ${text}`;
  });
}

/** Cuts behind the first, the second, ... packet until there is nothing more to cut. @returns how often it cut */
async function cutEverywhere({ prepare, writes, holds }: Case, then: CutEnd): Promise<number> {
  const { relay, one, two } = stage;
  const send = await prepare(one);
  const whole = comparable(await send());
  for (let boundary = 0; ; boundary++) {
    // The state of `one` has to be brought back first: its replies are cut, too.
    if (holds === undefined) await two.rows('SELECT 1');
    const before = await rowCount();
    relay.cutAfterPackets(boundary, then);
    const reply = await send();
    if (relay.cutPending) return boundary;
    expectWholeOrLost(reply, whole);
    const written = (await rowCount()) - before;
    expect(written).toBeLessThanOrEqual(writes);
    if (errorOf(reply)?.errno !== 2013) expect(written).toBe(writes);
    if (holds === undefined) await stage.expectBothWell();
    else await expectHolderWell();
  }
}

/** What it held was lost with its reply, or behind it: then the next command is told. */
async function expectHolderWell(): Promise<void> {
  expect([undefined, 1213]).toContain(errorOf(await stage.one.query('DO 1'))?.errno);
  expect(await stage.one.rows('SELECT @@time_zone')).toEqual([['+01:00']]);
}

function expectWholeOrLost(reply: Reply, whole: readonly string[]): void {
  const got = comparable(reply);
  if (errorOf(reply)?.errno !== 2013) expect(got).toEqual(whole);
  else expect(got.slice(0, -1)).toEqual(whole.slice(0, got.length - 1));
}

describe('a connection that is cut', () => {
  it.each(cases)('by a reset, behind every packet of $what', async (each) => {
    await stage.start();
    expect(await cutEverywhere(each, 'reset')).toBeGreaterThanOrEqual(2);
    expect(stage.instance.events.filter(({ type }) => type === 'session-closed')).toEqual([]);
    expect(stage.instance.events.filter(({ type }) => type === 'internal-error')).toEqual([]);
  });

  it.each(cases.slice(0, 4))('in order, behind every packet of $what', async (each) => {
    await stage.start();
    expect(await cutEverywhere(each, 'end')).toBeGreaterThanOrEqual(2);
    expect(stage.instance.events.filter(({ type }) => type === 'session-closed')).toEqual([]);
  });

  it('behind packets of its login, and of all that is asked then, is tried again', async () => {
    await stage.start();
    for (let boundary = 0; ; boundary += boundary < 8 ? 1 : 151) {
      await stage.lose(() => {
        stage.relay.cutAfterPackets(boundary);
        stage.relay.reset();
      });
      await stage.expectBothWell();
      if (stage.relay.cutPending) {
        expect(boundary).toBeGreaterThan(300);
        return;
      }
    }
  });
});
