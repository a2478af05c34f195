// Keeps one connection of a pool busy while a step is taken, so that sessions move from one to another.
import type { TestInstance } from '../support/instance.js';
import type { TestServer } from '../support/mariadb.js';
import { connectRaw, type RawClient } from '../support/raw-client.js';
import { until } from '../support/until.js';

export interface Occupant {
  /** Takes the step of session `id` meanwhile; where that has to wait for the connection, it is given free. */
  during<T>(id: number, step: () => Promise<T>): Promise<T>;
  quit(): Promise<void>;
}

/** @param account of the instance; nobody else uses it */
export async function startOccupant(
  instance: TestInstance,
  server: TestServer,
  account: { readonly user: string; readonly password: string },
): Promise<Occupant> {
  const client: RawClient = await connectRaw({ port: instance.port, ...account });
  const sleeping = () =>
    server.query(
      "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = ? AND STATE = 'User sleep'",
      [account.user],
    );
  return {
    async during(id, step) {
      const asleep = client.query('SELECT SLEEP(1000)');
      const [thread] = await until('somebody sleeps', async () => {
        const rows = await sleeping();
        return rows.length > 0 && rows;
      });
      let over = false;
      const reply = step().finally(() => (over = true));
      const waits = (): boolean =>
        instance.status().sessions.some((session) => session.id === id && session.state === 'waiting');
      await until('it has its reply, or waits', () => over || waits());
      await server.query('KILL QUERY ?', [Number(thread?.id)]);
      await asleep;
      return await reply;
    },
    quit: () => client.quit(),
  };
}
