// `npm run differential`: the long run, with the server that all tests share.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/differential/long.run.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    disableConsoleIntercept: true,
    testTimeout: 0,
    hookTimeout: 60_000,
  },
});
