// Prints the fleet's apps for ecosystem.config.js, which PM2 loads without waiting for anything.
import { findRoot } from '../config/root.js';
import { FleetError } from '../errors.js';
import { prepareApps } from '../supervisor/ecosystem.js';

try {
  const root = findRoot(undefined, process.env, process.cwd());
  process.stdout.write(JSON.stringify(await prepareApps(root)));
} catch (error) {
  if (!(error instanceof FleetError)) throw error;
  process.stderr.write(`chronos-fleet: ${error.message}\n`);
  process.exitCode = 1;
}
