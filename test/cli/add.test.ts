// chronos-fleet add: a user, a port, a password that stays secret, and how to get in.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFleetMap } from '../../src/config/load.js';
import type { InstanceSettings } from '../../src/config/types.js';
import { FleetError } from '../../src/errors.js';
import { demoFleet, emptyFolder, runCli, terminalTyping } from './run-cli.js';

async function realFleet(): Promise<string> {
  const cwd = emptyFolder();
  await runCli(['init', '--host', 'db.internal', '--database', 'sales'], { cwd });
  return cwd;
}

function settingsIn(root: string, user: string): InstanceSettings {
  const found = loadFleetMap({ root }).users.find((settings) => settings.user === user);
  if (found === undefined) throw new Error(`${user} is not in the map`);
  return found;
}

const secretOf = (cwd: string, user: string): string =>
  readFileSync(join(cwd, 'config', 'secrets', user), 'utf8');

describe('add', () => {
  it('gives a demo user a port, an account nobody has to know, and a way in without a password', async () => {
    const cwd = await demoFleet();
    const { code, stdout, applied } = await runCli(['add', 'anna', '--port', '3399'], { cwd });
    expect(code).toBe(0);
    expect(applied).toEqual([['anna']]);
    expect(stdout).toContain('anna is started');
    expect(stdout).toContain('mariadb -h 127.0.0.1 -P 3399\n');
    const { client, backend } = settingsIn(cwd, 'anna');
    expect(client).toEqual({ user: userInfo().username, password: '' });
    expect(backend).toMatchObject({ user: 'anna', demo: true });
    expect(backend.password.length).toBeGreaterThan(20);
    expect(stdout).not.toContain(backend.password);
  });

  it('gives a demo user no open door where other machines can reach the port', async () => {
    const cwd = await demoFleet();
    await runCli(['set', 'defaults', 'listen=0.0.0.0'], { cwd });
    const { stdout } = await runCli(['add', 'anna', '--port', '3399'], { cwd });
    expect(settingsIn(cwd, 'anna').client.password.length).toBeGreaterThan(20);
    expect(stdout).toContain('mariadb -h 127.0.0.1 -P 3399 -u anna -p');
  });

  it('takes the password of a real account from standard input, and shows how to log in with it', async () => {
    const cwd = await realFleet();
    const argv = ['add', 'anna', '--port', '3399', '--backend-user', 'bi o', '--password-stdin'];
    const { stdout, stderr } = await runCli(argv, { cwd, stdin: 'hunter2 \n' });
    expect(settingsIn(cwd, 'anna').backend).toMatchObject({ user: 'bi o', password: 'hunter2 ' });
    expect(stdout).toContain("mariadb -h 127.0.0.1 -P 3399 -u 'bi o' -p\n");
    expect(stdout + stderr).not.toContain('hunter2');
    expect(readFileSync(join(cwd, 'config', 'fleet.yaml'), 'utf8')).not.toContain('hunter2');
  });

  it('takes it from a file, which it copies', async () => {
    const cwd = await realFleet();
    writeFileSync(join(cwd, 'pw'), 'from a file\n');
    await runCli(['add', 'anna', '--no-up', '--password-file', 'pw'], { cwd });
    expect(secretOf(cwd, 'anna')).toBe('from a file\n');
    expect(settingsIn(cwd, 'anna').backend.password).toBe('from a file');
  });

  it('asks for it at a terminal without showing it', async () => {
    const cwd = await realFleet();
    const ran = await runCli(['add', 'anna', '--no-up'], { cwd, stdin: terminalTyping('typed in\n') });
    expect(settingsIn(cwd, 'anna').backend.password).toBe('typed in');
    expect(ran.stderr).toContain("Password of the backend account of 'anna': ");
    expect(ran.stdout + ran.stderr).not.toContain('typed in');
  });

  it.each([
    ['neither terminal nor option', 'x', 'give it with --password-stdin'],
    ['a terminal that is closed', terminalTyping(''), 'give it with --password-stdin'],
    ['an empty answer', terminalTyping('\n'), 'give it with --password-stdin'],
  ])('without a password, by %s, changes nothing', async (_, stdin, message) => {
    const cwd = await realFleet();
    const { code, stderr } = await runCli(['add', 'anna'], { cwd, stdin });
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(loadFleetMap({ root: cwd }).users).toEqual([]);
  });

  it('needs no password where the defaults have one for all', async () => {
    const cwd = await realFleet();
    await runCli(['set', 'defaults', 'backend.password=${ALL}'], { cwd, environment: { ALL: 'x' } });
    const { code } = await runCli(['add', 'anna', '--no-up'], { cwd, environment: { ALL: 'x' } });
    expect(code).toBe(0);
    expect(readdirSync(join(cwd, 'config', 'secrets'))).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('keeps the password for its owner alone', async () => {
    const cwd = await demoFleet();
    await runCli(['add', 'anna', '--no-up'], { cwd });
    expect(statSync(join(cwd, 'config', 'secrets', 'anna')).mode & 0o777).toBe(0o600);
  });

  it('only writes the map with --no-up', async () => {
    const cwd = await demoFleet();
    const { stdout, applied } = await runCli(['add', 'anna', '--no-up'], { cwd });
    expect(applied).toEqual([]);
    expect(stdout).toContain('"chronos-fleet up" starts it');
  });

  it('prints the card as JSON', async () => {
    const cwd = await demoFleet();
    const { stdout } = await runCli(['add', 'anna', '--port', '3399', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      user: 'anna',
      host: '127.0.0.1',
      port: 3399,
      login: userInfo().username,
      needsPassword: false,
      database: 'sales',
      command: 'mariadb -h 127.0.0.1 -P 3399',
      started: true,
    });
  });

  it('keeps the user and says how to go on where the instance cannot be started', async () => {
    const cwd = await demoFleet();
    const apply = () => Promise.reject(new FleetError('FILE_UNUSABLE', { file: 'x', detail: 'why' }));
    const { code, stdout, stderr } = await runCli(['add', 'anna', '--port', '3399'], { cwd, apply });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      'anna is in the map and does not run; when the cause is gone: chronos-fleet up anna',
    );
    expect(settingsIn(cwd, 'anna').port).toBe(3399);
  });

  it('does not touch a user who is there, not even the secret', async () => {
    const cwd = await demoFleet();
    await runCli(['add', 'anna', '--port', '3399', '--no-up'], { cwd });
    const before = secretOf(cwd, 'anna');
    const { code, stderr } = await runCli(['add', 'anna', '--password-stdin'], { cwd, stdin: 'new' });
    expect(code).toBe(1);
    expect(stderr).toContain("User 'anna' exists already (port 3399)");
    expect(secretOf(cwd, 'anna')).toBe(before);
  });

  it('leaves no secret behind where the map would be wrong', async () => {
    const cwd = await demoFleet();
    await runCli(['add', 'anna', '--port', '3399', '--no-up'], { cwd });
    const { code, stderr } = await runCli(['add', 'bert', '--port', '3399'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('3399 is also users.anna.port');
    expect(existsSync(join(cwd, 'config', 'secrets', 'bert'))).toBe(false);
  });

  it.each([
    ['con', [], 1, 'reserved'],
    ['An', [], 1, "call it 'an'"],
    ['a', ['--port', '0'], 2, "--port '0' is not possible; give a whole number"],
    ['a', ['--password-stdin', '--password-file', 'x'], 2, 'either --password-file or --password-stdin'],
    ['a', ['--password-file', 'gone'], 1, 'gone cannot be used: it does not exist'],
    ['a', ['--password-stdin'], 2, 'the password is not possible'],
  ])('refuses %s %j', async (user, options, code, message) => {
    const ran = await runCli(['add', user, ...options], { cwd: await demoFleet() });
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(message);
  });
});

describe('the port that add chooses', () => {
  const portOf = async (cwd: string, user: string): Promise<number> => {
    const { stdout } = await runCli(['add', user, '--no-up', '--json'], { cwd });
    return (JSON.parse(stdout) as { port: number }).port;
  };

  it('is above the highest, and one that nothing on this machine listens on', async () => {
    const cwd = await demoFleet();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const taken = (server.address() as AddressInfo).port;
    await runCli(['add', 'first', '--port', String(taken - 1), '--no-up'], { cwd });
    const chosen = await portOf(cwd, 'second');
    expect(chosen).toBeGreaterThan(taken);
    expect(await portOf(cwd, 'third')).toBeGreaterThan(chosen);
    await new Promise((resolve) => server.close(resolve));
  });

  it('is neither an admin port nor the port of the demo backend', async () => {
    const cwd = await demoFleet();
    await runCli(['add', 'first', '--port', '13305', '--no-up'], { cwd });
    await runCli(['set', 'first', 'admin_port=13307'], { cwd });
    expect(await portOf(cwd, 'second')).toBeGreaterThan(13_307);
  });

  it('is asked for where none is left', async () => {
    const cwd = await demoFleet();
    await runCli(['add', 'last', '--port', '65535', '--no-up'], { cwd });
    const { code, stderr } = await runCli(['add', 'more', '--no-up'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('give one with --port');
  });
});
