// Edits of a map's text: what changes, and that nothing else does.
import { describe, expect, it } from 'vitest';
import { mapTree } from '../../src/config/edit.js';
import { removePlain, setPlain } from '../../src/config/plain.js';
import { removeFromText, setInText } from '../../src/config/splice.js';
import type { Plain } from '../../src/config/yaml.js';

const map = `# who has which port
version: 1

defaults:
    listen: 127.0.0.1            # 0.0.0.0 to serve other machines
    backend:
        host: 'db.internal'      # the real one
        pool_size: 1

users:
    # Anna, finance
    anna: { port: 3307, backend: { user: anna, password: "\${ANNA}" } }   # since May

    bert:
        port: 3308
        backend:
            user: bert
            password_file: secrets/bert
        # that was all
`;

/** What a set must come to: \`before\` with the lines of \`changes\` in place of the lines that they name. */
function withLine(text: string, line: string, replacement: string): string {
  expect(text).toContain(line);
  return text.replace(line, replacement);
}

const set = (text: string, path: string, value: Plain): string => {
  const result = setInText(text, path.split('.'), value);
  if (typeof result !== 'string') throw new Error(result.refused);
  return result;
};
const remove = (text: string, path: string): string => {
  const result = removeFromText(text, path.split('.'));
  if (typeof result !== 'string') throw new Error(result.refused);
  return result;
};

describe('setInText', () => {
  it('replaces a value and leaves the comment behind it where it was', () => {
    const expected = withLine(
      map,
      "host: 'db.internal'      # the real one",
      'host: other      # the real one',
    );
    expect(set(map, 'defaults.backend.host', 'other')).toBe(expected);
  });

  it('adds a key as the last line of its group, indented as its neighbours', () => {
    const line = '            password_file: secrets/bert\n';
    expect(set(map, 'users.bert.backend.host', 'x')).toBe(
      withLine(map, line, `${line}            host: x\n`),
    );
  });

  it('adds a key inside braces', () => {
    const expected = withLine(map, '"${ANNA}" } }   # since', '"${ANNA}" }, max_sessions: 5 }   # since');
    expect(set(map, 'users.anna.max_sessions', 5)).toBe(expected);
  });

  it('makes the groups that are missing, in the steps of this map', () => {
    const line = '        pool_size: 1\n';
    const added = '        tls:\n            mode: verify\n';
    expect(set(map, 'defaults.backend.tls.mode', 'verify')).toBe(withLine(map, line, line + added));
  });

  it('adds a user behind the last one, in the style of that', () => {
    const entry = { port: 3309, backend: { user: 'carl' } };
    const expected = withLine(
      map,
      'password_file: secrets/bert\n',
      'password_file: secrets/bert\n    carl:\n        port: 3309\n        backend:\n            user: carl\n',
    );
    expect(set(map, 'users.carl', entry)).toBe(expected);
    const flow = 'users:\n  a: { port: 1 } # one\n';
    expect(set(flow, 'users.b', { port: 2, backend: { user: 'b' } })).toBe(
      `${flow}  b: { port: 2, backend: { user: b } }\n`,
    );
  });

  it.each([
    ['users:\n', 'users:\n  a:\n    port: 1\n'],
    ['users:', 'users:\n  a:\n    port: 1\n'],
    ['users: {}\n', 'users:\n  a:\n    port: 1\n'],
    ['users: # nobody yet\n', 'users: # nobody yet\n  a:\n    port: 1\n'],
    ['users: {} # nobody yet\n', 'users: # nobody yet\n  a:\n    port: 1\n'],
    ['', 'users:\n  a:\n    port: 1\n'],
    ['version: 1', 'version: 1\nusers:\n  a:\n    port: 1\n'],
    ['{ version: 1 }\n', '{ version: 1, users: { a: { port: 1 } } }\n'],
    ['{ users: {} }\n', '{ users: { a: { port: 1 } } }\n'],
    ['users:\r\n  b:\r\n    port: 2\r\n', 'users:\r\n  b:\r\n    port: 2\r\n  a:\r\n    port: 1\r\n'],
  ])('adds the first user to %j', (before, after) => {
    expect(set(before, 'users.a', { port: 1 })).toBe(after);
  });

  it('gives a key without a value its value', () => {
    expect(set('a:\n  port: # later\n', 'a.port', 5)).toBe('a:\n  port: 5 # later\n');
  });

  it('replaces a group by its short form and the other way round only where that is one value', () => {
    expect(set('b:\n  tls:\n    mode: on\n  c: 1\n', 'b.tls', 'verify')).toBe('b:\n  c: 1\n  tls: verify\n');
    expect(setInText('b:\n  tls: on\n', ['b', 'tls', 'ca_file'], 'x')).toEqual({
      refused: "b.tls is 'on' there, not a group of keys",
    });
  });

  it('keeps its hands off aliases, lists and texts that cannot be read', () => {
    expect(setInText('x: &x { a: 1 }\ny: *x\n', ['y', 'a'], 2)).toEqual({
      refused: expect.stringContaining('alias') as string,
    });
    expect(setInText('x: [1]\n', ['x', 'a'], 2)).toEqual({
      refused: expect.stringContaining('list') as string,
    });
    expect(setInText('x: {\n', ['x'], 2)).toHaveProperty('refused');
  });
});

