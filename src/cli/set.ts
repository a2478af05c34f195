// chronos-fleet set: keys of one user, or of the defaults, changed from the command line.
import type { Command } from 'commander';
import { editMap } from '../config/edit.js';
import { groupPaths, isKeyPath, keyPaths, keyRow } from '../config/keys.js';
import { suggestion } from '../config/suggest.js';
import { FleetError } from '../errors.js';
import { applyTo, whoRuns } from './apply-change.js';
import type { Context } from './context.js';
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
    .argument('<key=value...>', 'keys as in the map, e.g. max_sessions or backend.host')
    .action((target: string, words: string[]) => set(target, words, context));
}

async function set(target: string, words: readonly string[], context: Context): Promise<void> {
  const assignments = words.map((word) => assignmentOf(word, target));
  const mapOptions = context.mapOptions();
  const isRunning = await whoRuns(mapOptions.root, context);
  const { result: user, map } = await editMap(mapOptions, (draft) => {
    const name = target === 'defaults' ? undefined : userIn(draft.read([]) ?? null, target, context);
    const scope = name === undefined ? ['defaults'] : ['users', name];
    for (const { key, value } of assignments) {
      const path = [...scope, ...key.split('.')];
      if (value === '') draft.remove(path);
      else draft.set(path, typed(key, value));
    }
    return name;
  });
  // A change of the defaults concerns everybody; whom it does not touch goes on.
  const concerned = user === undefined ? map.users.map((settings) => settings.user) : [user];
  await applyTo(map.root, concerned.filter(isRunning), context);
  if (user !== undefined && !isRunning(user))
    context.note(`${user} does not run; start: chronos-fleet up ${user}`);
  if (context.json()) context.printJson({ target: user ?? 'defaults', set: assignments });
  else for (const { key, value } of assignments) context.print(sentence(user ?? 'defaults', key, value));
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

function sentence(target: string, key: string, value: string): string {
  return value === '' ? `${target}: ${key} is removed` : `${target}: ${key} is ${value}`;
}
