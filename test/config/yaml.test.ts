// The tree that a YAML text becomes, with places; and texts that must not hurt.
import { describe, expect, it } from 'vitest';
import { parseYaml, yamlPair, yamlScalar } from '../../src/config/yaml.js';
import type { GroupNode } from '../../src/config/yaml.js';

function groupOf(text: string): GroupNode {
  const { node, problems } = parseYaml(text);
  expect(problems).toEqual([]);
  if (node.kind !== 'group') throw new Error('not a group');
  return node;
}

describe('parseYaml', () => {
  it('says where keys and values stand', () => {
    const [entry] = groupOf('# a comment\nport:  3307 # why\n').entries;
    expect(entry?.keyAt).toMatchObject({ line: 2, column: 1 });
    expect(entry?.value.at).toMatchObject({ line: 2, column: 8, start: 19, end: 23 });
  });

  it('keeps numbers as they were written', () => {
    const texts = groupOf('a: 0123\nb: 1e5\nc: true\nd: "5"\n').entries.map(({ value }) =>
      value.kind === 'scalar' ? value.text : '',
    );
    expect(texts).toEqual(['0123', '1e5', 'true', '5']);
  });

  it('follows an alias and says that the value stands elsewhere', () => {
    const [, entry] = groupOf('a: &x 5\nb: *x\n').entries;
    expect(entry?.value).toMatchObject({ kind: 'scalar', text: '5', aliased: true, at: { line: 2 } });
  });

  it('stops at aliases that unfold to gigabytes', () => {
    const levels = Array.from({ length: 20 }, (_, level) =>
      level === 0 ? 'a0: &a0 { x: 1 }' : `a${level}: &a${level} { p: *a${level - 1}, q: *a${level - 1} }`,
    );
    expect(parseYaml(levels.join('\n')).problems[0]?.message).toContain('aliases');
  });

  it('stops at an alias that holds itself', () => {
    expect(parseYaml('a: &a { b: *a }').problems).not.toEqual([]);
  });

  it.each([
    ['a: [1, 2', 'an open list'],
    ['a: 1\na: 2\n', 'a key twice'],
    ['a: b: c\n', 'two colons'],
    ['\ta: 1\n', 'a tab'],
    ['a: *gone\n', 'an alias without its anchor'],
    ['a: 1\n---\nb: 2\n', 'two documents'],
  ])('finds the mistake in %j: %s', (text) => {
    const [problem] = parseYaml(text).problems;
    expect(problem?.at.line).toBeGreaterThan(0);
  });

  it.each([
    'a: "hunter2',
    'password: hunter2\n  x: y',
    '? [hunter2',
    'a: hunter2: hunter2',
    '- hunter2\na: b',
    '%hunter2\n---\nb',
    'a: !hunter2 {',
  ])('tells the mistake in %j without quoting the text', (text) => {
    const { problems } = parseYaml(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('yamlPair and yamlScalar', () => {
  it.each(['', 'a b', '${NAME}', "it's", '# x', 'a: b', '{x', 'true', '3307', 'ä', '*x', ' y '])(
    'writes the text %j so that it is read as the same text, in both styles',
    (value) => {
      for (const text of [`k: ${yamlScalar(value, false)}`, `{ k: ${yamlScalar(value, true)} }`]) {
        const [entry] = groupOf(text).entries;
        expect(entry?.value).toMatchObject({ kind: 'scalar', text: value, isNull: false });
      }
    },
  );

  it('writes groups as lines or inside braces', () => {
    expect(yamlPair('a', { b: 1, c: { d: 'x' } }, false)).toBe('a:\n  b: 1\n  c:\n    d: x');
    expect(yamlPair('a', { b: 1, c: { d: 'x' } }, true)).toBe('a: { b: 1, c: { d: x } }');
  });
});
