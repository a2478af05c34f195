import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGoodbye, sayGoodbye } from '../../src/supervisor/goodbye.js';
import { loadFleet, rememberEnvironment } from '../../src/supervisor/load.js';
import { changedUsers, watchMap } from '../../src/supervisor/map-watch.js';
import { daemonRuns, preparePm2Home } from '../../src/supervisor/pm2-home.js';
import { clearStanding, readStanding, writeStanding } from '../../src/supervisor/standing.js';
import { lastErrorLine } from '../../src/supervisor/stderr.js';
import { settingsOf } from './fixtures.js';

let root: string;
const home = process.env.PM2_HOME;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cf-'));
  mkdirSync(join(root, 'config'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  delete process.env.CF_TEST_PASSWORD;
  if (home === undefined) delete process.env.PM2_HOME;
  else process.env.PM2_HOME = home;
});

function writeMap(users: string): void {
  const text = `version: 1\ndefaults:\n  backend: { host: 127.0.0.1 }\nusers:\n${users}\n`;
  writeFileSync(join(root, 'config', 'fleet.yaml'), text, { mode: 0o600 });
}

const user = (name: string, port: number, password = 'p'): string =>
  `  ${name}: { port: ${port}, backend: { user: ${name}, password: "${password}" } }`;

const passwordNow = (): string | undefined => loadFleet(root).users[0]?.backend.password;

describe('the variables that the map names', () => {
  beforeEach(() => writeMap(user('user1', 3307, '${CF_TEST_PASSWORD}')));

  it('are remembered for processes that do not have them, for their owner alone', async () => {
    expect(passwordNow).toThrow(/CF_TEST_PASSWORD/);
    process.env.CF_TEST_PASSWORD = 'from-the-shell';
    await rememberEnvironment(root);
    delete process.env.CF_TEST_PASSWORD;
    expect(passwordNow()).toBe('from-the-shell');
    const file = join(root, 'instances', '.supervisor', 'environment.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are taken from the environment first, then from .env, and from memory last', async () => {
    process.env.CF_TEST_PASSWORD = 'from-the-shell';
    await rememberEnvironment(root);
    delete process.env.CF_TEST_PASSWORD;
    writeFileSync(join(root, 'config', '.env'), 'CF_TEST_PASSWORD=from-the-file\n', { mode: 0o600 });
    expect(passwordNow()).toBe('from-the-file');
    process.env.CF_TEST_PASSWORD = 'from-the-shell-now';
    expect(passwordNow()).toBe('from-the-shell-now');
  });

  it('are forgotten when the map names them no more', async () => {
    process.env.CF_TEST_PASSWORD = 'from-the-shell';
    await rememberEnvironment(root);
    delete process.env.CF_TEST_PASSWORD;
    writeMap(user('user1', 3307));
    await rememberEnvironment(root);
    writeMap(user('user1', 3307, '${CF_TEST_PASSWORD}'));
    expect(passwordNow).toThrow(/CF_TEST_PASSWORD/);
  });
});

describe('the watch over the map', () => {
  it('names the users for whom it has changed, come or gone', () => {
    const before = { users: [settingsOf('a'), settingsOf('b'), settingsOf('c')] };
    const after = { users: [settingsOf('a'), settingsOf('b', { maxSessions: 1 }), settingsOf('d')] };
    expect(changedUsers(before, after).sort()).toEqual(['b', 'c', 'd']);
    expect(changedUsers(undefined, after)).toEqual([]);
  });

  it('keeps the last right map while the file is wrong, and says why', async () => {
    writeMap(user('user1', 3307));
    const watch = watchMap(root, () => undefined);
    expect(await watch.look(0)).toEqual([]);
    writeMap('  user1: { port: 99999 }');
    expect(await watch.look(1)).toEqual([]);
    expect(watch.error()).toContain('99999');
    expect(watch.map()?.users[0]?.port).toBe(3307);
    writeMap(`${user('user1', 3307)}\n${user('user2', 3308)}`);
    expect([await watch.look(2), watch.error()]).toEqual([['user2'], null]);
    watch.stop();
  });

  it('does not read again what nobody has touched', async () => {
    writeMap(user('user1', 3307));
    const watch = watchMap(root, () => undefined);
    await watch.look(0);
    expect(await watch.look(1)).toBeUndefined();
    expect(await watch.look(60_000)).toEqual([]);
    watch.stop();
  });
});

describe('what is left in the folder of an instance', () => {
  it('are none where the disk does not take them, and the process ends all the same', () => {
    const nowhere = join(root, 'nowhere');
    expect(() => sayGoodbye(nowhere, 'stopped', 'SIGTERM')).not.toThrow();
    expect(readGoodbye(nowhere)).toBeUndefined();
  });

  it('are its last words, by process', () => {
    expect(readGoodbye(root)).toBeUndefined();
    sayGoodbye(root, 'failed', 'the disk is full');
    expect(readGoodbye(root, process.pid)).toMatchObject({ ended: 'failed', reason: 'the disk is full' });
    expect(readGoodbye(root, process.pid + 1)).toBeUndefined();
    expect(statSync(join(root, 'goodbye.json')).mode & 0o777).toBe(0o600);
  });

  it('is its standing, until it is cleared', async () => {
    expect(readStanding(root)).toBeUndefined();
    await writeStanding(root, { kind: 'adopted', pid: 4711, since: 5 });
    expect(readStanding(root)).toEqual({ kind: 'adopted', pid: 4711, since: 5 });
    await clearStanding(root);
    await clearStanding(root);
    expect(readStanding(root)).toBeUndefined();
  });

  it('is the error that ended it before it could say so', () => {
    expect(lastErrorLine(root, 0)).toBeUndefined();
    const text =
      "node:internal\nError [ERR_MODULE_NOT_FOUND]: Cannot find module 'x'\n    at a\n\nNode.js v20\n";
    writeFileSync(join(root, 'stderr.log'), text);
    expect(lastErrorLine(root, 0)).toBe("Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'x'");
    expect(lastErrorLine(root, Date.now() + 60_000)).toBeUndefined();
  });
});

describe("PM2's folder", () => {
  it('is refused where its path is so long that PM2 would hang', () => {
    process.env.PM2_HOME = join(root, 'x'.repeat(110));
    expect(preparePm2Home).toThrow(/PM2_HOME is .* choose a shorter one/);
  });

  it('is made for its owner alone', () => {
    process.env.PM2_HOME = join(root, 'pm2');
    expect(statSync(preparePm2Home()).mode & 0o777).toBe(0o700);
  });

  // Who is root may write everywhere.
  it.skipIf(process.getuid?.() === 0)(
    'is named where it cannot be written, instead of where PM2 fails',
    () => {
      const home = mkdtempSync(join(tmpdir(), 'cf-'));
      chmodSync(home, 0o500);
      process.env.PM2_HOME = home;
      expect(preparePm2Home).toThrow(`${home} cannot be used: it may not be read or written by this account`);
    },
  );

  it('tells whether a daemon listens there, without starting one', async () => {
    process.env.PM2_HOME = root;
    expect(await daemonRuns()).toBe(false);
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(join(root, 'rpc.sock'), resolve));
    expect(await daemonRuns()).toBe(true);
    server.close();
  });
});
