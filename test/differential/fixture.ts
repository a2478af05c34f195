// The schemas that a script works in, made new before every run so that two runs begin alike.
import type { Account, TestServer } from '../support/mariadb.js';

/** The account, and the names of the schemas that it may use beside its own. */
export interface Fixture {
  readonly account: Account;
  /** Always there. */
  readonly second: string;
  /** Not there at first; scripts create and drop it. */
  readonly third: string;
}

/** Names in scripts stand for those of the fixture, so that a printed script holds for every run. */
export function withNames({ account, second, third }: Fixture, text: string): string {
  return text
    .replaceAll('{schema}', account.schema)
    .replaceAll('{second}', second)
    .replaceAll('{third}', third);
}

/** Creates the account of a test file. Call `reset` before every run. */
export async function createFixture(server: TestServer): Promise<Fixture> {
  const account = await server.createAccount();
  const fixture = { account, second: `${account.schema}_2`, third: `${account.schema}_3` };
  for (const schema of [fixture.second, fixture.third]) {
    await server.query(`GRANT ALL PRIVILEGES ON ${schema}.* TO ${account.user}@'%'`);
  }
  return fixture;
}

/** Makes everything that scripts use as it was at first. */
export async function reset(server: TestServer, fixture: Fixture): Promise<void> {
  const { account, second, third } = fixture;
  await server.query(`DROP DATABASE IF EXISTS ${third}`);
  for (const schema of [account.schema, second]) {
    await server.query(`DROP DATABASE IF EXISTS ${schema}`);
    await server.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
  }
  await server.query(`USE ${account.schema}`);
  for (const sql of objects) await server.query(definedBy(account, withNames(fixture, sql)));
}

/** Servers show the body of a routine to the account that it is defined by. */
function definedBy({ user }: Account, sql: string): string {
  return sql.replace(/^CREATE (PROCEDURE|FUNCTION)/, `CREATE DEFINER=${user}@'%' $1`);
}

const objects: readonly string[] = [
  "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT, b VARCHAR(20) DEFAULT 'x', UNIQUE KEY (a)) ENGINE=InnoDB",
  "INSERT INTO t (a, b) VALUES (10, 'ten'), (20, 'zwanzig'), (30, 'dreißig'), (40, NULL)",
  'CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(40)) ENGINE=InnoDB',
  'CREATE TABLE watched (id INT AUTO_INCREMENT PRIMARY KEY, a INT) ENGINE=InnoDB',
  'CREATE TRIGGER on_watched BEFORE INSERT ON watched FOR EACH ROW SET @trigger = COALESCE(@trigger, 0) + NEW.a',
  "CREATE TRIGGER on_change AFTER UPDATE ON watched FOR EACH ROW BEGIN SET SESSION group_concat_max_len = 2000 + NEW.a; INSERT INTO log (what) VALUES ('changed'); END",
  'CREATE TRIGGER on_delete AFTER DELETE ON watched FOR EACH ROW BEGIN CREATE TEMPORARY TABLE IF NOT EXISTS tmp (a INT); INSERT INTO tmp VALUES (OLD.a); END',
  'CREATE TABLE plain (a INT) ENGINE=MyISAM',
  'CREATE TABLE {second}.t (id INT PRIMARY KEY, c INT)',
  'INSERT INTO {second}.t VALUES (1, 100), (2, 200)',
  'CREATE VIEW v AS SELECT id, a FROM t WHERE a > 10',
  'CREATE PROCEDURE sets_variables(n INT) BEGIN SET @p = n; SET SESSION group_concat_max_len = 1000 + n; END',
  'CREATE PROCEDURE makes_table() BEGIN CREATE TEMPORARY TABLE IF NOT EXISTS tmp (a INT); INSERT INTO tmp VALUES (5); END',
  'CREATE PROCEDURE gives_rows(OUT n INT) BEGIN SELECT id, a FROM t ORDER BY id; SELECT COUNT(*) INTO n FROM t; SELECT 2; END',
  "CREATE PROCEDURE fails_late() BEGIN SET @p = 'before'; INSERT INTO log (what) VALUES ('late'); SELECT * FROM missing; SET @p = 'after'; END",
  "CREATE PROCEDURE prepares() BEGIN PREPARE q FROM 'SELECT @p, ?'; SET @arg = 3; EXECUTE q USING @arg; END",
  "CREATE PROCEDURE locks() BEGIN SELECT GET_LOCK('{schema}.a', 0); END",
  'CREATE PROCEDURE begins() BEGIN START TRANSACTION; INSERT INTO t (a) VALUES (500); END',
  "CREATE FUNCTION adds(n INT) RETURNS INT DETERMINISTIC BEGIN INSERT INTO log (what) VALUES (CONCAT('f', n)); SET @f = n; RETURN n + 1; END",
  'CREATE FUNCTION pure(n INT) RETURNS INT DETERMINISTIC RETURN n * 2',
  'CREATE SEQUENCE s',
];
