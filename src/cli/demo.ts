// chronos-fleet demo: the backend with sample data in the foreground, or the problem and its solution shown.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { loadFleetMap } from '../config/load.js';
import type { InstanceSettings } from '../config/types.js';
import { FleetError } from '../errors.js';
import type { Context } from './context.js';

interface DemoOptions {
  readonly showProblem?: true;
  readonly port?: string;
}

const host = '127.0.0.1';
/** Sample data on loopback: their passwords are empty. */
const accounts = { demo1: '', demo2: '' };
const notSoExit = 1;

export function register(program: Command, context: Context): void {
  program
    .command('demo')
    .description('run a backend with sample data that takes one connection per account; Ctrl-C ends it')
    .option('--port <port>', 'port to listen on (default: any free one)')
    .option(
      '--show-problem',
      'show how two clients fare at such a backend, directly and through a port; then end',
    )
    .action((options: DemoOptions) => (options.showProblem ? showProblem(context) : serve(options, context)));
}

async function serve(options: DemoOptions, context: Context): Promise<void> {
  const { startDemoBackend } = await import('../demo/backend.js');
  const wanted = portOf(options);
  const backend = await startDemoBackend({ host, port: wanted, accounts }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const detail = `--port ${wanted} is in use; leave it out for a free one`;
    throw new FleetError('USAGE', { detail }, { cause: error });
  });
  const { port } = backend;
  if (context.json()) context.printJson({ host, port, accounts: Object.keys(accounts), schema: 'sales' });
  else {
    context.print(`The demo backend listens on ${host}:${port} until Ctrl-C. Accounts, without a password:`);
    for (const account of Object.keys(accounts))
      context.print(`  mariadb -h ${host} -P ${port} -u ${account} sales`);
    context.print(
      'A second connection of an account ends the first: try it, or see "chronos-fleet demo --show-problem".',
    );
  }
  await signalled();
  await backend.close();
}

function portOf({ port }: DemoOptions): number {
  if (port === undefined) return 0;
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) return Number(port);
  throw new FleetError('USAGE', {
    detail: `--port '${port}' is not possible; give a number from 1 to 65535`,
  });
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

async function showProblem(context: Context): Promise<void> {
  const [{ showProblem: show }, { connect }] = await Promise.all([
    import('../demo/show-problem.js'),
    import('../doctor/client.js'),
  ]);
  const tell = (line: string): void => {
    if (!context.json()) context.print(line);
  };
  const seen = await show({ connect, settings: instanceSettings, tell });
  const asPromised = seen.droppedDirectly && seen.bothLive && seen.droppedThroughPort === 0;
  if (context.json()) context.printJson({ ...seen, asPromised });
  tell('');
  tell(
    asPromised
      ? 'Directly one of the two is cut off; through the port both live.'
      : 'This did not go as it should; the lines above say where.',
  );
  if (!asPromised) context.exitWith(notSoExit);
}

/** An instance as a port map with this one user would make it. */
function instanceSettings(parts: {
  folder: string;
  port: number;
  backendPort: number;
  account: string;
}): InstanceSettings {
  const { folder, port, backendPort, account } = parts;
  // The folders that `init` and `up` would make.
  for (const part of ['config', 'instances', join('instances', account)]) {
    mkdirSync(join(folder, part), { mode: 0o700 });
  }
  const map = [
    'version: 1',
    `defaults: { backend: { host: ${host}, port: ${backendPort} } }`,
    `users: { ${account}: { port: ${port}, backend: { user: ${account}, password: "" } } }`,
  ];
  writeFileSync(join(folder, 'config', 'fleet.yaml'), `${map.join('\n')}\n`, { mode: 0o600 });
  const [settings] = loadFleetMap({ root: folder, environment: {} }).users;
  if (settings === undefined)
    throw new FleetError('USAGE', { detail: 'the map of the demonstration has no user' });
  return settings;
}
