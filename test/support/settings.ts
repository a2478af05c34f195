// The settings of an instance for tests: the design's defaults, an account of the test server, ports and folders of their own.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendSettings, InstanceSettings } from '../../src/config/types.js';
import type { Account } from './mariadb.js';
import { freePort } from './network.js';

/** What a test wants otherwise than the defaults. */
export type SettingsOverrides = Partial<Omit<InstanceSettings, 'backend'>> & {
  readonly backend?: Partial<BackendSettings>;
};

/** Settings for `account` behind the server at `port`, on a free port and in a new folder. */
export async function settingsFor(
  backend: { readonly host: string; readonly port: number },
  account: Pick<Account, 'user' | 'password'>,
  overrides: SettingsOverrides = {},
): Promise<InstanceSettings> {
  const folder = mkdtempSync(join(tmpdir(), 'chronos-instance-'));
  const { user, password } = account;
  return {
    user: 'tester',
    listen: '127.0.0.1',
    port: await freePort(),
    admin: join(folder, 'admin.sock'),
    folder,
    client: { user, password },
    ...usual,
    ...overrides,
    backend: {
      ...usualBackend,
      host: backend.host,
      port: backend.port,
      user,
      password,
      ...overrides.backend,
    },
  };
}

const MB = 1024 * 1024;

const usualBackend = {
  poolSize: 1,
  poolPrePing: true,
  poolRecycleMs: 3_600_000,
  maxQueueSize: 50,
  queueTimeoutMs: 60_000,
  tls: { mode: 'off' },
} as const;

const usual = {
  maxSessions: 100,
  loginTimeoutMs: 10_000,
  pinTimeoutMs: 10_000,
  queryTimeoutMs: 0,
  cancel: 'drain',
  resultBufferBytes: 16 * MB,
  spoolLimitBytes: 1024 * MB,
  stallTimeoutMs: 300_000,
  drainTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  readTimeoutMs: 10_000,
  keepaliveMs: 30_000,
  pipelineDepth: 1,
  logLevel: 'info',
  logQueries: 'off',
  slowQueryMs: 1_000,
  logRetentionDays: 30,
  logMaxSizeBytes: 100 * MB,
} as const;
