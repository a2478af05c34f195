// SHOW PROCESSLIST through the port: who is there, what each does, and why it waits.
import { expect, it } from 'vitest';
import { closedGate } from '../support/gate.js';
import { useInstances } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();

it('tells the sessions of the instance, also while the backend is busy', async () => {
  const account = await server.createAccount({ maxUserConnections: 1 });
  const gate = await closedGate(server, account);
  const instance = await instances.start(server, account);
  const [one, two, three] = await Promise.all(
    [1, 2, 3].map(() => instance.login({ schema: account.schema })),
  );
  if (one === undefined || two === undefined || three === undefined) throw new Error('three sessions');
  const running = one.query(gate.read);
  await gate.blocked(1);
  const waiting = two.rows('SELECT 2');
  await until('one waits', () => instance.status().queue.waiting === 1);
  const rows = await three.rows('SHOW FULL PROCESSLIST');
  const byState = new Map(rows.map((row) => [row[6]?.split(':', 1)[0], row]));
  expect(rows).toHaveLength(3);
  expect(byState.get('waiting')?.[6]).toMatch(/place 1; session \d+ has been running/);
  expect(byState.get('waiting')?.[7]).toBe('SELECT ?');
  expect(byState.get('running')).toBeDefined();
  expect(rows.every((row) => row[3] === account.schema && row[1] === account.user)).toBe(true);
  await gate.open();
  await running;
  expect(await waiting).toEqual([['2']]);
});
