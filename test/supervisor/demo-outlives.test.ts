// The demo backend without PM2: the supervisor brings it back, too.
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findHolder } from '../../src/supervisor/port-holder.js';
import { freePort } from '../support/network.js';
import { until } from '../support/until.js';
import { useFleet } from './live-fleet.js';

describe.runIf(process.platform === 'linux')('a demo backend that has outlived PM2', () => {
  const fleet = useFleet(['ann', 'bob']);

  it('is started again when it ends', async () => {
    const port = await freePort();
    const file = join(fleet().root, 'config', 'fleet.yaml');
    const events = async (): Promise<string> => (await fleet().run('events', '--json')).stdout;
    const map = [
      `version: 1\ndefaults: { backend: { demo: true, port: ${port} } }`,
      `users:\n  ann: { port: ${fleet().ports.ann}, backend: { user: ann, password: x } }\n`,
    ];
    writeFileSync(file, map.join('\n'), { mode: 0o600 });
    await fleet().run('up');
    // Whom the supervisor starts tells that it has looked around.
    appendFileSync(file, `  bob: { port: ${fleet().ports.bob}, backend: { user: bob, password: x } }\n`);
    await until('bob serves', async () => (await fleet().pids()).bob, 20_000);
    await fleet().killDaemon();
    await until('the supervisor has noticed', async () => (await events()).includes('"pm2-gone"'), 20_000);
    const before = await findHolder(port);
    process.kill(Number(before?.pid), 'SIGKILL');
    const after = await until('another has the port', () => findHolder(port), 20_000);
    expect([after.command, after.pid === before?.pid]).toEqual([
      expect.stringContaining('demo-backend'),
      false,
    ]);
    await until('ann is connected again', async () => (await fleet().row('ann')).state === 'ready', 30_000);
  }, 60_000);
});
