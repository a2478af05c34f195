// Running a statement again and again, for a bounded time and count, and what the times come to.
import { connectRaw, type RawClient } from '../test/support/raw-client.js';
import type { Account } from '../test/support/mariadb.js';

export interface Figures {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

export interface Load {
  readonly sql: string;
  readonly sessions: number;
  /** Each session stops after so many statements, or after so long (ms), whichever comes first. */
  readonly statements: number;
  readonly ms: number;
}

/** Times of one round of the load at a port. */
export interface Round {
  /** Of each statement, ms. */
  readonly times: readonly number[];
  /** Of the whole round, ms. */
  readonly elapsed: number;
}

/** Logs the sessions in, warms them up, and runs the load once. */
export async function runRound(port: number, account: Account, load: Load): Promise<Round> {
  const clients: RawClient[] = [];
  for (let i = 0; i < load.sessions; i++) clients.push(await connectRaw({ port, ...account }));
  for (const client of clients) await client.query(load.sql);
  const started = performance.now();
  const times = await Promise.all(clients.map((client) => repeat(client, load, started + load.ms)));
  const elapsed = performance.now() - started;
  for (const client of clients) await client.quit();
  return { times: times.flat(), elapsed };
}

async function repeat(client: RawClient, { sql, statements }: Load, deadline: number): Promise<number[]> {
  const times: number[] = [];
  let last = performance.now();
  while (times.length < statements && last < deadline) {
    await client.query(sql);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times;
}

/** Puts rounds together. */
export function summarize(rounds: readonly Round[]): Figures {
  const times = rounds.flatMap((round) => round.times).sort((a, b) => a - b);
  const elapsed = rounds.reduce((sum, round) => sum + round.elapsed, 0);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: (times.length * 1000) / elapsed, p50: at(0.5), p95: at(0.95), count: times.length };
}

/** Statements a second in one round. */
const rateOf = ({ times, elapsed }: Round): number => (times.length * 1000) / elapsed;

/**
 * A line of the table; `base` are the rounds that the ratio is to, taken in turns with these. The ratio is the median of
 * the ratios round by round, with the lowest and the highest: where they lie far apart, the machine was not steady and
 * the figures say little.
 */
export function line(name: string, rounds: readonly Round[], base: readonly Round[]): string {
  const { p50, p95 } = summarize(rounds);
  const rates = rounds.map(rateOf).sort((a, b) => a - b);
  const ratios = rounds.map((round, i) => rateOf(round) / rateOf(base[i] ?? round)).sort((a, b) => a - b);
  const middle = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;
  const span = (sorted: readonly number[], digits: number): string =>
    `(${(sorted[0] ?? 0).toFixed(digits)} to ${(sorted.at(-1) ?? 0).toFixed(digits)})`;
  return [
    `  ${name.padEnd(9)}`,
    `${middle(rates).toFixed(0).padStart(7)}/s ${span(rates, 0).padEnd(18)}`,
    `p50 ${p50.toFixed(3).padStart(7)} ms`,
    `p95 ${p95.toFixed(3).padStart(7)} ms`,
    `x ${middle(ratios).toFixed(2)} ${span(ratios, 2)}`,
  ].join('  ');
}
