// The command line run inside the test: what it printed, what it noted, how it ended.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { FleetActions } from '../../src/cli/apply-change.js';
import type { Input } from '../../src/cli/context.js';
import { run } from '../../src/cli/program.js';
import type { ApplyReport } from '../../src/supervisor/apply.js';
import type { Step } from '../../src/supervisor/plan.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The users for which the map was applied, one list a call. */
  readonly applied: readonly (readonly string[])[];
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: string | Input;
  readonly environment?: Readonly<Record<string, string>>;
  /** Users of whom something runs. */
  readonly running?: readonly string[];
  readonly apply?: FleetActions['apply'];
  readonly plan?: FleetActions['plan'];
  /** Standard output is a terminal. */
  readonly terminal?: boolean;
}

const nothingDone: ApplyReport = { outcomes: [], troubles: [], warnings: [] };

/** Runs `chronos-fleet <argv>` with a fleet of its own making: what would be started is only written down. */
export async function runCli(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [stdout, stderr] = [collector(), collector()];
  const applied: (readonly string[])[] = [];
  const { stdin = '' } = options;
  const code = await run(argv, {
    stdin: typeof stdin === 'string' ? Readable.from([stdin]) : stdin,
    stdout: Object.assign(stdout.stream, options.terminal === true ? { isTTY: true } : {}),
    stderr: stderr.stream,
    environment: options.environment ?? {},
    cwd: options.cwd ?? emptyFolder(),
    actions: {
      apply: (root, wanted) => {
        applied.push([wanted.only ?? 'everybody'].flat());
        return options.apply?.(root, wanted) ?? Promise.resolve(nothingDone);
      },
      plan: options.plan ?? (() => Promise.resolve((options.running ?? []).map(asRunning))),
    },
  });
  return { code, stdout: stdout.text(), stderr: stderr.text(), applied };
}

function asRunning(user: string): Step {
  return { kind: 'nothing', user, why: 'runs', end: { processes: [], outside: undefined } };
}

function collector(): { stream: Writable; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'chronos-cli-'));
}

/** A terminal at which `typed` is typed. */
export function terminalTyping(typed: string): Input {
  const stream = new PassThrough();
  stream.end(typed);
  return Object.assign(stream, { isTTY: true });
}

/** The folder of a new fleet with the demo backend. */
export async function demoFleet(): Promise<string> {
  const cwd = emptyFolder();
  await runCli(['init'], { cwd });
  return cwd;
}
