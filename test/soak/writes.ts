// Operations that write: single rows, several in one statement, transactions, and a look back at what was written.
import type { Unit } from './ledger.js';
import { contradiction } from './ledger.js';
import type { Outcome } from './outcome.js';
import type { Session } from './session.js';

const insert = ({ site }: Session): string => `INSERT INTO ${site.account.schema}.writes (unit, part) VALUES`;

/** A row in autocommit, as text or prepared. */
export async function insertRow(session: Session): Promise<void> {
  const unit = session.site.ledger.begin(1, 'in doubt');
  const sql = `${insert(session)} (?, 1)`;
  settle(
    unit,
    session.random.oneIn(2) ? await session.run(sql, [unit.id]) : await session.execute(sql, [unit.id]),
  );
}

/** Several rows in one statement. */
export async function insertRows(session: Session): Promise<void> {
  const parts = Array.from({ length: 2 + session.random.below(4) }, (_, i) => i + 1);
  const unit = session.site.ledger.begin(parts.length, 'in doubt');
  const rows = parts.map((part) => `(${unit.id}, ${part})`).join(', ');
  settle(unit, await session.run(`${insert(session)} ${rows}`));
}

function settle(unit: Unit, outcome: Outcome): void {
  if (outcome.kind === 'done') unit.fate = 'acknowledged';
  if (outcome.kind === 'refused') unit.fate = 'refused';
}

/** Several rows in a transaction that is committed, rolled back, or left alone for too long. */
export async function transaction(session: Session): Promise<void> {
  const { random, site } = session;
  if ((await session.run('START TRANSACTION')).kind !== 'done') {
    await rollBack(session);
    return;
  }
  session.inTransaction = true;
  const rows = 2 + random.below(4);
  // Until COMMIT is on its way nothing of it may ever be seen.
  const unit = site.ledger.begin(rows, 'refused');
  for (let part = 1; part <= rows; part++) {
    await session.pace.pause(random.below(20));
    const outcome = await session.run(`${insert(session)} (?, ?)`, [unit.id, part]);
    if (outcome.kind !== 'done' || !(await ownRows(session, unit, part))) {
      await rollBack(session);
      return;
    }
  }
  // Longer than pin_timeout: where others wait it is rolled back, and told so.
  if (random.oneIn(40)) await session.pace.pause(3_000);
  if (random.oneIn(5)) {
    await rollBack(session);
    return;
  }
  unit.fate = 'in doubt';
  const outcome = await session.run('COMMIT');
  settle(unit, outcome);
  if (outcome.kind !== 'done') {
    await rollBack(session);
    return;
  }
  session.inTransaction = false;
}

/** In its transaction a session sees its own rows. Answers false when the transaction is gone. */
async function ownRows(session: Session, { id }: Unit, wanted: number): Promise<boolean> {
  if (!session.random.oneIn(3)) return true;
  const sql = `SELECT COUNT(*) AS n FROM ${session.site.account.schema}.writes WHERE unit = ?`;
  const outcome = await session.run(sql, [id]);
  if (outcome.kind !== 'done') return false;
  session.expectRow(sql, outcome.rows, { n: wanted });
  return true;
}

/** Until it is certain that no transaction is open. */
async function rollBack(session: Session): Promise<void> {
  while ((await session.run('ROLLBACK')).kind === 'refused') await session.pace.pause(100);
  session.inTransaction = false;
}

/** Reads a recent write of the user, perhaps another session's. */
export async function lookBack(session: Session): Promise<void> {
  const unit = session.site.ledger.recent(session.random.below(50));
  if (unit === undefined) return;
  const before = unit.fate;
  const outcome = await session.run(
    `SELECT COUNT(*) AS n, COUNT(DISTINCT part) AS d FROM ${session.site.account.schema}.writes WHERE unit = ?`,
    [unit.id],
  );
  // Who wrote it may learn of its fate meanwhile.
  if (outcome.kind !== 'done' || unit.fate !== before) return;
  const [row] = outcome.rows;
  const problem = contradiction(unit, { unit: unit.id, rows: Number(row?.n), distinct: Number(row?.d) });
  if (problem !== undefined) session.fail(`read back: ${problem}`);
}
