// Where PM2 lives on this machine, and whether its daemon is there, without loading PM2.
import { accessSync, constants, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { unusable } from '../config/files.js';
import { FleetError } from '../errors.js';

/** Of a socket's path: 108 bytes with the closing zero on Linux, 104 on macOS. */
const maxSocketPath = process.platform === 'darwin' ? 103 : 107;
const answersWithinMs = 500;

/** PM2_HOME, else PM2's own default, so that `pm2 list` shows the fleet. */
export function pm2Home(): string {
  const { PM2_HOME } = process.env;
  return PM2_HOME === undefined || PM2_HOME === '' ? join(homedir(), '.pm2') : resolve(PM2_HOME);
}

/**
 * Makes PM2's folder where it is missing, for its owner alone: its dumps and logs are 0644 inside.
 * Throws PM2_HOME_TOO_LONG, where PM2 itself would hang; FILE_UNUSABLE.
 */
export function preparePm2Home(): string {
  const home = pm2Home();
  const length = Buffer.byteLength(join(home, 'rpc.sock'));
  if (process.platform !== 'win32' && length > maxSocketPath) {
    throw new FleetError('PM2_HOME_TOO_LONG', { home, length, max: maxSocketPath });
  }
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    // PM2 itself would tell where in its own code it failed.
    accessSync(home, constants.W_OK);
  } catch (error) {
    throw unusable(home, error);
  }
  return home;
}

/** Whether PM2's daemon takes connections. Asking PM2 itself would start one. */
export function daemonRuns(home = pm2Home()): Promise<boolean> {
  const address = process.platform === 'win32' ? '\\\\.\\pipe\\rpc.sock' : join(home, 'rpc.sock');
  return new Promise((done) => {
    const socket = connect(address);
    const finish = (runs: boolean): void => {
      socket.destroy();
      done(runs);
    };
    socket.setTimeout(answersWithinMs, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
