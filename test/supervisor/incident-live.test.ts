// Three users whose backend goes away: one incident in `status` and in `events`, and one end of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startDemoBackend } from '../../src/demo/backend.js';
import { freePort } from '../support/network.js';
import { until } from '../support/until.js';
import { useFleet } from './live-fleet.js';

const users = ['ann', 'bob', 'cyd'];

describe('a backend that goes away', () => {
  const fleet = useFleet(users);
  const accounts = Object.fromEntries(users.map((user) => [user, `secret-of-${user}`]));

  const events = async (...args: string[]): Promise<{ event: string; count?: number }[]> =>
    (await fleet().run('events', '--json', '-n', '1000', ...args)).stdout
      .split('\n')
      .flatMap((line) => (line === '' ? [] : (JSON.parse(line) as { event: string; count?: number })));
  const told = async (type: string): Promise<number[]> =>
    (await events()).flatMap(({ event, count }) => (event === type ? (count ?? 0) : []));
  const ready = async (): Promise<boolean> => (await fleet().status()).counts.ready === 3;

  it('is one incident for three users, and is told once', async () => {
    const port = await freePort();
    const map = join(fleet().root, 'config', 'fleet.yaml');
    writeFileSync(map, readFileSync(map, 'utf8').replace('port: 1 }', `port: ${port} }`));
    let backend = await startDemoBackend({ host: '127.0.0.1', port, accounts });
    await fleet().run('up');
    await until('all are connected', ready);
    await backend.close();
    const incidents = await until('all notice it', async () => {
      const found = (await fleet().status()).incidents;
      return found[0]?.users.length === 3 && found;
    });
    expect(incidents).toMatchObject([{ backend: `127.0.0.1:${port}`, fault: 'connection', users }]);
    const { stdout } = await fleet().run('status');
    expect(stdout).toMatch(/^backend 127\.0\.0\.1:\d+ [a-z ]+: 3 users, since \d\d:\d\d:\d\d, retrying\n/);
    expect(stdout.match(/waits for backend/g)).toHaveLength(3);
    await until('the supervisor has told of it', async () => (await told('incident-opened')).length > 0);
    backend = await startDemoBackend({ host: '127.0.0.1', port, accounts });
    await until(
      'the supervisor has told of its end',
      async () => (await told('incident-closed')).length > 0,
      30_000,
    );
    await until('all are connected again', ready, 30_000);
    expect(await told('incident-opened')).toHaveLength(1);
    expect(await told('incident-closed')).toEqual([3]);
    expect((await events()).some(({ event }) => event.startsWith('backend-'))).toBe(false);
    expect((await events('ann')).some(({ event }) => event === 'backend-lost')).toBe(true);
    await backend.close();
  }, 90_000);
});
