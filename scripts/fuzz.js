// `npm run fuzz -- [--minutes N] [--seed N] [--only framing|payloads|replies|lexer|live]`: the fuzzer for as long as one likes.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    /** For so long; the targets share it. 0: the first seed alone, as it is printed with a failure. */
    minutes: { type: 'string', default: '10' },
    /** The first seed. */
    seed: { type: 'string', default: '1' },
    /** One target, not all. */
    only: { type: 'string' },
  },
});

const env = { ...process.env };
for (const [name, value] of Object.entries(values)) env[`CHRONOS_FUZZ_${name.toUpperCase()}`] = value;
const run = (file, ...args) =>
  spawnSync(process.execPath, [file, ...args], { cwd: root, env, stdio: 'inherit' }).status ?? 1;
// The instance that is fuzzed is the built one.
process.exitCode =
  run('scripts/build.js') ||
  run('node_modules/vitest/vitest.mjs', 'run', '--config', 'test/fuzz/vitest.config.ts');
