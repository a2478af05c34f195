// A mariadbd of the tests' own: finding it, preparing its data folder, starting, stopping, killing and restarting it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createCertificates, type Certificates } from './certificates.js';
import { freePort } from './network.js';
import { findProgram } from './programs.js';

/** What the tests say when there is no server to test with. */
export const noServer =
  'No MariaDB server found: set CHRONOS_TEST_MARIADB=mysql://root:password@host:port, or install mariadbd ' +
  '(Debian: apt-get install mariadb-server-core; `npm test` does it when it runs as root on Debian)';

const nobody = 65534;

/** Settings that make a server small and quick to start; none of them changes what a client sees. */
const smallServer = [
  '--innodb-log-file-size=8M',
  '--innodb-buffer-pool-size=64M',
  '--innodb-data-file-path=ibdata1:4M:autoextend',
  '--innodb-doublewrite=0',
  '--innodb-flush-method=nosync',
  '--innodb-flush-log-at-trx-commit=0',
  '--loose-debug-no-sync',
];

export interface MariadbOptions {
  /** Every statement goes to mysql.general_log; off for measurements. Default true. */
  readonly generalLog?: boolean;
  /** More server options, e.g. `--max-allowed-packet=64M`. */
  readonly options?: readonly string[];
}

/** A running server process. Its root account has no password and is reached over 127.0.0.1 only. */
export interface MariadbProcess {
  readonly port: number;
  /** The certificates it shows; undefined where openssl is missing. */
  readonly certificates: Certificates | undefined;
  /** Ends it in order, as a restart of the machine would. */
  stop(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, after `stop` or `kill`. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  destroy(): Promise<void>;
}

/** Prepares a data folder and starts a server on a free port. Throws with what to install where there is none. */
export async function startMariadbProcess(options: MariadbOptions = {}): Promise<MariadbProcess> {
  const program = findProgram('mariadbd', 'mysqld');
  const installer = findProgram('mariadb-install-db', 'mysql_install_db');
  if (program === undefined || installer === undefined) throw new Error(noServer);
  const folder = mkdtempSync(join(tmpdir(), 'chronos-mariadb-'));
  const asRoot = process.getuid?.() === 0;
  if (asRoot) chownSync(folder, nobody, nobody);
  const user = asRoot ? ['--user=nobody'] : [];
  const data = join(folder, 'data');
  prepareData(installer, data, user);
  const certificates = createCertificates(folder);
  const port = await freePort();
  const args = serverArguments(folder, data, port, options, certificates).concat(user);
  return await superviseProcess(program, args, port, folder, certificates);
}

function prepareData(installer: string, data: string, user: readonly string[]): void {
  // Of its own: another account may have left files in the system's.
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    `--tmpdir=${dirname(data)}`,
    '--auth-root-authentication-method=normal',
  ];
  execFileSync(installer, [...args, '--skip-test-db', ...smallServer, ...user], { stdio: 'pipe' });
}

function serverArguments(
  folder: string,
  data: string,
  port: number,
  { generalLog = true, options = [] }: MariadbOptions,
  certificates: Certificates | undefined,
): readonly string[] {
  const tls =
    certificates === undefined
      ? []
      : [
          `--ssl-ca=${certificates.caFile}`,
          `--ssl-cert=${certificates.certFile}`,
          `--ssl-key=${certificates.keyFile}`,
        ];
  return [
    '--no-defaults',
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 'server.sock')}`,
    `--pid-file=${join(folder, 'server.pid')}`,
    `--tmpdir=${folder}`,
    '--skip-name-resolve',
    '--local-infile=1',
    '--max-connections=300',
    '--max-allowed-packet=64M',
    // As servers with replicas have it: it brings variables that only the server sets.
    '--server-id=1',
    `--log-bin=${join(data, 'binlog')}`,
    // Under MIXED a connection's temporary tables, whosesoever, decide how its statements are logged: docs/operations.md.
    '--binlog-format=ROW',
    // Estimates stay as they are while two runs are compared.
    '--innodb-stats-auto-recalc=0',
    '--log-output=TABLE',
    `--general-log=${generalLog ? 1 : 0}`,
    ...smallServer,
    ...tls,
    ...options,
  ];
}

async function superviseProcess(
  program: string,
  args: readonly string[],
  port: number,
  folder: string,
  certificates: Certificates | undefined,
): Promise<MariadbProcess> {
  let child = await spawnServer(program, args);
  const killWithUs = (): void => void endProcess(child, 'SIGKILL');
  process.once('exit', killWithUs);
  return {
    port,
    certificates,
    stop: () => endProcess(child, 'SIGTERM'),
    kill: () => endProcess(child, 'SIGKILL'),
    async start() {
      child = await spawnServer(program, args);
    },
    async destroy() {
      process.off('exit', killWithUs);
      await endProcess(child, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Servers that are to end: whoever else ends says why. */
const asked = new WeakSet<ChildProcess>();

/** Resolves when the server says that it takes connections; rejects with its own words when it ends before that. */
function spawnServer(program: string, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4000);
      if (log.includes('ready for connections')) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const lastWords = `${program} ended with code ${String(code ?? signal)}:\n${log}`;
      reject(new Error(lastWords));
      if (!asked.has(child)) console.error(lastWords);
    });
  });
}

function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  asked.add(child);
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
