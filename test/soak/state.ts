// Operations on a session's own state: set it, look at it, take it back.
import type { Belief } from './beliefs.js';
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

const lookSql =
  'SELECT ? AS tag, @v AS v, @@time_zone AS zone, DATABASE() AS db, CAST(CONNECTION_ID() AS CHAR) AS id';

/** Looks at everything at once, with a tag of its own, as text or prepared. */
export async function look(session: Session): Promise<void> {
  const { beliefs, random } = session;
  const tag = `tag${random.below(1_000_000_000)}`;
  if (random.oneIn(2)) {
    see(session, tag, beliefs.schema, await session.run(lookSql, [tag]));
    return;
  }
  // A server executes a prepared statement in the schema in which it was prepared.
  const schema = (beliefs.preparedIn ??= beliefs.schema.copy());
  const outcome = await session.execute(lookSql, [tag]);
  see(session, tag, schema, outcome);
  if (outcome.kind === 'done' && !random.oneIn(10)) return;
  session.client.unprepare(lookSql);
  beliefs.preparedIn = undefined;
}

function see(session: Session, tag: string, schema: Belief<string>, outcome: Outcome): void {
  if (outcome.kind !== 'done') return;
  const { beliefs, client } = session;
  const [row = {}] = outcome.rows;
  session.expectRow(lookSql, [{ tag: row.tag, id: row.id }], { tag, id: String(client.id) });
  session.see('@v', beliefs.variable, row.v as string | null);
  session.see('@@time_zone', beliefs.timeZone, row.zone as string);
  session.see('DATABASE()', schema, row.db as string);
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
  seeStatement(session, await session.run('EXECUTE p', [], [errno.UNKNOWN_STATEMENT]));
}

function seeStatement(session: Session, outcome: Outcome): void {
  const { statement } = session.beliefs;
  if (outcome.kind === 'done') session.see('the text statement', statement, Number(outcome.rows[0]?.n));
  else if (outcome.errno === errno.UNKNOWN_STATEMENT) session.see('the text statement', statement, null);
}
