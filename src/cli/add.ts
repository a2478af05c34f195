// chronos-fleet add: the next user gets a port, and the port gets its instance.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { isLoopback } from '../config/addresses.js';
import { editMap, readMapTree, readTree } from '../config/edit.js';
import type { Draft } from '../config/edit.js';
import { findUser } from '../config/find-user.js';
import { convert, expected } from '../config/kinds.js';
import { keyRow } from '../config/keys.js';
import { readMapText } from '../config/load.js';
import { whyNotUserName } from '../config/names.js';
import type { PlainTree } from '../config/plain.js';
import { removeSecret, writeSecret } from '../config/secret-files.js';
import type { Plain } from '../config/yaml.js';
import { FleetError } from '../errors.js';
import { cardOf, printCard } from './card.js';
import type { Context } from './context.js';
import { nextFreePort } from './next-port.js';
import { askPassword, generatePassword, givenPassword } from './password.js';
import type { PasswordOptions } from './password.js';

interface AddOptions extends PasswordOptions {
  readonly port?: string;
  readonly backendUser?: string;
  readonly up: boolean;
}

export function register(program: Command, context: Context): void {
  program
    .command('add')
    .description('give a user a port, and start the instance behind it')
    .argument('<user>', 'name of the user: a-z, 0-9, _ and -')
    .option('--port <port>', 'port for the user (default: the one after the highest, from 3307)')
    .option('--backend-user <account>', "account on the backend (default: the user's name)")
    .option('--password-file <file>', "file that holds the account's password")
    .option('--password-stdin', "read the account's password from standard input")
    .option('--no-up', 'only write the port map; a supervisor that runs starts the user all the same')
    .action((user: string, options: AddOptions) => add(user, options, context));
}

async function add(user: string, options: AddOptions, context: Context): Promise<void> {
  checkName(user);
  const mapOptions = context.mapOptions();
  const tree = readMapTree(readMapText(mapOptions), mapOptions);
  checkNew(user, tree);
  const password = await passwordFor(user, tree, options, context);
  let written = false;
  const edited = editMap(mapOptions, async (draft) => {
    checkNew(user, draft.read([]));
    const port = await portFor(draft, options);
    written = password !== undefined;
    const file = password === undefined ? undefined : await writeSecret(mapOptions.root, user, password);
    draft.set(['users', user], entryFor(user, port, file, draft, options, context));
  });
  const { map } = await edited.catch(async (error: unknown) => {
    if (written) await removeSecret(mapOptions.root, user, tree);
    throw error;
  });
  const settings = findUser(map.users, user, map.file);
  if (options.up) await start(map.root, user, context);
  if (context.json()) context.printJson({ ...cardOf(settings), started: options.up });
  else printCard(settings, options.up, context);
}

/** Starts just this user. Where that fails, the user stays in the map: the reason is mostly outside of it. */
async function start(root: string, user: string, context: Context): Promise<void> {
  try {
    const { warnings } = await context.actions.apply(root, { only: user, onProgress: context.note });
    for (const warning of warnings) context.note(`warning: ${warning}`);
  } catch (error) {
    context.note(`${user} is in the map and does not run; when the cause is gone: chronos-fleet up ${user}`);
    throw error;
  }
}

function checkName(user: string): void {
  const detail = whyNotUserName(user);
  if (detail !== undefined) throw new FleetError('USER_NAME_REFUSED', { user, detail });
}

function checkNew(user: string, tree: PlainTree | undefined): void {
  const entry = readTree(tree ?? null, ['users', user]);
  if (entry === undefined) return;
  const port = readTree(entry, ['port']);
  throw new FleetError('USER_EXISTS', { user, port: typeof port === 'string' ? port : 'not given' });
}

/** What the options give; else, unless `defaults` have one for all, a generated one for the demo backend, or what is typed. */
async function passwordFor(
  user: string,
  tree: PlainTree,
  options: AddOptions,
  context: Context,
): Promise<string | undefined> {
  const given = await givenPassword(options, context);
  if (given !== undefined) return given;
  const shared = ['password', 'password_file'].some(
    (key) => readTree(tree, ['defaults', 'backend', key]) !== undefined,
  );
  if (shared) return undefined;
  return isDemo(tree) ? generatePassword() : askPassword(user, context);
}

function isDemo(tree: PlainTree): boolean {
  return readTree(tree, ['defaults', 'backend', 'demo']) === 'true';
}

async function portFor(draft: Draft, options: AddOptions): Promise<number> {
  if (options.port === undefined) return nextFreePort(draft.read([]) ?? null);
  const { kind } = keyRow('port');
  const port = convert(kind, options.port);
  if (typeof port === 'number') return port;
  throw new FleetError('USAGE', {
    detail: `--port '${options.port}' is not possible; give ${expected(kind)}`,
  });
}

function entryFor(
  user: string,
  port: number,
  passwordFile: string | undefined,
  draft: Draft,
  options: AddOptions,
  context: Context,
): Plain {
  const listen = draft.read(['defaults', 'listen']) ?? keyRow('listen').default;
  const open = isDemo(draft.read([]) ?? null) && typeof listen === 'string' && isLoopback(listen);
  return {
    port,
    // Sample data, on this machine only: the login of who sits here opens it, so that "mariadb -h 127.0.0.1 -P <port>" works.
    ...(open ? { client: { user: loginName(context), password: '' } } : {}),
    backend: {
      user: options.backendUser ?? user,
      ...(passwordFile === undefined ? {} : { password_file: passwordFile }),
    },
  };
}

/** The name that MySQL clients log in with where they are told none. */
function loginName(context: Context): string {
  const { USER, USERNAME } = context.environment;
  try {
    return userInfo().username;
  } catch (error) {
    // In containers, an account may have no name in the system's list of accounts.
    const name = USER ?? USERNAME;
    if (name === undefined) throw error;
    return name;
  }
}
