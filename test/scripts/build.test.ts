// The build script on a small project of its own: when it builds, when it does not, what it leaves behind.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'chronos-build-'));
  for (const folder of ['scripts', 'src/cli']) mkdirSync(join(project, folder), { recursive: true });
  copyFileSync(join(checkout, 'scripts', 'build.js'), join(project, 'scripts', 'build.js'));
  const options = {
    target: 'ES2022',
    module: 'NodeNext',
    rootDir: 'src',
    outDir: 'dist',
    declaration: true,
    types: [],
  };
  write('package.json', '{ "type": "module" }');
  write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['src'] }));
  write('src/cli/main.ts', "import { word } from '../word.js';\nexport const text = word;\n");
  write('src/word.ts', "export const word = 'one';\n");
  symlinkSync(join(checkout, 'node_modules'), join(project, 'node_modules'));
});
afterEach(() => rmSync(project, { recursive: true }));

function write(file: string, text: string): void {
  writeFileSync(join(project, file), text);
}

function build(environment: NodeJS.ProcessEnv = {}): { status: number | null; said: string } {
  // These tests may themselves run below npm.
  const inherited = { ...process.env, npm_lifecycle_event: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, 'scripts', 'build.js')], {
    encoding: 'utf8',
    env: { ...inherited, ...environment },
  });
  return { status, said: stdout + stderr };
}

const built = (file: string) => join(project, 'dist', file);

describe('scripts/build.js', () => {
  it('builds, makes the command executable, and then leaves alone what is up to date', () => {
    expect(build().status).toBe(0);
    expect(readFileSync(built('word.js'), 'utf8')).toContain("'one'");
    expect(statSync(built('cli/main.js')).mode & 0o111).not.toBe(0);
    const long = new Date('2020-01-01');
    utimesSync(built('word.js'), long, long);
    expect(build().status).toBe(0);
    expect(statSync(built('word.js')).mtimeMs).toBe(long.getTime());
  });

  it('builds again what has changed, what was removed, and what is gone', () => {
    build();
    write('src/word.ts', "export const word = 'another';\n");
    expect(build().status).toBe(0);
    expect(readFileSync(built('word.js'), 'utf8')).toContain("'another'");

    write('src/cli/main.ts', "export const text = 'alone';\n");
    rmSync(join(project, 'src/word.ts'));
    expect(build().status).toBe(0);
    expect(existsSync(built('word.js')) || existsSync(built('word.d.ts'))).toBe(false);

    rmSync(join(project, 'dist'), { recursive: true });
    expect(build().status).toBe(0);
    expect(existsSync(built('cli/main.js'))).toBe(true);
  }, 120_000);

  it('fails on a mistake, and again as long as it is there', () => {
    write('src/word.ts', 'export const word: number = "text";\n');
    expect(build()).toMatchObject({ status: 2, said: expect.stringContaining('TS2322') as string });
    expect(build().status).toBe(2);
  });

  it('says what is missing without TypeScript, which does not fail an installation', () => {
    rmSync(join(project, 'node_modules'));
    expect(build()).toMatchObject({
      status: 1,
      said: expect.stringContaining('npm ci --include=dev') as string,
    });
    expect(build({ npm_lifecycle_event: 'prepare' }).status).toBe(0);
  });

  it('has nothing to do where only the built files were installed', () => {
    rmSync(join(project, 'src'), { recursive: true });
    rmSync(join(project, 'node_modules'));
    expect(build()).toEqual({ status: 0, said: '' });
  });
});
