// A port map as a whole: what is right becomes settings, what is wrong is told with its place, all of it at once.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFleetMap } from '../../src/config/load.js';
import { check, fleetFolder, messages, places, settingsOf } from './fleet-folder.js';

const designMap = `version: 1
defaults:
  listen: 127.0.0.1            # 0.0.0.0 to serve other machines
  backend:
    host: db.internal
    port: 3306
    database: sales
    pool_size: 1
    pool_pre_ping: true
    pool_recycle: 3600
    max_queue_size: 50
    queue_timeout: 60
users:
  user1: { port: 3307, backend: { user: user1, password: "\${USER1_PASSWORD}" } }
  user2: { port: 3308, backend: { user: user2, password_file: secrets/user2 } }
`;
const minimal = (keys: string, more = ''): string =>
  `version: 1\ndefaults: { backend: { host: db, password: x } }\nusers:\n  u: { port: 3307${keys} }\n${more}`;

describe('a right port map', () => {
  it('becomes the settings of each user, secrets read and times in ms', () => {
    const checked = check(designMap, { 'secrets/user2': 'two\n' }, { USER1_PASSWORD: 'one' });
    expect(messages(checked)).toBe('');
    expect(settingsOf(checked, 'user1')).toMatchObject({
      user: 'user1',
      listen: '127.0.0.1',
      port: 3307,
      client: { user: 'user1', password: 'one' },
      backend: {
        host: 'db.internal',
        port: 3306,
        user: 'user1',
        password: 'one',
        database: 'sales',
        poolRecycleMs: 3_600_000,
      },
      pinTimeoutMs: 10_000,
      resultBufferBytes: 16 * 1024 * 1024,
      logQueries: 'off',
    });
    expect(settingsOf(checked, 'user2').backend.password).toBe('two');
  });

  it('is frozen to the last part', () => {
    const { map } = check(minimal(''));
    expect(Object.isFrozen(map?.users[0]?.backend.tls)).toBe(true);
  });

  it("lets a user's keys override the defaults one by one, also inside groups", () => {
    const map = `version: 1
defaults:
  pin_timeout: 5
  backend: { host: a, password: x, queue_timeout: 7, tls: { mode: verify } }
users:
  u: { port: 3307, backend: { host: b, tls: { mode: on } } }
  v: { port: 3308, pin_timeout: 0.5 }
`;
    const checked = check(map);
    expect(settingsOf(checked).backend).toMatchObject({
      host: 'b',
      queueTimeoutMs: 7000,
      tls: { mode: 'on' },
    });
    expect(settingsOf(checked).pinTimeoutMs).toBe(5000);
    expect(settingsOf(checked, 'v')).toMatchObject({
      pinTimeoutMs: 500,
      backend: { host: 'a', tls: { mode: 'verify' } },
    });
  });

  it('needs no users and no defaults', () => {
    expect(check('version: 1\nusers:\n').map?.users).toEqual([]);
  });

  it('takes the short forms of tls', () => {
    const files = { 'cert.pem': 'c', 'key.pem': 'k' };
    const map = `version: 1
defaults: { tls: { cert_file: cert.pem, key_file: key.pem, required: true }, backend: { host: a, password: x, tls: verify } }
users:
  u: { port: 3307 }
  v: { port: 3308, tls: off, backend: { tls: off } }
`;
    const checked = check(map, files);
    expect(settingsOf(checked).tls).toMatchObject({ required: true });
    expect(settingsOf(checked).tls?.certFile).toMatch(/config.cert\.pem$/);
    expect(settingsOf(checked).backend.tls.mode).toBe('verify');
    expect(settingsOf(checked, 'v').tls).toBeUndefined();
    expect(settingsOf(checked, 'v').backend.tls.mode).toBe('off');
  });
});

describe('who clients log in as', () => {
  it('is the account of the backend, unless client says otherwise', () => {
    expect(settingsOf(check(minimal(', backend: { user: b }'))).client).toEqual({ user: 'b', password: 'x' });
    const named = check(minimal(', client: { user: c, password: y }'));
    expect(settingsOf(named).client).toEqual({ user: 'c', password: 'y' });
    expect(settingsOf(check(minimal(', client: { password: y }'))).client).toEqual({
      user: 'u',
      password: 'y',
    });
  });

  it('must have a password of its own where it has a name of its own', () => {
    expect(messages(check(minimal(', client: { user: c }')))).toContain('no password beside it');
  });

  it('may have an empty password on loopback only', () => {
    const client = ', client: { user: c, password: "" }';
    expect(check(minimal(`${client}, listen: 127.0.0.2`)).errors).toEqual([]);
    expect(check(minimal(`${client}, listen: "::1"`)).errors).toEqual([]);
    expect(places(check(minimal(`${client}, listen: 0.0.0.0`)))).toEqual(['4:49 users.u.client.password']);
    expect(messages(check(minimal(', listen: 10.0.0.1, backend: { password: "" }')))).toContain(
      'no password',
    );
  });
});

