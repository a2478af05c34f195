// Passwords: from the environment, from .env, from files; and what is wrong or unwise with them.
import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDotEnv, substitute } from '../../src/config/environment.js';
import { checkMap } from '../../src/config/load.js';
import { check, fleetFolder, messages, settingsOf } from './fleet-folder.js';

const withPassword = (keys: string): string =>
  `version: 1\ndefaults: { backend: { host: db } }\nusers: { u: { port: 3307, backend: { ${keys} } } }\n`;
const fromEnvironment = withPassword('password: "${SECRET}"');
const fromFile = withPassword('password_file: secrets/u');
const passwordIn = (map: string, files = {}, environment = {}): string =>
  settingsOf(check(map, files, environment)).backend.password;

describe('substitute', () => {
  it('fills in names and leaves $${ as the characters ${', () => {
    expect(substitute('a ${X}-${Y} $${Z} $5', { X: '1', Y: '' }).text).toBe('a 1- ${Z} $5');
  });

  it('names what is missing, and takes nothing but plain names', () => {
    expect(substitute('${X} ${a-b} ${', {}).missing).toEqual(['X', 'a-b', '']);
  });

  it('does not fill in what was filled in', () => {
    expect(substitute('${X}', { X: '${Y}', Y: 'no' }).text).toBe('${Y}');
  });
});

describe('a password from the environment', () => {
  it('is taken from the process, before .env', () => {
    expect(passwordIn(fromEnvironment, { '.env': 'SECRET=file\n' }, { SECRET: 'process' })).toBe('process');
  });

  it('is taken from .env beside the map, with quotes and comments', () => {
    expect(passwordIn(fromEnvironment, { '.env': '# mine\nOTHER=1\nSECRET="a #b"\n' })).toBe('a #b');
  });

  it('that nothing defines refuses the map, naming it', () => {
    expect(messages(check(fromEnvironment))).toBe(
      '${SECRET} is not defined, neither in the environment nor in .env beside the map',
    );
  });

  it('is never shown, not even where it cannot be a value', () => {
    const checked = check(withPassword('password: x, port: "${SECRET}"'), {}, { SECRET: 'hunter2' });
    expect(messages(checked)).toContain('what ${SECRET} stands for is not possible');
    expect(messages(checked)).not.toContain('hunter2');
  });

  it('without .env is no trouble, and an unreadable .env is told', () => {
    const { root, write } = fleetFolder(fromEnvironment);
    expect(readDotEnv(`${root}/config/.env`)).toEqual({});
    write('.env/file', 'x');
    expect(() => readDotEnv(`${root}/config/.env`)).toThrow(/it is a folder, not a file/);
  });
});

describe('a password from a file', () => {
  it.each(['p w\n', 'p w\r\n', 'p w'])('is the file %j without the newline at its end', (text) => {
    expect(passwordIn(fromFile, { 'secrets/u': text })).toBe('p w');
  });

  it.each([
    ['', 'is empty'],
    ['\n', 'is empty'],
    ['a\nb\n', 'more than one line'],
    ['x'.repeat(5000), 'too long'],
  ])('%j is refused: it %s', (text, why) => {
    expect(messages(check(fromFile, { 'secrets/u': text }))).toContain(why);
  });

  it('that is not there is refused with its full name', () => {
    expect(messages(check(fromFile))).toMatch(/^\/.*config\/secrets\/u does not exist$/);
  });

  it('cannot be given together with the password itself', () => {
    const map = withPassword('password: x, password_file: secrets/u');
    expect(messages(check(map, { 'secrets/u': 'y' }))).toContain('either password or password_file');
  });

  it("of a user goes before the defaults' password, and the other way round", () => {
    const defaults = (keys: string, user: string): string =>
      `version: 1\ndefaults: { backend: { host: db, ${keys} } }\nusers: { u: { port: 1, backend: { ${user} } } }\n`;
    expect(passwordIn(defaults('password: x', 'password_file: f'), { f: 'y' })).toBe('y');
    expect(passwordIn(defaults('password_file: f', 'password: x'), { f: 'y' })).toBe('x');
  });
});

describe.skipIf(process.platform === 'win32')('a password that others can read', () => {
  const warningsOf = (map: string, prepare: (folder: ReturnType<typeof fleetFolder>) => void): string[] => {
    const folder = fleetFolder(map, { 'secrets/u': 'x' });
    prepare(folder);
    return checkMap(map, { root: folder.root, environment: { SECRET: 'x' } }).warnings.map(
      ({ message }) => message,
    );
  };

  it('in the map is warned about', () => {
    const warnings = warningsOf(withPassword('password: x'), ({ mapFile }) => chmodSync(mapFile, 0o644));
    expect(warnings).toEqual([expect.stringContaining('chmod 600')]);
  });

  it('in a file is warned about', () => {
    const warnings = warningsOf(fromFile, ({ root }) => chmodSync(`${root}/config/secrets/u`, 0o640));
    expect(warnings).toEqual([expect.stringContaining('others can read')]);
  });

  it('in .env is warned about', () => {
    const warnings = warningsOf(fromEnvironment, ({ write }) => write('.env', 'A=1', 0o644));
    expect(warnings).toEqual([expect.stringMatching(/others can read .*\.env; chmod 600 it/)]);
  });

  it('is no matter where only the owner can read it, or where the map but names it', () => {
    expect(warningsOf(withPassword('password: x'), () => undefined)).toEqual([]);
    expect(warningsOf(fromFile, () => undefined)).toEqual([]);
    expect(warningsOf(fromEnvironment, ({ mapFile }) => chmodSync(mapFile, 0o644))).toEqual([]);
  });
});

describe('no password at all', () => {
  it('is taken as an account without one, with a warning', () => {
    const checked = check(withPassword('user: b'));
    expect(settingsOf(checked).backend.password).toBe('');
    expect(checked.warnings[0]?.message).toContain('an account without a password is assumed');
  });
});
