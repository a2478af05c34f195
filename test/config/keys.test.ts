// The table of keys against what documents it: the example and the JSON schema.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mapTree, readTree } from '../../src/config/edit.js';
import { groupPaths, keyPaths, keyRow, namesIn } from '../../src/config/keys.js';
import { convert } from '../../src/config/kinds.js';
import { check, messages } from './fleet-folder.js';
import { schemaOfKeys } from './schema-of-keys.js';

const read = (name: string): string => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');
const example = read('fleet.example.yaml');
const withDefault = keyPaths.filter((path) => keyRow(path).default !== undefined);

describe('the table of keys', () => {
  it.each(withDefault)('has a default for %s that it would accept', (path) => {
    const row = keyRow(path);
    expect(convert(row.kind, String(row.default))).toBeDefined();
  });

  it('knows the groups that keys stand in', () => {
    expect([...groupPaths].sort()).toEqual(['backend', 'backend.tls', 'client', 'tls']);
  });

  it('tells what may stand in a user and what in defaults', () => {
    expect(namesIn('', 'user')).toContain('port');
    expect(namesIn('', 'defaults')).not.toContain('port');
    expect(namesIn('backend', 'defaults')).toContain('demo');
    expect(namesIn('backend', 'user')).not.toContain('demo');
  });
});

describe('config/fleet.schema.json', () => {
  it('is what the table of keys comes to', () => {
    expect(JSON.parse(read('fleet.schema.json'))).toEqual(schemaOfKeys());
  });
});

describe('config/fleet.example.yaml', () => {
  const files = [
    'secrets/anna',
    'secrets/user2',
    'secrets/user3',
    'tls/cert.pem',
    'tls/key.pem',
    'tls/backend-ca.pem',
  ];
  const environment = { USER1_PASSWORD: 'one', ANNA_PASSWORD: 'two', REPORTS_PASSWORD: 'three' };

  it('is a right port map', () => {
    const checked = check(example, Object.fromEntries(files.map((name) => [name, 'x'])), environment);
    expect(messages(checked)).toBe('');
    expect(checked.map?.users.map(({ user }) => user)).toEqual(['user1', 'user2', 'user3']);
  });

  it.each(keyPaths)('names and explains %s', (path) => {
    const name = path.split('.').at(-1) ?? '';
    const line = example.split('\n').find((each) => new RegExp(`^[^#]*\\b${name}:|^ *# ${name}:`).test(each));
    expect(line).toBeDefined();
  });

  it.each(withDefault)('shows the built-in default of %s', (path) => {
    const inDefaults = readTree(mapTree(example), ['defaults', ...path.split('.')]);
    const shown = inDefaults ?? readTree(mapTree(example), ['users', 'user3', ...path.split('.')]);
    expect(shown).toBe(String(keyRow(path).default));
  });
});
