// `npm run differential -- [--seeds N] [--minutes N] [--seed N] ...`: the long run of the differential test.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    /** The first seed, and how many are tried at most. */
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '10' },
    /** Steps of a script. */
    length: { type: 'string', default: '60' },
    /** Stop after so many seeds that fail. */
    failures: { type: 'string', default: '10' },
    /** The instance is to believe that the server has no session tracking. */
    untracked: { type: 'boolean', default: false },
    /** The backend connection is lost now and then. */
    cuts: { type: 'boolean', default: false },
    /** How many backend connections the instance has. */
    pool: { type: 'string', default: '1' },
    /** Run a printed script instead of seeds. */
    script: { type: 'string' },
  },
});

const env = { ...process.env };
for (const [name, value] of Object.entries(values)) {
  env[`CHRONOS_DIFFERENTIAL_${name.toUpperCase()}`] = value === true ? '1' : value === false ? '0' : value;
}
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/differential/vitest.config.ts'],
  { cwd: root, env, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
