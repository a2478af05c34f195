// Faults of the instance itself: they end the session in whose command they come up, and nobody else notices.
import { rmSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { createEvents, type InstanceEvent } from '../../src/observe/events.js';
import { createInstance } from '../../src/proxy/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { connectRaw } from '../support/raw-client.js';
import { settingsFor } from '../support/settings.js';

const server = useMariadb();

it('a fault while a command is looked at is told to its session, which ends', async () => {
  const account = await server.createAccount();
  const settings = await settingsFor(server, account);
  const bus = createEvents();
  const events: InstanceEvent[] = [];
  bus.subscribe((event) => {
    events.push(event);
    if (event.type === 'command-refused') throw new Error('a fault of ours');
  });
  const instance = createInstance(settings, { revision: 'test', events: bus });
  onTestFinished(async () => {
    await instance.destroy();
    rmSync(settings.folder, { recursive: true, force: true });
  });
  await instance.listen();
  await instance.serve();
  const [one, two] = [
    await connectRaw({ ...account, port: settings.port }),
    await connectRaw({ ...account, port: settings.port }),
  ];
  expect(await one.failure('KILL QUERY 4294967295')).toMatchObject({ errno: 1105 });
  await one.packets.closed;
  expect(await two.rows('SELECT 2')).toEqual([['2']]);
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'internal-error',
      where: 'serving a command',
      message: 'a fault of ours',
    }),
  );
});
