// `npm run soak -- [--minutes N] [--users N] [--seed N]`: a real fleet under random load and random faults. Linux only.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createViteServer } from 'vitest/node';

const root = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    users: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const numbers = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
if (Object.values(numbers).some((value) => !(value > 0))) {
  console.error('--minutes, --users and --seed are positive numbers');
  process.exit(2);
}

// Loads the TypeScript as the tests do, in this process, so that Ctrl-C reaches the soak and nothing else.
const loader = await createViteServer({
  root,
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { longSoak } = await loader.ssrLoadModule('/test/soak/main.ts');
  process.exitCode = await longSoak(numbers);
} finally {
  await loader.close();
}
