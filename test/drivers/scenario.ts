// What every real driver has to manage through a port: log in, query, use a prepared statement, cancel a running one, go on.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closedGate } from '../support/gate.js';
import { useInstances, type TestInstance } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';

/** Where a driver is to connect to, and what it is to run until it is cancelled. */
export interface Errand {
  readonly instance: TestInstance;
  readonly account: Account;
  readonly longStatement: string;
}

/** A driver at work. */
export interface Run {
  /** The next line that it says; undefined when it has nothing more to say. */
  line(): Promise<string | undefined>;
  /** Cancels the statement that it runs, the way the driver does. */
  cancel(): Promise<void>;
  /** How it ended and what it complained of; resolves after its end. */
  readonly ended: Promise<{ readonly code: number | null; readonly complaints: string }>;
}

export interface Driver {
  readonly name: string;
  /** Why it cannot be tested here, e.g. a package that is not installed. */
  readonly missing: string | undefined;
  start(errand: Errand): Run;
  /** What it says of its query, where it is not the usual. */
  readonly says?: Partial<Record<'query' | 'prepared' | 'cancelled' | 'after', string>>;
  /** What it writes to its standard error about the cancelled statement. */
  readonly complains?: RegExp;
}

const usual = {
  query: 'query 42 nämé',
  prepared: 'prepared 42',
  cancelled: 'cancelled 1317',
  after: 'after 1',
};

/** The tests of one driver; skipped with the reason where it is missing. */
export function itServes(driver: Driver): void {
  const { name, missing, says, complains = /^/ } = driver;
  const server = useMariadb();
  const instances = useInstances();
  const expected = { ...usual, ...says };
  const title = missing === undefined ? name : `${name} (skipped: ${missing})`;

  describe.skipIf(missing !== undefined)(title, () => {
    it('logs in, queries, uses a prepared statement, cancels a running one, and goes on', async () => {
      const account = await server.createAccount({ maxUserConnections: 1 });
      const gate = await closedGate(server, account);
      onTestFinished(() => gate.open());
      const instance = await instances.start(server, account);
      const run = driver.start({ instance, account, longStatement: gate.read });
      const lines = [await run.line(), await run.line()];
      const [ready] = await Promise.race([
        gate.blocked().then(() => [true]),
        run.ended.then(({ complaints }) => [complaints]),
      ]);
      expect(ready).toBe(true);
      await run.cancel();
      lines.push(await run.line());
      await gate.open();
      lines.push(await run.line());
      const { code, complaints } = await run.ended;
      expect(lines, complaints).toEqual(Object.values(expected));
      expect(complaints).toMatch(complains);
      expect(code, complaints).toBe(0);
      expect(instance.status().counters.backendConnects).toBe(1);
    });
  });
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its standard input at the start. */
  readonly input?: string;
  /** How it is told to cancel; default is a line on its standard input. */
  readonly cancelBySignal?: NodeJS.Signals;
}

/** Runs a driver's program, which learns from its environment where to connect to. */
export function runProgram(
  command: string,
  args: readonly string[],
  errand: Errand,
  options: ProgramOptions = {},
): Run {
  const { instance, account, longStatement } = errand;
  const env = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(instance.port),
    USER_NAME: account.user,
    PASSWORD: account.password,
    SCHEMA: account.schema,
    LONG_STATEMENT: longStatement,
    ...options.env,
  };
  const child = spawn(command, args, { env, stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  child.stdin.on('error', () => undefined);
  if (options.input !== undefined) child.stdin.end(options.input);
  return {
    line: lineReader(child.stdout),
    cancel() {
      if (options.cancelBySignal === undefined) child.stdin.end('cancel\n');
      else child.kill(options.cancelBySignal);
      return Promise.resolve();
    },
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, complaints }));
    }),
  };
}

/** Gives out a stream line by line, without those that are empty. */
export function lineReader(stream: NodeJS.ReadableStream): Run['line'] {
  const lines: string[] = [];
  const waiting: ((line: string | undefined) => void)[] = [];
  let rest = '';
  let isOver = false;
  const hand = (): void => {
    while (waiting.length > 0 && (lines.length > 0 || isOver)) waiting.shift()?.(lines.shift());
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.filter((line) => line !== ''));
    hand();
  });
  stream.on('end', () => {
    isOver = true;
    hand();
  });
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      hand();
    });
}

/** Path of a program in test/drivers/programs. */
export const programPath = (name: string): string =>
  fileURLToPath(new URL(`programs/${name}`, import.meta.url));

/** Whether a command runs and ends well, for finding out what is installed. */
export function works(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
