// mysql2, the driver of Node; in this process.
import { PassThrough } from 'node:stream';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { itServes, lineReader, type Errand, type Run } from './scenario.js';

function connect({ instance, account }: Errand): Promise<Connection> {
  const { user, password, schema } = account;
  return mysql.createConnection({ port: instance.port, user, password, database: schema });
}

/** Says what the other drivers' programs say. */
async function talk(
  connection: Connection,
  longStatement: string,
  say: (line: string) => void,
): Promise<void> {
  const query = async (sql: string): Promise<string> => {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return Object.values(rows[0] ?? {}).join(' ');
  };
  say(`query ${await query("SELECT 42, 'nämé'")}`);
  const [sums] = await connection.execute<RowDataPacket[]>('SELECT ? + 2 AS sum', [40]);
  say(`prepared ${String(sums[0]?.sum)}`);
  await query(longStatement).then(
    () => say('not cancelled'),
    (error: unknown) => say(`cancelled ${String((error as { errno?: number }).errno)}`),
  );
  say(`after ${await query('SELECT 1')}`);
  await connection.end();
}

function start(errand: Errand): Run {
  const said = new PassThrough();
  const opened = connect(errand);
  const work = async (): Promise<{ code: number; complaints: string }> => {
    await talk(await opened, errand.longStatement, (line) => said.write(`${line}\n`));
    said.end();
    return { code: 0, complaints: '' };
  };
  return {
    line: lineReader(said),
    async cancel() {
      const [victim, other] = [await opened, await connect(errand)];
      await other.query(`KILL QUERY ${String(victim.threadId)}`);
      await other.end();
    },
    ended: work(),
  };
}

itServes({ name: 'mysql2', missing: undefined, start });
