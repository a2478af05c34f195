// `npm start`: from a bare checkout to a running fleet with sample data. Needs nothing but Node and npm; a second run is quick.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'dist', 'cli', 'main.js');
const sampleUsers = [
  ['user1', 3307],
  ['user2', 3308],
];

checkNode();
ensurePackages();
step(process.execPath, [join(root, 'scripts', 'build.js')]);
if (!existsSync(join(root, 'config', 'fleet.yaml'))) fleet('init');
const known = users();
if (known.length === 0)
  for (const [user, port] of sampleUsers) fleet('add', user, '--port', String(port), '--no-up');
fleet('up');
fleet('status');
tell(users());

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(
    `Chronos Fleet needs Node 20.19 or newer; this is ${process.versions.node} (${process.execPath}).`,
  );
  process.exit(1);
}

/** Installs the npm packages where one is missing or of another version than package-lock.json has. */
function ensurePackages() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  const missing = Object.entries(wanted).some(([path, { version, optional, devOptional, peer }]) => {
    if (path === '' || optional || devOptional || peer) return false;
    return installed[path]?.version !== version;
  });
  if (!missing) return;
  console.error('Installing npm packages');
  // The build follows by itself, so the prepare script need not run; no package that is used needs a script of its own.
  step('npm', ['ci', '--include=dev', '--ignore-scripts'], { shell: process.platform === 'win32' });
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** The users of the port map, with their ports. */
function users() {
  const { stdout, stderr } = spawnSync(process.execPath, [program, 'status', '--json', '--fleet', root], {
    cwd: root,
    encoding: 'utf8',
  });
  if (stdout.trim() !== '') return JSON.parse(stdout).instances.map(({ user, port }) => ({ user, port }));
  process.stderr.write(stderr);
  process.exit(1);
}

/** Runs a command of the product; where it fails it has said why. */
function fleet(...args) {
  console.error(`\n> chronos-fleet ${args.join(' ')}`);
  process.once('exit', remind);
  step(process.execPath, [program, ...args, '--fleet', root]);
  process.off('exit', remind);
}

function remind() {
  console.error('\nWhen that is put right, "npm start" goes on from here.');
}

function step(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function tell(all) {
  const [first] = all;
  if (first === undefined) return;
  console.log(`
The fleet is up. Try:
  mariadb -h 127.0.0.1 -P ${first.port} -e 'SELECT region, SUM(amount) FROM sales.sales GROUP BY region'
  npx chronos-fleet doctor ${first.user}
  npx chronos-fleet add user${all.length + 1} --port ${Math.max(...all.map(({ port }) => port)) + 1}
  npx chronos-fleet logs -f
Stop it:
  npx chronos-fleet down`);
}
