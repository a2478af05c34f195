// One user of the soaked fleet: an account that takes one connection, a relay in front of it, a port, and what is known of both.
import type { Account, TestServer } from '../support/mariadb.js';
import { startRelay, type Relay } from '../support/relay.js';
import type { Journal } from './journal.js';
import { Ledger } from './ledger.js';

/** When the instance was ended on purpose, so that its clients may be dropped. */
export interface Interruption {
  /** Changes when an interruption begins, and when it ends. */
  epoch: number;
  open: boolean;
}

export interface Site {
  readonly user: string;
  readonly port: number;
  readonly account: Account;
  /** A second schema. */
  readonly other: string;
  readonly relay: Relay;
  readonly ledger: Ledger;
  readonly interruption: Interruption;
}

/** Makes the account, its schemas and its table, and starts the relay. */
export async function createSite(server: TestServer, user: string, port: number): Promise<Site> {
  const account = await server.createAccount({ maxUserConnections: 1 });
  const other = `${account.schema}_2`;
  await server.query(`CREATE DATABASE ${other} CHARACTER SET utf8mb4`);
  await server.query(`GRANT ALL PRIVILEGES ON ${other}.* TO ${account.user}@'%'`);
  // No unique key: a statement that ran twice must be seen, not refused.
  await server.query(
    `CREATE TABLE ${account.schema}.writes (unit BIGINT, part INT, KEY (unit)) ENGINE=InnoDB`,
  );
  const relay = await startRelay(server);
  const interruption = { epoch: 0, open: false };
  return { user, port, account, other, relay, ledger: new Ledger(), interruption };
}

/** Does what ends the instance, and waits for `recovered`; meanwhile clients may be dropped and refused. */
export async function interrupt(
  { interruption }: Site,
  end: () => unknown,
  recovered: () => Promise<unknown>,
): Promise<void> {
  interruption.epoch += 1;
  interruption.open = true;
  try {
    await end();
    await recovered();
  } finally {
    interruption.epoch += 1;
    interruption.open = false;
  }
}

/** Fails the soak when the relay has seen two connections at once. */
export function checkSingle({ user, relay }: Site, journal: Journal): void {
  if (relay.maxOpen > 1) journal.fail(user, `${relay.maxOpen} backend connections at once`);
}

/** Compares the table with what the clients were told. */
export async function judgeWrites(server: TestServer, { account, ledger }: Site): Promise<readonly string[]> {
  const rows = await server.query(
    `SELECT unit, COUNT(*) AS \`rows\`, COUNT(DISTINCT part) AS \`distinct\`
     FROM ${account.schema}.writes GROUP BY unit`,
  );
  return ledger.judge(
    rows.map((row) => ({ unit: Number(row.unit), rows: Number(row.rows), distinct: Number(row.distinct) })),
  );
}
