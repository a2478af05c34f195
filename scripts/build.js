// Builds dist/ from src/ with TypeScript, where something has changed since the last build.
//
// npm runs it as `prepare` too: also where the tools of development are not installed, which must not fail the installation.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');
const target = join(root, 'dist');
const stamp = join(root, '.cache', 'build.json');
const buildInfo = join(root, '.cache', 'build.tsbuildinfo');
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const program = join(target, 'cli', 'main.js');

if (!existsSync(source)) process.exit(0);
const before = readStamp();
const now = traces();
const upToDate = existsSync(program) && JSON.stringify(before) === JSON.stringify(now);
if (!upToDate) build();

function build() {
  if (!existsSync(compiler)) {
    console.error(
      'Not built: TypeScript is not installed. Run "npm ci --include=dev", then "npm run build".',
    );
    process.exit(process.env.npm_lifecycle_event === 'prepare' ? 0 : 1);
  }
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(stamp, { force: true });
  // The compiler's memory of what it wrote is worth nothing where that is gone.
  if (!existsSync(program)) rmSync(buildInfo, { force: true });
  removeOrphans();
  const options = ['--incremental', '--tsBuildInfoFile', buildInfo];
  const { status, error } = spawnSync(process.execPath, [compiler, ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
  chmodSync(program, 0o755);
  // What changed while the compiler ran is built the next time.
  writeFileSync(stamp, JSON.stringify(now));
}

/** Removes what was built from sources that are no more: it could still be imported. */
function removeOrphans() {
  for (const file of filesIn(target)) {
    const name = relative(target, file).replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, '.ts');
    if (name.endsWith('.ts') && !existsSync(join(source, name))) rmSync(file);
  }
}

/** What a build depends on: each file with its size and time. */
function traces() {
  const files = [...filesIn(source), join(root, 'tsconfig.json'), join(root, 'package-lock.json')];
  const entries = files.filter(existsSync).map((file) => {
    const { size, mtimeMs } = statSync(file);
    return [relative(root, file).split(sep).join('/'), size, mtimeMs];
  });
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function readStamp() {
  return existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : undefined;
}
