// What `logs` and `events` have in common: their options, and how a line is shown.
import type { Command } from 'commander';
import { findUser } from '../config/find-user.js';
import { mapFileOf } from '../config/root.js';
import { FleetError } from '../errors.js';
import { isLevel, levels } from '../hub/log-entry.js';
import type { Level, LogEntry, LogFilter } from '../hub/log-entry.js';
import type { Context } from './context.js';

interface LogOptions {
  readonly follow?: true;
  readonly lines?: string;
  readonly since?: string;
  readonly level: string;
}

/** What of the logs a command shows. */
export interface LogView {
  /** The types of events for a user, or for all; undefined for every line. */
  readonly events: (user: string | undefined) => Promise<ReadonlySet<string> | undefined>;
  readonly supervisor: boolean;
}

const usualLines = 50;

/** Gives `command` the arguments and options, and its action. */
export function defineLogCommand(command: Command, view: LogView, context: Context): void {
  command
    .argument('[user]', 'name or :port: this user only')
    .option('-f, --follow', 'go on with new lines as they come')
    .option('-n, --lines <count>', `the last lines (default: ${usualLines}, with --since all)`)
    .option('--since <time>', 'lines since then: 30s, 10m, 2h, 1d, or a date and time')
    .option('--level <level>', `this level and worse: ${levels.join(', ')}`, 'trace')
    .action((word: string | undefined, options: LogOptions) => show(word, options, view, context));
}

async function show(
  word: string | undefined,
  options: LogOptions,
  view: LogView,
  context: Context,
): Promise<void> {
  const root = context.root();
  const user = word === undefined ? undefined : await userOf(root, word, context);
  const filter: LogFilter = { ...readOptions(options), events: await view.events(user), user };
  const [{ logFolders }, { readLastEntries }, { followLogs, pumpLogs }] = await Promise.all([
    import('../hub/log-sources.js'),
    import('../hub/log-read.js'),
    import('../hub/log-follow.js'),
  ]);
  // The supervisor's lines are in its own folder, whoever they are about.
  const folders = (): Promise<string[]> => logFolders(root, user, view.supervisor);
  const follower = options.follow === true ? await followLogs(folders, filter) : undefined;
  const print = (entry: LogEntry): void => printEntry(entry, context);
  for (const entry of await readLastEntries(await folders(), filter, countOf(options))) print(entry);
  if (follower !== undefined) await pumpLogs(follower, print, endOfProcess());
}

async function userOf(root: string, word: string, context: Context): Promise<string> {
  const { knownUsers } = await import('../supervisor/known-users.js');
  return findUser(knownUsers(root), word, context.shown(mapFileOf(root))).user;
}

function readOptions({ level, since }: LogOptions): Pick<LogFilter, 'level' | 'since'> {
  if (!isLevel(level)) throw usage(`--level '${level}' is none of ${levels.join(', ')}`);
  return { level, since: since === undefined ? 0 : parseSince(since, Date.now()) };
}

function countOf({ lines, since }: LogOptions): number {
  if (lines === undefined) return since === undefined ? usualLines : Infinity;
  if (!/^\d+$/.test(lines)) throw usage(`--lines '${lines}' is no count`);
  return Number(lines);
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10m` before `now`, or a date and time, in epoch ms. */
export function parseSince(text: string, now: number): number {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (units[unit] ?? 0);
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw usage(`--since '${text}' is no time; give 30s, 10m, 2h, 1d, or 2026-01-31T08:00`);
  return at;
}

function usage(detail: string): FleetError {
  return new FleetError('USAGE', { detail });
}

function printEntry(entry: LogEntry, context: Context): void {
  // One object a line, so that a stream of them can be read: not printJson's laid-out form.
  if (context.json()) context.print(JSON.stringify({ version: 1, ...entry.fields }));
  else context.print(lineOf(entry, context));
}

const colors: Readonly<Record<Level, 'gray' | 'green' | 'yellow' | 'red'>> = {
  trace: 'gray',
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: 'red',
};

function lineOf({ at, level, user, port, msg, fields }: LogEntry, context: Context): string {
  const who = `${user ?? 'supervisor'}${port === undefined ? '' : `:${port}`}`;
  const statement = fields.text ?? fields.fingerprint;
  const what = typeof statement === 'string' ? `${msg}: ${statement}` : msg;
  const word = context.style(colors[level], level.toUpperCase().padEnd(5));
  return `${localTime(at)} ${context.style('bold', who)} ${word} ${what}`;
}

function localTime(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().replace('T', ' ').replace('Z', '');
}

function endOfProcess(): AbortSignal {
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort());
  return end.signal;
}
