// chronos-fleet set: keys of one user, or of the defaults, changed from the command line.
import type { Command } from 'commander';
import { editMap } from '../config/edit.js';
import { groupPaths, isKeyPath, keyPaths, keyRow } from '../config/keys.js';
import { replaceSecret } from '../config/secret-files.js';
import { suggestion } from '../config/suggest.js';
import type { FleetMap } from '../config/types.js';
import { FleetError } from '../errors.js';
import { applyTo, whoRuns } from './apply-change.js';
import type { Context } from './context.js';
import { givenPassword } from './password.js';
import type { PasswordOptions } from './password.js';
import { userIn } from './user-in.js';

interface Assignment {
  /** Dotted, below the user or `defaults`. */
  readonly key: string;
  /** Empty: the key is removed. */
  readonly value: string;
}

export function register(program: Command, context: Context): void {
  program
    .command('set')
    .description('change keys of the port map, e.g. "set user1 pin_timeout=20"; "key=" removes a key')
    .argument('<user|defaults>', 'name or :port of a user, or defaults')
    .argument('[key=value...]', 'keys as in the map, e.g. max_sessions or backend.host')
    .option('--password-file <file>', "file that holds the backend account's new password")
    .option('--password-stdin', "read the backend account's new password from standard input")
    .action((target: string, words: string[], options: PasswordOptions) =>
      set(target, words, options, context),
    );
}

async function set(
  target: string,
  words: readonly string[],
  options: PasswordOptions,
  context: Context,
): Promise<void> {
  const assignments = words.map((word) => assignmentOf(word, target));
  const mapOptions = context.mapOptions();
  const password = await passwordOf(target, assignments, options, context);
  const isRunning = await whoRuns(mapOptions.root, context);
  const { user, map, unset } = await change(target, assignments, password, context);
  // A change of the defaults concerns everybody; whom it does not touch goes on.
  const concerned = user === undefined ? map.users.map((settings) => settings.user) : [user];
  await applyTo(map.root, concerned.filter(isRunning), context);
  if (user !== undefined && !isRunning(user))
    context.note(`${user} does not run; start: chronos-fleet up ${user}`);
  if (context.json()) {
    context.printJson({ target: user ?? 'defaults', set: assignments });
    return;
  }
  for (const { key, value } of assignments)
    context.print(sentence(user ?? 'defaults', key, value, unset.has(key)));
  if (user !== undefined && password !== undefined) context.print(`${user}: the password is changed`);
}

/** Edits the map; `user` is undefined for the defaults, `unset` has the keys that were not there. Where the edit is refused the old password stays. */
async function change(
  target: string,
  assignments: readonly Assignment[],
  password: string | undefined,
  context: Context,
): Promise<{ readonly user: string | undefined; readonly map: FleetMap; readonly unset: Set<string> }> {
  const unset = new Set<string>();
  const mapOptions = context.mapOptions();
  let undo = (): Promise<void> => Promise.resolve();
  try {
    const { result, map } = await editMap(mapOptions, async (draft) => {
      const user = target === 'defaults' ? undefined : userIn(draft.read([]) ?? null, target, context);
      const scope = user === undefined ? ['defaults'] : ['users', user];
      for (const { key, value } of assignments) {
        const path = [...scope, ...key.split('.')];
        if (draft.read(path) === undefined) unset.add(key);
        if (value === '') draft.remove(path);
        else draft.set(path, typed(key, value));
      }
      if (user !== undefined && password !== undefined) {
        const secret = await replaceSecret(mapOptions.root, user, password);
        ({ undo } = secret);
        draft.remove([...scope, 'backend', 'password']);
        draft.set([...scope, 'backend', 'password_file'], secret.name);
      }
      return user;
    });
    return { user: result, map, unset };
  } catch (error) {
    await undo();
    throw error;
  }
}

async function passwordOf(
  target: string,
  assignments: readonly Assignment[],
  options: PasswordOptions,
  context: Context,
): Promise<string | undefined> {
  const password = await givenPassword(options, context);
  const misuse = (detail: string): FleetError => new FleetError('USAGE', { detail });
  if (password === undefined && assignments.length === 0) throw misuse('give key=value, or a password');
  if (password !== undefined && target === 'defaults') throw misuse('a password belongs to a user');
  return password;
}

function assignmentOf(word: string, target: string): Assignment {
  const at = word.indexOf('=');
  if (at <= 0) throw new FleetError('USAGE', { detail: `'${word}' is not key=value` });
  const [key, value] = [word.slice(0, at), word.slice(at + 1)];
  const isSwitch = key === 'tls' || key === 'backend.tls';
  if (!isKeyPath(key) && !isSwitch && !(value === '' && groupPaths.has(key))) {
    throw new FleetError('KEY_UNKNOWN', { key, target, suggestion: suggestion(key, keyPaths) });
  }
  const isSecret = isKeyPath(key) && keyRow(key).secret === true;
  if (isSecret && value !== '' && !/^\$\{\w+\}$/.test(value))
    throw new FleetError('SECRET_IN_ARGUMENT', { key });
  return { key, value };
}

/** Numbers and switches are written without quotes. */
function typed(key: string, value: string): string | number | boolean {
  const kind = isKeyPath(key) ? keyRow(key).kind.is : undefined;
  if (kind === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  const numeric = kind === 'integer' || kind === 'seconds' || kind === 'depth';
  return numeric && String(Number(value)) === value ? Number(value) : value;
}

function sentence(target: string, key: string, value: string, wasUnset: boolean): string {
  if (value !== '') return `${target}: ${key} is ${value}`;
  return wasUnset ? `${target}: ${key} was not set there` : `${target}: ${key} is removed`;
}
