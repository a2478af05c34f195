// Operations on a session's own state: set it, look at it, take it back.
import { errno, type Outcome } from './outcome.js';
import type { Session } from './session.js';

const zones = ['+00:00', '+01:00', '-05:30', 'SYSTEM'] as const;

export async function setVariable(session: Session): Promise<void> {
  const value = `v${session.random.below(1_000_000)}`;
  session.beliefs.variable.changed(await session.run('SET @v = ?', [value]), value);
}

export async function setTimeZone(session: Session): Promise<void> {
  const zone = session.random.pick(zones);
  session.beliefs.timeZone.changed(await session.run('SET time_zone = ?', [zone]), zone);
}

export async function setSchema(session: Session): Promise<void> {
  const { account, other } = session.site;
  const schema = session.random.pick([account.schema, other]);
  session.beliefs.schema.changed(await session.run(`USE ${schema}`), schema);
}

/** Looks at everything at once, with a tag of its own, as text or prepared. */
export async function look(session: Session): Promise<void> {
  const { beliefs, random, client } = session;
  const tag = `tag${random.below(1_000_000_000)}`;
  const sql =
    'SELECT ? AS tag, @v AS v, @@time_zone AS zone, DATABASE() AS db, CAST(CONNECTION_ID() AS CHAR) AS id';
  const outcome = random.oneIn(2) ? await session.run(sql, [tag]) : await session.execute(sql, [tag]);
  if (random.oneIn(10)) client.unprepare(sql);
  if (outcome.kind !== 'done') return;
  const [row = {}] = outcome.rows;
  session.expectRow(sql, [{ tag: row.tag, id: row.id }], { tag, id: String(client.id) });
  session.see('@v', beliefs.variable, row.v as string | null);
  session.see('@@time_zone', beliefs.timeZone, row.zone as string);
  session.see('DATABASE()', beliefs.schema, row.db as string);
}

/** Every session has a temporary table of this name, so that they have to make room for each other. */
const scratchOf = ({ site }: Session): string => `${site.account.schema}.scratch`;

export async function scratch(session: Session): Promise<void> {
  const belief = session.beliefs.scratch;
  const rows = belief.certain;
  if (rows === undefined) {
    await countScratch(session);
    return;
  }
  if (rows === null) {
    const engine = session.random.pick(['InnoDB', 'MyISAM']);
    const sql = `CREATE TEMPORARY TABLE ${scratchOf(session)} (n INT) ENGINE=${engine}`;
    belief.changed(await session.run(sql), 0);
    return;
  }
  switch (session.random.below(4)) {
    case 0:
      belief.changed(await session.run(`DROP TEMPORARY TABLE ${scratchOf(session)}`), null);
      return;
    case 1:
      belief.changed(await session.run(`INSERT INTO ${scratchOf(session)} VALUES (1)`), rows + 1);
      return;
    default: {
      await countScratch(session);
      return;
    }
  }
}

async function countScratch(session: Session): Promise<void> {
  const belief = session.beliefs.scratch;
  const outcome = await session.run(
    `SELECT COUNT(*) AS n FROM ${scratchOf(session)}`,
    [],
    [errno.NO_SUCH_TABLE],
  );
  if (outcome.kind === 'done') session.see('rows of the temporary table', belief, Number(outcome.rows[0]?.n));
  else if (outcome.errno === errno.NO_SUCH_TABLE) session.see('rows of the temporary table', belief, null);
}

/** A text prepared statement of the name that every session uses. */
export async function textStatement(session: Session): Promise<void> {
  const belief = session.beliefs.statement;
  if (belief.certain === null || session.random.oneIn(6)) {
    const number = session.random.below(1_000_000);
    belief.changed(await session.run(`PREPARE p FROM 'SELECT ${number} AS n'`), number);
    return;
  }
  if (belief.certain !== undefined && session.random.oneIn(6)) {
    belief.changed(await session.run('DEALLOCATE PREPARE p'), null);
    return;
  }
  see(session, await session.run('EXECUTE p', [], [errno.UNKNOWN_STATEMENT]));
}

function see(session: Session, outcome: Outcome): void {
  const { statement } = session.beliefs;
  if (outcome.kind === 'done') session.see('the text statement', statement, Number(outcome.rows[0]?.n));
  else if (outcome.errno === errno.UNKNOWN_STATEMENT) session.see('the text statement', statement, null);
}
