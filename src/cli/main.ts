#!/usr/bin/env node
// The chronos-fleet command.
import { fleetActions } from './apply-change.js';
import { run } from './program.js';

/** `chronos-fleet logs | head` ends the reader first; that is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  cwd: process.cwd(),
  actions: fleetActions,
});
