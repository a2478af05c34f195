// The floors of the design: who may import whom, which one file owns a foreign thing, and how long a file may be.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../src', import.meta.url));

/** Floor of each folder of src/; a lower one never imports a higher one. */
const floors: Readonly<Record<string, number>> = {
  errors: 0,
  wire: 1,
  sql: 1,
  config: 1,
  observe: 1,
  session: 2,
  proxy: 3,
  supervisor: 3,
  hub: 4,
  demo: 4,
  doctor: 4,
  programs: 5,
  cli: 5,
};

/** Packages that exactly one file imports, so that a change of theirs touches that file only. */
const owned = ['pm2', 'yaml', 'proper-lockfile', 'rotating-file-stream', 'pino', 'sql.js'];

const longest = 300;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

interface Source {
  /** Path below src/, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const sources: readonly Source[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(root, path), 'utf8') }))
  .map((source) => ({ ...source, imports: importsOf(source.text) }));

function importsOf(text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^;'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm);
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g);
  return [
    ...[...statements].map(([, type, specifier = '']) => ({ specifier, typeOnly: type !== undefined })),
    ...[...dynamic].map(([, specifier = '']) => ({ specifier, typeOnly: false })),
  ];
}

const partOf = (path: string): string => path.split('/')[0]?.replace(/\.ts$/, '') ?? '';

/** The file below src/ that a relative import names. */
function targetOf(source: Source, specifier: string): string {
  const target = resolve(root, dirname(source.path), specifier);
  return relative(root, target).replaceAll('\\', '/').replace(/\.js$/, '.ts');
}

const inner = sources.flatMap((source) =>
  source.imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map((each) => ({ from: source.path, to: targetOf(source, each.specifier), typeOnly: each.typeOnly })),
);

describe('the floors of src/', () => {
  it('are known for every folder', () => {
    const parts = new Set(sources.map(({ path }) => partOf(path)));
    expect([...parts].filter((part) => !(part in floors))).toEqual([]);
  });

  it('let no file import from a higher floor', () => {
    const upwards = inner.filter(({ from, to }) => (floors[partOf(to)] ?? 99) > (floors[partOf(from)] ?? -1));
    expect(upwards).toEqual([]);
  });

  it('let parts of the same floor import types of each other only', () => {
    const sideways = inner.filter(
      ({ from, to, typeOnly }) =>
        partOf(from) !== partOf(to) && floors[partOf(from)] === floors[partOf(to)] && !typeOnly,
    );
    expect(sideways).toEqual([]);
  });

  it('are imported by files that exist', () => {
    const paths = new Set(sources.map(({ path }) => path));
    expect(inner.filter(({ to }) => !paths.has(to))).toEqual([]);
  });

  it('have no cycle of imports but where the grammar has one: an expression may hold a query', () => {
    const grammar = ['demo/sql', 'demo/bind'];
    const edges = inner.filter(({ from, typeOnly }) => !typeOnly && !grammar.includes(dirname(from)));
    expect(cycles(edges)).toEqual([]);
  });

  it('keep src/wire free of sockets', () => {
    const sockets = ['node:net', 'node:tls', 'node:http', 'node:fs'];
    const reaching = sources
      .filter(({ path }) => partOf(path) === 'wire')
      .filter(({ imports }) => imports.some(({ specifier }) => sockets.includes(specifier)));
    expect(reaching.map(({ path }) => path)).toEqual([]);
  });
});

/** The rooms of src/proxy/, each of which may use those before it: what a client does is told to them by types only. */
const rooms = ['spool', 'command', 'backend', 'state', 'locks', 'queue', 'turn', 'client'];

describe('the rooms of src/proxy/', () => {
  const roomOf = (path: string): string => path.split('/')[1] ?? '';
  const within = inner.filter(({ from, to }) => partOf(from) === 'proxy' && partOf(to) === 'proxy');

  it('are known for every folder', () => {
    const folders = sources.filter(({ path }) => /^proxy\/.*\//.test(path)).map(({ path }) => roomOf(path));
    expect([...new Set(folders)].filter((room) => !rooms.includes(room))).toEqual([]);
  });

  it('use no room behind them', () => {
    const backwards = within.filter(
      ({ from, to, typeOnly }) =>
        !typeOnly && rooms.includes(roomOf(from)) && rooms.indexOf(roomOf(to)) > rooms.indexOf(roomOf(from)),
    );
    expect(backwards).toEqual([]);
  });
});

describe('foreign things', () => {
  it.each(owned)('%s is imported by one file at most', (name) => {
    const users = sources.filter(({ imports }) =>
      imports.some(({ specifier, typeOnly }) => !typeOnly && isOf(specifier, name)),
    );
    expect(users.map(({ path }) => path).slice(1)).toEqual([]);
  });

  it('pm2 is imported below src/supervisor only', () => {
    const users = sources.filter(({ imports }) => imports.some(({ specifier }) => isOf(specifier, 'pm2')));
    expect(users.filter(({ path }) => partOf(path) !== 'supervisor').map(({ path }) => path)).toEqual([]);
  });
});

describe('every file of src/', () => {
  it.each(sources.map(({ path, text }) => [path, text] as const))('%s opens with its purpose', (_, text) => {
    const [first] = text.replace(/^#!.*\n/, '').split('\n');
    expect(first).toMatch(/^\/\/ \S.{10,}/);
  });

  it(`is at most ${longest} lines long`, () => {
    const long = sources.filter(({ text }) => text.split('\n').length > longest);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});

function isOf(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

/** Files from which a walk along the imports comes back to where it began. */
function cycles(edges: readonly { readonly from: string; readonly to: string }[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const found: string[][] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const to of next.get(path) ?? []) walk(to, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  return found;
}
