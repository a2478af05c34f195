// Operations that take their time: large replies read slowly, statements that are killed, and clients that leave in the middle.
import { SoakClient, toldOnce } from './client.js';
import { Dropped, errno } from './outcome.js';
import type { Session } from './session.js';

/** A reply of 1 to 8 MB that is read with pauses: every row must come, once and in order. */
export async function readSlowly(session: Session): Promise<void> {
  const { random, pace } = session;
  const rows = 1000 * (1 + random.below(8));
  const pauseEvery = 1 + random.below(rows);
  let next = 1;
  const sql = `SELECT seq, REPEAT(CHAR(97 + seq % 26 USING ascii), 1000) AS filling FROM seq_1_to_${rows}`;
  const wrong: number[] = [];
  const outcome = await session.client.read(sql, async ({ seq, filling }) => {
    const letter = String.fromCharCode(97 + (next % 26));
    if (Number(seq) !== next || filling !== letter.repeat(1000)) wrong.push(next);
    if (next % pauseEvery === 0) await pace.pause(random.below(300));
    next += 1;
  });
  if (wrong.length > 0)
    session.fail(`${wrong.length} rows of a large reply are wrong, from row ${wrong[0]} on`);
  session.learn(sql, outcome, []);
  if (outcome.kind === 'done' && next !== rows + 1) session.fail(`${next - 1} rows came of ${rows}`);
}

/** A statement that another connection of the user kills, perhaps too late. */
export async function killed(session: Session): Promise<void> {
  const { site, journal, client, random, pace } = session;
  const killer = await SoakClient.open(site, journal);
  try {
    const sql = random.pick([
      'SELECT SLEEP(0.5) AS slept',
      'SELECT COUNT(*) AS n FROM seq_1_to_3000000',
      'DO SLEEP(0.3)',
    ]);
    const running = toldOnce(session.run(sql, [], [errno.INTERRUPTED]));
    await pace.pause(random.below(400));
    await killer.run(`KILL QUERY ${client.id}`);
    await running;
    // The kill must not come down on what is asked next.
    const next = 'SELECT 1 AS one';
    const outcome = await session.run(next);
    if (outcome.kind === 'done') session.expectRow(next, outcome.rows, { one: 1 });
  } finally {
    await killer.end();
  }
}

/** Leaves in the middle of a large reply, of a statement that runs, or of a transaction. */
export async function leaveInTheMiddle(session: Session): Promise<void> {
  const { client, random, pace, site } = session;
  const running = random
    .pick([
      () => client.read('SELECT seq, REPEAT("x", 1000) AS filling FROM seq_1_to_5000', () => pace.pause(10)),
      () => client.run('SELECT SLEEP(0.2)'),
      () => leaveWriting(session),
      () => client.run(`START TRANSACTION; INSERT INTO ${site.account.schema}.writes VALUES (0, 0)`),
    ])()
    .catch((error: unknown) => {
      if (!(error instanceof Dropped)) throw error;
    });
  await pace.pause(random.below(100));
  client.cut();
  await running;
  throw new Dropped('left in the middle');
}

async function leaveWriting({ client, site }: Session): Promise<void> {
  const unit = site.ledger.begin(1, 'in doubt');
  await client.run(`INSERT INTO ${site.account.schema}.writes (unit, part) VALUES (${unit.id}, 1)`);
}
