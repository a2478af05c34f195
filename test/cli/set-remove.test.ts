// chronos-fleet set and remove: the map changes as told, and those who run and are concerned are brought in line.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FleetActions } from '../../src/cli/apply-change.js';
import { writeInstanceSettings } from '../../src/config/hand-over.js';
import { loadFleetMap } from '../../src/config/load.js';
import { FleetError } from '../../src/errors.js';
import { demoFleet, runCli } from './run-cli.js';

let cwd = '';
const mapFile = (): string => join(cwd, 'config', 'fleet.yaml');
const mapText = (): string => readFileSync(mapFile(), 'utf8');

beforeEach(async () => {
  cwd = await demoFleet();
  await runCli(['add', 'anna', '--port', '3307', '--no-up'], { cwd });
  await runCli(['add', 'bert', '--port', '3308', '--no-up'], { cwd });
});

describe('set', () => {
  it('changes keys of a user, by name or port, and applies them to that user only', async () => {
    const running = ['anna', 'bert'];
    const argv = ['set', ':3308', 'pin_timeout=0.5', 'backend.tls.mode=on', 'log_queries=slow', 'tls=off'];
    const { code, stdout, applied } = await runCli(argv, { cwd, running });
    expect(code).toBe(0);
    expect(stdout).toContain('bert: pin_timeout is 0.5\n');
    expect(applied).toEqual([['bert']]);
    const [anna, bert] = loadFleetMap({ root: cwd }).users;
    expect(bert).toMatchObject({ pinTimeoutMs: 500, logQueries: 'slow', backend: { tls: { mode: 'on' } } });
    expect(anna?.pinTimeoutMs).toBe(10_000);
    expect(mapText()).toContain('pin_timeout: 0.5\n');
  });

  it('changes the defaults, for all who run', async () => {
    const { applied } = await runCli(['set', 'defaults', 'max_sessions=7'], { cwd, running: ['bert'] });
    expect(applied).toEqual([['bert']]);
    expect(loadFleetMap({ root: cwd }).users.map(({ maxSessions }) => maxSessions)).toEqual([7, 7]);
  });

  it('starts nobody, and says so', async () => {
    const { applied, stderr } = await runCli(['set', 'anna', 'max_sessions=7'], { cwd });
    expect(applied).toEqual([]);
    expect(stderr).toContain('anna does not run; start: chronos-fleet up anna');
  });

  it.each([
    ['set', 'anna', 'max_sessions=7'],
    ['remove', 'anna'],
    ['add', 'carl'],
  ])('names the mistake in a map that is no YAML, and changes nothing: %s', async (...argv) => {
    const broken = mapText().replace('users:', 'users: [');
    writeFileSync(mapFile(), broken);
    const { code, stderr } = await runCli(argv, { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/The port map is refused.*\n {2}config\/fleet\.yaml:\d+:\d+ .*not closed\n$/);
    expect(mapText()).toBe(broken);
  });

  it('removes a key, and a whole group', async () => {
    await runCli(['set', 'anna', 'max_sessions=7', 'backend.tls.mode=on'], { cwd });
    await runCli(['set', 'anna', 'max_sessions=', 'backend.tls='], { cwd });
    expect(mapText()).not.toMatch(/max_sessions|mode/);
  });

  it('goes from the demo backend to a real one in one step', async () => {
    const { code } = await runCli(['set', 'defaults', 'backend.demo=', 'backend.host=db.internal'], { cwd });
    expect(code).toBe(0);
    expect(loadFleetMap({ root: cwd }).users[0]?.backend).toMatchObject({ host: 'db.internal', port: 3306 });
    expect(mapText()).toContain('pool_size: 1 # the backend takes one connection per account');
  });

  it('says that a key was not there to be removed', async () => {
    const { stdout } = await runCli(['set', 'anna', 'stall_timeout='], { cwd });
    expect(stdout).toContain('anna: stall_timeout was not set there');
  });

  it('changes nothing where one of several values is wrong', async () => {
    const before = mapText();
    const { code, stderr, applied } = await runCli(['set', 'anna', 'max_sessions=5', 'port=3308'], {
      cwd,
      running: ['anna'],
    });
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was changed');
    expect(stderr).toContain('3308 is also users.anna.port');
    expect(mapText()).toBe(before);
    expect(applied).toEqual([]);
  });

  it.each([
    [['anna', 'max_sesions=5'], 1, "did you mean 'max_sessions'?"],
    [['ana', 'max_sessions=5'], 1, "did you mean 'anna'?"],
    [['anna', 'max_sessions'], 2, "'max_sessions' is not key=value"],
    [['anna', '=5'], 2, "'=5' is not key=value"],
    [['anna', 'backend=db'], 1, "No key 'backend'"],
    [['anna', 'backend.demo=true'], 1, 'stands only in defaults'],
  ])('refuses %j', async (argv, code, message) => {
    const ran = await runCli(['set', ...argv], { cwd });
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(message);
  });

  it('takes no password from the command line, but the name of a variable', async () => {
    const { code, stderr } = await runCli(['set', 'anna', 'client.password=hunter2'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('client.password_file=<file>');
    expect(stderr).not.toContain('hunter2');
    const named = await runCli(['set', 'anna', 'client.password=${PW}'], { cwd, environment: { PW: 'x' } });
    expect(named.code).toBe(0);
    expect(mapText()).toContain('password: ${PW}');
  });

  it('takes a new password as `add` does, and keeps it out of the map', async () => {
    await runCli(['set', 'anna', 'backend.password_file=', 'backend.password=${PW}'], {
      ...{ cwd, environment: { PW: 'x' } },
    });
    const argv = ['set', 'anna', '--password-stdin'];
    const { code, stdout, stderr, applied } = await runCli(argv, {
      cwd,
      stdin: 'new-one\n',
      running: ['anna'],
    });
    expect([code, stdout]).toEqual([0, 'anna: the password is changed\n']);
    expect(applied).toEqual([['anna']]);
    expect(loadFleetMap({ root: cwd }).users[0]?.backend.password).toBe('new-one');
    expect(mapText() + stdout + stderr).not.toContain('new-one');
  });

  it('leaves the old password where the change is refused', async () => {
    await runCli(['set', 'anna', '--password-stdin'], { cwd, stdin: 'old-one' });
    const { code } = await runCli(['set', 'anna', 'port=3308', '--password-stdin'], {
      cwd,
      stdin: 'new-one',
    });
    expect(code).toBe(1);
    expect(loadFleetMap({ root: cwd }).users[0]?.backend.password).toBe('old-one');
  });

  it.each([
    [['anna'], 'give key=value, or a password'],
    [['defaults', '--password-stdin'], 'a password belongs to a user'],
  ])('does not take %j for a change', async (argv, message) => {
    const { code, stderr } = await runCli(['set', ...argv], { cwd, stdin: 'secret' });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('puts right a map that is wrong, and applies it to who was ever started', async () => {
    const [anna] = loadFleetMap({ root: cwd }).users;
    if (anna === undefined) throw new Error('no anna');
    await writeInstanceSettings(cwd, anna);
    writeFileSync(mapFile(), mapText().replace('port: 3307', 'port: 99999'));
    const plan = () => Promise.reject(new FleetError('MAP_INVALID', { problems: '' }));
    const { code, applied } = await runCli(['set', 'anna', 'port=3309'], { cwd, plan });
    expect(code).toBe(0);
    expect(applied).toEqual([['anna']]);
  });

  it('tells whom it could not bring in line, and ends with 1', async () => {
    const error = new FleetError('FILE_UNUSABLE', { file: 'x', detail: 'why' });
    const outcomes = [{ user: 'anna', step: 'replace', why: '', error } as const];
    const apply: FleetActions['apply'] = (_, { onProgress }) => {
      onProgress?.('anna: x cannot be used: why');
      return Promise.resolve({ outcomes, troubles: [], warnings: [] });
    };
    const { code, stderr } = await runCli(['set', 'anna', 'max_sessions=5'], {
      cwd,
      running: ['anna'],
      apply,
    });
    expect(code).toBe(1);
    // Once.
    expect(stderr.match(/anna: x cannot be used: why/g)).toHaveLength(1);
  });

  it('says as JSON what it set', async () => {
    const { stdout } = await runCli(['set', 'defaults', 'cancel=reconnect', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      target: 'defaults',
      set: [{ key: 'cancel', value: 'reconnect' }],
    });
  });
});

describe('remove', () => {
  const secret = (user: string): string => join(cwd, 'config', 'secrets', user);

  it('takes the user out of the map and ends what runs, secrets included, the log left', async () => {
    const [anna] = loadFleetMap({ root: cwd }).users;
    if (anna === undefined) throw new Error('no anna');
    await writeInstanceSettings(cwd, anna);
    writeFileSync(join(anna.folder, 'proxy.log'), '');
    const { code, stdout, applied } = await runCli(['remove', '3307'], { cwd, running: ['anna', 'bert'] });
    expect(code).toBe(0);
    expect(stdout).toContain('anna is removed');
    expect(applied).toEqual([['anna']]);
    expect(loadFleetMap({ root: cwd }).users.map(({ user }) => user)).toEqual(['bert']);
    expect(existsSync(secret('anna'))).toBe(false);
    expect(existsSync(join(anna.folder, 'settings.json'))).toBe(false);
    expect(existsSync(join(anna.folder, 'proxy.log'))).toBe(true);
    expect(existsSync(secret('bert'))).toBe(true);
  });

  it('needs nothing to run', async () => {
    expect((await runCli(['remove', 'anna'], { cwd })).applied).toEqual([]);
  });

  it('keeps a secret that another user refers to', async () => {
    await runCli(['set', 'bert', 'backend.password_file=secrets/anna'], { cwd });
    await runCli(['remove', 'anna'], { cwd });
    expect(existsSync(secret('anna'))).toBe(true);
  });

  it('keeps what is needed to find an instance that could not be ended', async () => {
    const [anna] = loadFleetMap({ root: cwd }).users;
    if (anna === undefined) throw new Error('no anna');
    await writeInstanceSettings(cwd, anna);
    const error = new FleetError('FILE_UNUSABLE', { file: 'x', detail: 'why' });
    const outcomes = [{ user: 'anna', step: 'orphan', why: '', error } as const];
    const apply = () => Promise.resolve({ outcomes, troubles: [], warnings: [] });
    const { code } = await runCli(['remove', 'anna'], { cwd, running: ['anna'], apply });
    expect(code).toBe(1);
    expect(existsSync(join(anna.folder, 'settings.json'))).toBe(true);
  });

  it('leaves a map that allows the next add', async () => {
    await runCli(['remove', 'anna'], { cwd });
    await runCli(['remove', 'bert'], { cwd });
    expect((await runCli(['add', 'carl', '--port', '3310', '--no-up'], { cwd })).code).toBe(0);
    expect(loadFleetMap({ root: cwd }).users.map(({ user }) => user)).toEqual(['carl']);
  });

  it('knows nobody of another name', async () => {
    mkdirSync(join(cwd, 'instances', 'carl'), { recursive: true });
    const { code, stderr } = await runCli(['remove', 'carl'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("No user 'carl' in config/fleet.yaml; the users are: anna, bert");
  });
});
