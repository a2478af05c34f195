// For those who run PM2 by hand: `pm2 start ecosystem.config.js` starts the fleet that `chronos-fleet up` would start.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// PM2 loads this file without waiting, and reading a fleet takes waiting: a program of its own does it.
const program = fileURLToPath(new URL('dist/programs/ecosystem.js', import.meta.url));
const printed = execFileSync(process.execPath, [program], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});

/** The fleet around the folder that PM2 is called in, or the one in CHRONOS_FLEET_ROOT. */
export const apps = JSON.parse(printed);
