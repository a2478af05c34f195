// chronos-fleet top: the table of status again and again, the busiest first, until q or Ctrl-C.
import type { Command } from 'commander';
import type { InstanceRow } from '../hub/instance-row.js';
import type { Context } from './context.js';
import { showStatus } from './status.js';

const lookEveryMs = 1_000;
const ctrlC = '\u0003';
/** Cursor to the corner; what is left of the last table is cleared behind each line, and below the new one. */
const [home, clearLine, clearBelow] = ['\u001b[H', '\u001b[K', '\u001b[J'];
const [otherScreen, ownScreen] = ['\u001b[?1049h\u001b[?25l', '\u001b[?1049l\u001b[?25h'];

export function register(program: Command, context: Context): void {
  program
    .command('top')
    .description('show the busiest ports, live; q or Ctrl-C ends it. Without a terminal: once, and plain')
    .argument('[user]', 'name or :port: this user only')
    .action((word: string | undefined) => top(word, context));
}

async function top(word: string | undefined, context: Context): Promise<void> {
  const { stdin, stdout } = context;
  if (stdout.isTTY !== true || context.json()) return showStatus(word, context, byLoad);
  const end = untilAsked(context);
  const live = { ...context, exitWith: () => undefined };
  stdout.write(otherScreen);
  try {
    while (!end.signal.aborted) {
      const lines: string[] = [];
      const take = (line: string): void => void lines.push(line);
      await showStatus(word, { ...live, print: take, note: take }, byLoad);
      stdout.write(`${home}${lines.map((line) => `${line}${clearLine}\n`).join('')}${clearBelow}`);
      await pause(end.signal);
    }
  } finally {
    stdout.write(ownScreen);
    stdin.setRawMode?.(false);
    stdin.pause();
    end.forget();
  }
}

/** The busiest first; of those that do nothing the order stays. */
export function byLoad(a: InstanceRow, b: InstanceRow): number {
  const load = ({ queued, runningForMs, queriesPerSecond }: InstanceRow): readonly number[] => [
    ...[queued ?? 0, runningForMs === null ? 0 : 1, queriesPerSecond ?? 0],
  ];
  const [ours, others] = [load(a), load(b)];
  const at = ours.findIndex((value, index) => value !== others[index]);
  return at === -1 ? 0 : (others[at] ?? 0) - (ours[at] ?? 0);
}

interface End {
  readonly signal: AbortSignal;
  readonly forget: () => void;
}

/** Ends at q, at Ctrl-C (a key like others in a raw terminal, else a signal), and at the end of the input. */
function untilAsked({ stdin }: Context): End {
  const end = new AbortController();
  const abort = (): void => end.abort();
  const onKeys = (keys: Buffer): void => {
    if (['q', 'Q', ctrlC].some((key) => keys.toString().includes(key))) abort();
  };
  stdin.setRawMode?.(true);
  stdin.on('data', onKeys).on('end', abort);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  return {
    signal: end.signal,
    forget: () => {
      stdin.off('data', onKeys).off('end', abort);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, abort);
    },
  };
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, lookEveryMs);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
