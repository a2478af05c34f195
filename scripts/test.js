// `npm test`: installs what is missing (npm packages, MariaDB), builds, runs the tests, and closes with one line of counts.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = join(root, '.cache', 'test-report.json');

ensureNpmPackages();
run(process.execPath, ['scripts/build.js']);
ensureMariadb();
process.exitCode = runTests(process.argv.slice(2));

/** Installs the npm packages where they are missing, the tools of development included. */
function ensureNpmPackages() {
  if (existsSync(join(root, 'node_modules', 'vitest', 'package.json'))) return;
  console.error('Installing npm packages');
  // Not the prepare script: the build follows.
  run('npm', ['ci', '--include=dev', '--ignore-scripts'], { shell: process.platform === 'win32' });
}

/** A server to test with: the given one, an installed one, or Debian's where that can be installed. */
function ensureMariadb() {
  if (process.env.CHRONOS_TEST_MARIADB || hasProgram('mariadbd') || hasProgram('mysqld')) return;
  if (process.getuid?.() === 0 && hasProgram('apt-get')) {
    console.error('Installing mariadb-server-core');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], { env });
    const packages = ['mariadb-server-core', 'mariadb-client-core'];
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
    return;
  }
  console.error(
    'The tests need a MariaDB server. Install mariadbd (Debian: apt-get install mariadb-server-core),\n' +
      'or name a server of your own: CHRONOS_TEST_MARIADB=mysql://root:password@host:port npm test',
  );
  process.exit(1);
}

/** Runs vitest with the arguments; returns its exit code, and fails a run that left no report. */
function runTests(args) {
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (!existsSync(report)) return status || 1;
  const { passed, failed, skipped } = count(JSON.parse(readFileSync(report, 'utf8')));
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return status ?? 1;
}

/** Counts of a report; a test file that could not even be loaded counts as one failure. */
function count({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
  };
}

function hasProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a step in the root folder and ends with its exit code when it fails. */
function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(`${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
