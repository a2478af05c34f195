// chronos-fleet doctor on a fleet of which nothing runs: what it prints and how it ends.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Diagnosis } from '../../src/doctor/report.js';
import { freePort } from '../support/network.js';
import { runCli } from './run-cli.js';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chronos-doctor-'));
  vi.stubEnv('PM2_HOME', join(folder, 'pm2'));
  mkdirSync(join(folder, 'config'));
  const [backend, port] = [await freePort(), await freePort()];
  const map = `version: 1
defaults: { backend: { host: 127.0.0.1, port: ${backend} } }
users: { ada: { port: ${port}, backend: { user: ada, password: x } } }
`;
  writeFileSync(join(folder, 'config', 'fleet.yaml'), map, { mode: 0o600 });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('doctor', () => {
  it('says what to do for an instance that does not run, and exits with 1', async () => {
    const { code, stdout } = await runCli(['doctor', 'ada'], { cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAIL Instance and PM2 +stopped/);
    expect(stdout).toContain('do: chronos-fleet up ada');
    expect(stdout).toMatch(/FAIL Backend .*ECONNREFUSED/);
    expect(stdout).toMatch(/not well: Instance and PM2, Port, Backend, 1 Connect/);
  });

  it('prints JSON with its version', async () => {
    const { code, stdout } = await runCli(['doctor', '--json'], { cwd: folder });
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as { version: number; ok: boolean; users: Diagnosis[] };
    expect(report).toMatchObject({ version: 1, ok: false, users: [{ user: 'ada', ok: false }] });
    expect(report.users[0]?.checks.map(({ id }) => id)).toEqual([
      'instance',
      'port',
      'backend',
      'reach',
      'connect',
      'databases',
      'tables',
      'metadata',
      'custom-sql',
      'sessions',
      'cancel',
    ]);
  });

  it('suggests a user for a mistyped one', async () => {
    const { code, stderr } = await runCli(['doctor', 'adda'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('ada');
  });
});
