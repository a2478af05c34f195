// `npm run fuzz`: the long run, with servers of its own.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/fuzz/long.run.ts'],
    disableConsoleIntercept: true,
    testTimeout: 0,
    hookTimeout: 60_000,
  },
});
