// chronos-fleet init: a new fleet in a folder, with the demo backend or in front of a real one.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { ensurePrivateFolder, unusable } from '../config/files.js';
import { convert, expected } from '../config/kinds.js';
import { keyRow } from '../config/keys.js';
import type { KeyPath } from '../config/keys.js';
import { mapFileOf } from '../config/root.js';
import { FleetError, isFleetError } from '../errors.js';
import type { Context, GlobalOptions } from './context.js';
import { demoMap, realMap } from './init-map.js';

interface InitOptions {
  readonly host?: string;
  readonly port?: string;
  readonly database?: string;
}

export function register(program: Command, context: Context): void {
  program
    .command('init')
    .description(
      'make a new fleet here: config/fleet.yaml, with the demo backend unless --host names a real one',
    )
    .option('--host <host>', 'host of the real backend')
    .option('--port <port>', 'port of the real backend (default: 3306)')
    .option('--database <name>', 'schema of sessions that name none')
    .action((options: InitOptions, command: Command) => init(options, command, context));
}

async function init(options: InitOptions, command: Command, context: Context): Promise<void> {
  const root = resolve(context.cwd, command.optsWithGlobals<GlobalOptions>().fleet ?? '.');
  const file = mapFileOf(root);
  const text = mapText(options);
  if (existsSync(file)) throw new FleetError('MAP_EXISTS', { file: context.shown(file) });
  try {
    for (const folder of ['config', join('config', 'secrets'), 'instances']) {
      await ensurePrivateFolder(join(root, folder));
    }
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    await writeIgnoreFile(root);
  } catch (error) {
    throw isFleetError(error) ? error : unusable(root, error);
  }
  if (context.json()) context.printJson({ root, file });
  else tell(root, options, context);
}

/** Secrets and what runs write stay out of a repository that the fleet may be kept in. An existing file is its owner's. */
async function writeIgnoreFile(root: string): Promise<void> {
  const file = join(root, '.gitignore');
  if (!existsSync(file)) await writeFile(file, '/config/secrets/\n.env\n/instances/\n', { flag: 'wx' });
}

function mapText({ host, port, database }: InitOptions): string {
  if (host === undefined) {
    if (port === undefined && database === undefined) return demoMap;
    throw new FleetError('USAGE', {
      detail: '--port and --database say more of a real backend; give its --host too',
    });
  }
  check('--host', 'backend.host', host);
  if (port !== undefined) check('--port', 'backend.port', port);
  if (database !== undefined) check('--database', 'backend.database', database);
  return realMap(host, Number(port ?? 3306), database);
}

function check(option: string, path: KeyPath, value: string): void {
  const { kind } = keyRow(path);
  if (convert(kind, value) !== undefined) return;
  throw new FleetError('USAGE', { detail: `${option} '${value}' is not possible; give ${expected(kind)}` });
}

function tell(root: string, { host }: InitOptions, context: Context): void {
  context.print(
    `${context.shown(mapFileOf(root))} is written, ${host === undefined ? 'with the demo backend' : `for ${host}`}`,
  );
  context.print('next: chronos-fleet add <user>');
}
