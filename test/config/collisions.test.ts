// Listeners that cannot live together, and backends that are the fleet itself.
import { describe, expect, it } from 'vitest';
import { check, messages, places } from './fleet-folder.js';

interface Listener {
  readonly listen?: string;
  readonly port: number;
  readonly admin?: number;
}

function mapOf(a: Listener, b: Listener, backend = 'host: db, password: x'): string {
  const user = (name: string, { listen = '127.0.0.1', port, admin }: Listener): string =>
    `  ${name}: { listen: "${listen}", port: ${port}${admin === undefined ? '' : `, admin_port: ${admin}`} }\n`;
  return `version: 1\ndefaults: { backend: { ${backend} } }\nusers:\n${user('a', a)}${user('b', b)}`;
}

describe('ports of two users', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['127.0.0.1', '0.0.0.0'],
    ['::', '10.0.0.1'],
    ['0.0.0.0', '::1'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['127.0.0.1', '::ffff:127.0.0.1'],
  ])('collide on %s and %s', (first, second) => {
    const checked = check(
      mapOf({ listen: first, port: 3307 }, { listen: second, port: 3307 }, 'host: db, password: x'),
    );
    const taken = checked.errors.filter(({ message }) => message.includes('is also'));
    expect(taken).toHaveLength(1);
    expect(taken[0]).toMatchObject({ line: 5, path: 'users.b.port' });
    expect(taken[0]?.message).toContain('users.a.port (line 4');
  });

  it.each([
    ['127.0.0.1', '127.0.0.2'],
    ['10.0.0.1', '::1'],
  ])('can be the same on %s and %s', (first, second) => {
    expect(messages(check(mapOf({ listen: first, port: 3307 }, { listen: second, port: 3307 })))).toBe('');
  });

  it('collide with admin ports, and these with each other', () => {
    expect(places(check(mapOf({ port: 3307, admin: 4000 }, { port: 4000 })))).toHaveLength(1);
    expect(places(check(mapOf({ port: 3307, admin: 4000 }, { port: 3308, admin: 4000 })))).toHaveLength(1);
    expect(places(check(mapOf({ port: 3307, admin: 3307 }, { port: 3308 })))).toEqual([
      expect.stringContaining('admin_port'),
    ]);
  });

  it('collide with the demo backend', () => {
    expect(messages(check(mapOf({ port: 13_306 }, { port: 3308 }, 'demo: true')))).toContain(
      'defaults.backend.port',
    );
  });
});

describe('a backend that is a port of the fleet itself', () => {
  it.each(['127.0.0.1', 'localhost', '::1'])('is refused by the name %s', (host) => {
    const listen = host === '::1' ? '::1' : '127.0.0.1';
    const map = mapOf({ port: 3307, listen }, { port: 3308 }, `host: "${host}", port: 3307, password: x`);
    expect(messages(check(map))).toContain('is the port of user a in this map');
  });

  it('is not seen in another machine of the same port', () => {
    expect(messages(check(mapOf({ port: 3306 }, { port: 3308 }, 'host: 10.0.0.9, password: x')))).toBe('');
  });
});

describe('one account for two users', () => {
  it('is warned about, since one connection per account is all there is', () => {
    const { warnings } = check(mapOf({ port: 3307 }, { port: 3308 }, 'host: db, user: bi, password: x'));
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining("the same account as a ('bi')"),
    ]);
  });

  it('is one warning, however many they are', () => {
    const users = Array.from({ length: 9 }, (_, i) => `u${i}: { port: ${3307 + i} }`).join(', ');
    const { warnings } = check(
      `version: 1\ndefaults: { backend: { host: db, user: bi, password: x } }\nusers: { ${users} }\n`,
    );
    expect(warnings.map(({ path, message }) => [path, message])).toEqual([
      ['users.u1.backend.user', expect.stringContaining("as u0 ('bi'), and so do 7 more;")],
    ]);
  });

  it('is no matter on two backends', () => {
    const map = `version: 1
defaults: { backend: { user: bi, password: x } }
users: { a: { port: 1, backend: { host: one } }, b: { port: 2, backend: { host: two } } }
`;
    expect(check(map).warnings).toEqual([]);
  });
});
