// The promise itself: sixteen sessions on an account that takes one connection, all served rightly, the backend seeing one.
import mysql, { type Connection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { expect, it } from 'vitest';
import { startInstance, useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { startRelay } from '../support/relay.js';

const server = useMariadb();
const instances = useInstances();

const sessions = 16;

function connect({ user, password, schema }: Account, port: number): Promise<Connection> {
  return mysql.createConnection({ port, user, password, database: schema, multipleStatements: true });
}

/** One client with a table of its own, and what it knows must be in there. */
class Client {
  private rows = 0;
  commits = 0;
  statements = 0;

  private constructor(
    private readonly number: number,
    private readonly account: Account,
    private connection: Connection,
  ) {}

  static async open(number: number, account: Account, port: number): Promise<Client> {
    const client = new Client(number, account, await connect(account, port));
    await client.chooseTimeZone();
    return client;
  }

  async reconnect(port: number): Promise<void> {
    this.connection.destroy();
    this.connection = await connect(this.account, port);
    await this.chooseTimeZone();
  }

  private async chooseTimeZone(): Promise<void> {
    await this.run(`SET time_zone = '+0${this.number % 10}:00'`);
  }

  async createTable(): Promise<void> {
    await this.run(`CREATE TABLE s${this.number} (id INT PRIMARY KEY, n INT)`);
  }

  /** Some hundred and more statements of all kinds, each answer held against what it must be. */
  async work(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await this.write();
      await this.readAll();
      await this.executePrepared();
      await this.commitOnShared();
      await this.rollBack();
      await this.readOwnSettings();
    }
  }

  private async write(): Promise<void> {
    const id = this.rows++;
    const result = await this.run(`INSERT INTO s${this.number} VALUES (${id}, ${id * 3})`);
    expect((result as ResultSetHeader).affectedRows).toBe(1);
  }

  private async readAll(): Promise<void> {
    const rows = (await this.run(`SELECT id, n FROM s${this.number} ORDER BY id`)) as RowDataPacket[];
    expect(rows.map(({ n }) => Number(n))).toEqual(Array.from({ length: this.rows }, (_, i) => i * 3));
    const long = (await this.run(
      `SELECT REPEAT('${this.number % 10}', 50000) AS x; SELECT 2 AS y`,
    )) as RowDataPacket[][];
    expect(long[0]?.[0]?.x).toBe(String(this.number % 10).repeat(50_000));
    expect(long[1]).toEqual([{ y: 2 }]);
  }

  private async executePrepared(): Promise<void> {
    this.statements += 1;
    const [rows] = await this.connection.execute(`SELECT n + ? AS n FROM s${this.number} WHERE id = ?`, [
      this.number,
      this.rows - 1,
    ]);
    expect(rows).toEqual([{ n: (this.rows - 1) * 3 + this.number }]);
  }

  private async commitOnShared(): Promise<void> {
    await this.run('BEGIN');
    await this.run('UPDATE shared SET n = n + 1');
    await this.run('COMMIT');
    this.commits += 1;
  }

  private async rollBack(): Promise<void> {
    await this.run('START TRANSACTION');
    await this.run(`DELETE FROM s${this.number}`);
    expect(await this.run(`SELECT COUNT(*) AS n FROM s${this.number}`)).toEqual([{ n: 0 }]);
    await this.run('ROLLBACK');
  }

  private async readOwnSettings(): Promise<void> {
    expect(await this.run('SELECT @@time_zone AS z, DATABASE() AS d')).toEqual([
      { z: `+0${this.number % 10}:00`, d: this.account.schema },
    ]);
  }

  private async run(sql: string): Promise<unknown> {
    this.statements += 1;
    const [result] = await this.connection.query(sql);
    return result;
  }
}

it('sixteen sessions and a limit of one connection: all answers right, nobody dropped, never two connections', async () => {
  const account = await server.createAccount({ maxUserConnections: 1 });
  await server.query(`CREATE TABLE ${account.schema}.shared (n INT)`);
  await server.query(`INSERT INTO ${account.schema}.shared VALUES (0)`);
  const relay = await startRelay(server);
  const watch = await server.watchConnections(account.user);
  const first = await instances.start(relay, account);

  const numbers = Array.from({ length: sessions }, (_, i) => i);
  const clients = await Promise.all(numbers.map((n) => Client.open(n, account, first.port)));
  await Promise.all(clients.map((client) => client.createTable()));
  await Promise.all(clients.map((client) => client.work(6)));

  // The backend connection is lost: the same clients go on as if nothing had been.
  const before = first.events.length;
  relay.reset();
  await first.event('backend-lost', undefined, before);
  await Promise.all(clients.map((client) => client.work(6)));
  expect(first.status().counters.backendLosses).toBe(1);

  // The instance is restarted: its successor finds the slot free at once.
  await first.drain('restart');
  const second: TestInstance = await startInstance(first.settings);
  await Promise.all(clients.map((client) => client.reconnect(first.port)));
  await Promise.all(clients.map((client) => client.work(6)));

  expect(second.events.filter(({ type }) => type === 'backend-connect-failed')).toEqual([]);
  await second.destroy();
  await watch.stop();
  await relay.stop();

  expect([watch.max, relay.maxOpen]).toEqual([1, 1]);
  expect(watch.samples).toBeGreaterThan(500);
  for (const client of clients) expect(client.statements).toBeGreaterThanOrEqual(200);
  const commits = clients.reduce((sum, client) => sum + client.commits, 0);
  const [shared] = await server.query(`SELECT n FROM ${account.schema}.shared`);
  expect(shared?.n).toBe(commits);
}, 120_000);