describe('the demo backend', () => {
  const demo = (users: string, backend = 'demo: true'): string =>
    `version: 1\ndefaults: { backend: { ${backend} } }\nusers: ${users}\n`;

  it('is on this machine, on a port of its own', () => {
    const checked = check(demo('{ u: { port: 3307 } }'));
    expect(checked.map?.demo).toEqual({ port: 13_306 });
    expect(settingsOf(checked).backend).toMatchObject({ host: '127.0.0.1', port: 13_306, demo: true });
  });

  it('listens where defaults say', () => {
    expect(check(demo('{ u: { port: 3307 } }', 'demo: true, port: 4000')).map?.demo).toEqual({ port: 4000 });
  });

  it('is not for a user who names a host', () => {
    const { backend } = settingsOf(check(demo('{ u: { port: 3307, backend: { host: db, password: x } } }')));
    expect(backend).toMatchObject({ host: 'db', port: 3306 });
    expect(backend.demo).toBeUndefined();
  });

  it('contradicts a host beside it', () => {
    expect(messages(check(demo('{ u: { port: 3307 } }', 'demo: true, host: db')))).toContain('contradicts');
  });

  it("is not moved by one user's port", () => {
    expect(places(check(demo('{ u: { port: 3307, backend: { port: 4000 } } }')))).toEqual([
      '3:44 users.u.backend.port',
    ]);
  });
});

describe('a wrong port map', () => {
  it('is told whole, every mistake with its line and column', () => {
    const checked = check(`version: 1
defaults:
  max_sesions: 3
  backend: { hots: db }
users:
  user1: { port: 99999 }
  User2: { port: 3308, backend: { host: db, pool_recycle: soon } }
  nul: { backend: { host: db } }
extra: 1
`);
    expect(checked.map).toBeUndefined();
    expect(places(checked).sort()).toEqual(
      [
        '3:3 defaults.max_sesions',
        '4:14 defaults.backend.hots',
        '6:3 users.user1.backend.host',
        '6:18 users.user1.port',
        '7:3 users.User2',
        '7:59 users.User2.backend.pool_recycle',
        '8:3 users.nul',
        '8:3 users.nul.port',
        '9:1 extra',
      ].sort(),
    );
    expect(messages(checked)).toContain("unknown key (did you mean 'max_sessions'?)");
    expect(messages(checked)).toContain("did you mean 'host'?");
    expect(messages(checked)).toContain("'99999' is not possible; give a whole number from 1 to 65535");
  });

  it('tells a mistake in defaults once, however many users it reaches', () => {
    const map = `version: 1
defaults: { backend: { host: db, password_file: gone } }
users: { u: { port: 3307 }, v: { port: 3308 } }
`;
    expect(places(check(map))).toEqual(['2:49 defaults.backend.password_file']);
  });

  it('says where a key that stands in the wrong place belongs', () => {
    const checked = check(minimal(', queue_timeout: 5, backend: { pin_timeout: 5 }'));
    expect(messages(checked)).toContain('it stands in backend');
    expect(messages(checked)).toContain('not stand in backend, but beside it');
    expect(messages(check('version: 1\ndefaults: { port: 3307 }\nusers:\n'))).toContain(
      'stands only in a user',
    );
    expect(messages(check(minimal(', backend: { demo: true }')))).toContain('stands only in defaults');
  });

  it.each([
    ['', 'chronos-fleet init'],
    ['just text', 'chronos-fleet init'],
    ['users:\n', 'version: 1'],
    ['version: 2\nusers:\n', 'give 1'],
    ['version: 1\n', 'give users'],
    ['version: 1\nusers: [a, b]\n', 'one entry per user'],
    ['version: 1\nusers: { u: 5 }\n', 'give keys, such as port'],
    ['version: 1\nusers: { u: { port: } }\n', 'has no value'],
    ['version: 1\nusers: { u: { port: [1] } }\n', 'has no value'],
    ['version: 1\nusers: { u: { port: 1, backend: db } }\n', 'give { host, port'],
    ['version: 1\nusers: { u: { port: 1, tls: on } }\n', 'give off, or { cert_file'],
    ['version: 1\nusers: { u: { port: 1, port: 2 } }\n', 'unique'],
  ])('%j is refused with a hint', (map, hint) => {
    const checked = check(map);
    expect(checked.map).toBeUndefined();
    expect(messages(checked)).toContain(hint);
  });

  it('is thrown with all its mistakes by the loader, and not found is told apart', () => {
    const { root } = fleetFolder('version: 3\n');
    expect(() => loadFleetMap({ root })).toThrow(/fleet\.yaml:1:1 users[^]*fleet\.yaml:1:10 version/);
    expect(() => loadFleetMap({ root: join(root, 'gone') })).toThrow(/cannot be read: it does not exist/);
  });
});

describe('tls towards clients', () => {
  it('needs both files, and both must be there', () => {
    expect(messages(check(minimal(', tls: { cert_file: c.pem }'), { 'c.pem': 'x' }))).toContain(
      'both cert_file and key_file',
    );
    expect(messages(check(minimal(', tls: { required: true }')))).toContain('both cert_file and key_file');
    expect(
      messages(check(minimal(', tls: { cert_file: c.pem, key_file: k.pem }'), { 'c.pem': 'x' })),
    ).toContain('k.pem does not exist');
  });

  it('warns of a CA that nobody looks at', () => {
    const { warnings } = check(minimal(', backend: { tls: { mode: on, ca_file: ca.pem } }'), {
      'ca.pem': 'x',
    });
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('only with mode: verify'),
    ]);
  });
});