describe('removeFromText', () => {
  it('takes out the lines of a key with the comments on them, and leaves those above', () => {
    expect(remove(map, 'users.anna')).toBe(
      withLine(
        map,
        '    anna: { port: 3307, backend: { user: anna, password: "${ANNA}" } }   # since May\n',
        '',
      ),
    );
  });

  it('takes out a key inside braces wherever it stands', () => {
    expect(remove('a: { x: 1, y: 2, z: 3 } # c\n', 'a.x')).toBe('a: { y: 2, z: 3 } # c\n');
    expect(remove('a: { x: 1, y: 2, z: 3 } # c\n', 'a.y')).toBe('a: { x: 1, z: 3 } # c\n');
    expect(remove('a: { x: 1, y: 2, z: 3 } # c\n', 'a.z')).toBe('a: { x: 1, y: 2 } # c\n');
    expect(mapTree(remove('a: { x: 1 }\n', 'a.x'))).toEqual({ a: null });
  });

  it('leaves what is not there', () => {
    expect(remove(map, 'users.carl')).toBe(map);
    expect(remove(map, 'users.anna.tls.required')).toBe(map);
  });

  it('takes out the last line of a file that does not end with a newline', () => {
    expect(remove('a: 1\nb: 2', 'b')).toBe('a: 1\n');
  });
});

describe('random edits', () => {
  /** A small generator (mulberry32), so that a failing seed can be run again. */
  function randomFrom(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
  }

  const names = ['a', 'b', 'port', 'backend', 'tls'];
  const values: readonly Plain[] = ['x', 5, true, '# no', '${A}', '', { b: 1, tls: { a: 'q' } }, "it's"];
  const starts = [
    map,
    'users: {}\n',
    '{ a: { b: 1, tls: { a: 2 } }, port: 3 }\n',
    'a: # c\n  b: 1 # d\n\n  # e\n  tls: { a: 2, # f\n    b: 3 }\nport: "x" # g',
    'a:\r\n   b:\r\n      port: 1\r\n# end\r\n',
  ];

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'come to what they say, or are refused (seed %i)',
    (seed) => {
      const random = randomFrom(seed);
      let text = starts[seed % starts.length] ?? '';
      for (let step = 0; step < 25; step++) {
        const path = Array.from({ length: 1 + random(3) }, () => names[random(names.length)] ?? 'a');
        const value = values[random(values.length)] ?? 'x';
        const removes = random(4) === 0;
        const next = removes ? removeFromText(text, path) : setInText(text, path, value);
        if (typeof next !== 'string') continue;
        const tree = mapTree(text);
        expect(mapTree(next), `${text}\n--- ${path.join('.')} ---\n${next}`).toEqual(
          removes ? removePlain(tree, path) : setPlain(tree, path, value),
        );
        text = next;
      }
    },
  );

  it('keep every comment that is not on a line of what they remove', () => {
    const comments = (text: string): string[] => text.match(/# .*/g) ?? [];
    let text = map;
    for (let i = 0; i < 30; i++) {
      text = set(text, `users.u${i}`, { port: 4000 + i });
      text = set(text, 'defaults.backend.pool_size', i);
    }
    for (let i = 0; i < 30; i++) text = remove(text, `users.u${i}`);
    text = set(text, 'defaults.backend.pool_size', 1);
    expect(comments(text)).toEqual(comments(map));
    expect(text).toBe(map);
  });
});
