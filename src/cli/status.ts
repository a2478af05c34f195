// chronos-fleet status: a row per user, the worst first, and a line about the whole.
import type { Command } from 'commander';
import { findUser } from '../config/find-user.js';
import { mapFileOf } from '../config/root.js';
import type { FleetStatus } from '../hub/fleet-status.js';
import type { InstanceRow } from '../hub/instance-row.js';
import type { InstanceState } from '../observe/status.js';
import type { Context } from './context.js';
import { withIncidents } from './incidents.js';
import { shortDuration, shortNumber, shortSize } from './quantities.js';
import { tableLines } from './table.js';
import type { Column } from './table.js';

interface StatusOptions {
  readonly watch?: true;
}

const watchEveryMs = 2_000;
const notReadyExit = 3;
const nothingAnswersExit = 4;

export function register(program: Command, context: Context): void {
  program
    .command('status')
    .description(
      'show who has which port and how it is; exit code 0: all ready, 3: not all, 4: nothing answers',
    )
    .argument('[user]', 'name or :port: this user only')
    .option('-w, --watch', `show it again every ${watchEveryMs / 1_000} s`)
    .action((word: string | undefined, options: StatusOptions) => status(word, options, context));
}

async function status(word: string | undefined, options: StatusOptions, context: Context): Promise<void> {
  await showStatus(word, context);
  while (options.watch === true) {
    await new Promise((resolve) => setTimeout(resolve, watchEveryMs));
    if (context.stdout.isTTY) context.stdout.write('\u001b[H\u001b[2J');
    await showStatus(word, context);
  }
}

/** Shows the status once, the worst first unless `order` says otherwise, and sets the exit code. */
export async function showStatus(
  word: string | undefined,
  context: Context,
  order: (a: InstanceRow, b: InstanceRow) => number = () => 0,
): Promise<void> {
  const { countStates, readFleetStatus } = await import('../hub/fleet-status.js');
  const read = await readFleetStatus(context.root());
  const fleet = { ...read, instances: [...read.instances].sort(order) };
  const rows = pick(fleet.instances, word, context);
  context.exitWith(nobodyKnown(fleet, rows) ? nothingAnswersExit : exitCodeOf(rows));
  if (context.json()) context.printJson({ ...fleet, counts: countStates(rows), instances: rows });
  else for (const line of statusLines(fleet, rows, word === undefined, context)) context.print(line);
  for (const warning of fleet.warnings) context.note(`warning: ${warning}`);
  if (fleet.mapError !== null) context.note(fleet.mapError);
}

/** The map cannot be read, and nobody was ever started: there is nothing to tell the users from. */
function nobodyKnown({ mapError }: FleetStatus, rows: readonly InstanceRow[]): boolean {
  return mapError !== null && rows.length === 0;
}

function pick(
  rows: readonly InstanceRow[],
  word: string | undefined,
  context: Context,
): readonly InstanceRow[] {
  if (word === undefined) return rows;
  return [findUser(rows, word, context.shown(mapFileOf(context.root())))];
}

/** 0: all are ready, also where there is nobody; 4: nobody answers; 3: in between. */
export function exitCodeOf(rows: readonly InstanceRow[]): number {
  if (rows.every(({ state }) => state === 'ready')) return 0;
  return rows.some(({ pid }) => pid !== null) ? notReadyExit : nothingAnswersExit;
}

const columns: readonly Column<InstanceRow>[] = [
  { title: 'USER', cell: ({ user }) => user },
  { title: 'PORT', cell: ({ port }) => String(port), align: 'right' },
  { title: 'STATE', cell: ({ state }) => state },
  { title: 'SESSIONS', cell: ({ sessions }) => orDash(sessions, String), align: 'right' },
  { title: 'RUNNING', cell: ({ runningForMs }) => orDash(runningForMs, shortDuration), align: 'right' },
  { title: 'QUEUED', cell: ({ queued }) => orDash(queued, String), align: 'right' },
  { title: 'Q/S', cell: ({ queriesPerSecond }) => orDash(queriesPerSecond, shortNumber), align: 'right' },
  { title: 'P95 MS', cell: ({ p95Ms }) => orDash(p95Ms, shortNumber), align: 'right' },
  { title: 'ERRORS', cell: ({ errors }) => orDash(errors, String), align: 'right' },
  { title: 'UPTIME', cell: ({ uptimeMs }) => orDash(uptimeMs, shortDuration), align: 'right' },
  { title: 'RESTARTS', cell: ({ restarts }) => orDash(restarts, String), align: 'right' },
  { title: 'MEMORY', cell: ({ memoryBytes }) => orDash(memoryBytes, shortSize), align: 'right' },
  { title: 'REASON', cell: reasonOf },
];

function orDash<T>(value: T | null, words: (value: T) => string): string {
  return value === null ? '-' : words(value);
}

function reasonOf({ reason, outdated }: InstanceRow): string {
  const old = outdated ? 'the map has new settings for it, which "chronos-fleet up" applies' : '';
  return [reason, old].filter((part) => part !== '').join('; ');
}

const colors: Readonly<Record<InstanceState, 'green' | 'yellow' | 'red'>> = {
  ready: 'green',
  starting: 'yellow',
  draining: 'yellow',
  degraded: 'yellow',
  stopped: 'red',
  blocked: 'red',
  'crash-looping': 'red',
};

/** `whole`: the rows are those of everybody, so that what they have in common can be told first. */
function statusLines(
  fleet: FleetStatus,
  chosen: readonly InstanceRow[],
  whole: boolean,
  context: Context,
): string[] {
  const { stdout } = context;
  const { lines: incidents, rows } = whole ? withIncidents(fleet) : { lines: [], rows: chosen };
  const first = incidents.map((line) => context.style('red', line));
  const [title = '', ...lines] = tableLines(columns, rows, stdout.isTTY ? stdout.columns : Infinity);
  const colored = lines.map((line, index) => {
    const state = rows[index]?.state;
    return state === undefined ? line : line.replace(state, context.style(colors[state], state));
  });
  const table = rows.length === 0 ? [] : [context.style('bold', title), ...colored, ''];
  return [...first, ...(first.length === 0 ? [] : ['']), ...table, summaryOf(fleet, rows)];
}

function summaryOf(fleet: FleetStatus, rows: readonly InstanceRow[]): string {
  const { supervisor, pm2 } = fleet;
  const states = [...new Set(rows.map(({ state }) => state))];
  const counts = states.map((state) => `${rows.filter((row) => row.state === state).length} ${state}`);
  const none = nobodyKnown(fleet, rows) ? 'no users are known' : 'no users yet: chronos-fleet add <user>';
  const users =
    rows.length === 0 ? none : `${rows.length} ${rows.length === 1 ? 'user' : 'users'}: ${counts.join(', ')}`;
  const pm2Words = pm2.running === null ? 'does not answer' : pm2.running ? 'runs' : 'does not run';
  const missing = !supervisor.running || pm2.running === false;
  const remedy = rows.length > 0 && missing ? ' ("chronos-fleet up" starts what is missing)' : '';
  return `${users} | supervisor ${supervisor.running ? 'runs' : 'does not run'} | PM2 ${pm2Words}${remedy}`;
}
